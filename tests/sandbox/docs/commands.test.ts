import assert from "node:assert/strict";
import { commandBlocks } from "../../docs/commandMarkers";
import { type CodeBlock, markdownFiles } from "../../docs/markdown";
import { type Result, TestProject } from "../program/project";
import { fullTests, itInFull } from "../tools";
import { documentedScript } from "./documentedScript";
import { withOwnNames } from "./ownNames";

/** Takes as long as all others together. */
const long = "docs/coming-from.md";

describe("the commands in the documentation", function () {
  this.timeout(900_000);
  const documents = markdownFiles().flatMap((file) => {
    // The Korean tutorial has the same commands, which a unit test ensures.
    const isTranslation = file.endsWith(".ko.md");
    const blocks = isTranslation ? [] : commandBlocks(file).filter(({ marker }) => marker === "runs");
    return blocks.length > 0 ? [{ file, blocks }] : [];
  });
  async function run(blocks: readonly CodeBlock[]): Promise<Result> {
    const project = new TestProject();
    try {
      await project.init();
      return await project.run("bash", ["-c", withOwnNames(documentedScript(blocks), `docs-${project.account}`)]);
    } finally {
      project.remove();
    }
  }

  it("are found", () => {
    assert.ok(documents.length >= 4, documents.map(({ file }) => file).join(", "));
  });

  // All at once, each document in its own project and account, as the commands mostly wait.
  const results = new Map<string, Promise<Result>>();
  before(() => {
    for (const { file, blocks } of documents) {
      if (fullTests || file !== long) results.set(file, run(blocks));
    }
  });
  after(() => Promise.allSettled(results.values()));

  for (const { file, blocks } of documents) {
    (file === long ? itInFull : it)(`of ${file} run, in their order`, async () => {
      const result = await results.get(file);
      assert.ok(result);
      assert.equal(result.code, 0, result.output);
      assert.equal(result.output.match(/^@@ /gm)?.length, blocks.length);
    });
  }
});
