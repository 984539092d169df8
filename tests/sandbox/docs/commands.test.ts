import assert from "node:assert/strict";
import { commandBlocks } from "../../docs/commandMarkers";
import { type CodeBlock, markdownFiles } from "../../docs/markdown";
import { TestProject } from "../program/project";

/**
 * `npm run sandbox -- COMMAND` runs COMMAND where it meets the local AWS: where this script is already. Everything else of
 * npm stays what it is. NODE_IMAGE is what the tutorial sets in the sandbox's shell.
 */
const prelude = `
set -euo pipefail
export NODE_IMAGE=sandbox.local/node:22
npm() {
  if [ "$1 $2 $3" = "run sandbox --" ]; then shift 3; "$@"; else command npm "$@"; fi
}
`;

/** The commands of a document that are to run, in their order. */
function script(blocks: readonly CodeBlock[]): string {
  return prelude + blocks.map(({ file, line, text }) => `echo "@@ ${file}:${line}" >&2\n${text}`).join("\n");
}

describe("the commands in the documents", function () {
  this.timeout(120_000);
  const documents = markdownFiles().flatMap((file) => {
    const blocks = commandBlocks(file).filter(({ marker }) => marker === "runs");
    return blocks.length > 0 ? [{ file, blocks }] : [];
  });
  let project: TestProject;

  beforeEach(async () => {
    project = new TestProject();
    await project.init();
  });
  afterEach(() => project.remove());

  /** Names and the port that are the machine's, shared by all tests: each run has its own. */
  function withOwnNames(text: string): string {
    const own = `docs-${project.account}`;
    return text
      .replaceAll("petclinic:latest", `${own}:latest`)
      .replaceAll("--name petclinic", `--name ${own}`)
      .replaceAll("name=petclinic", `name=${own}`)
      .replaceAll("docker rm --force petclinic", `docker rm --force ${own}`)
      .replaceAll("--publish 8080:8080", "--publish 127.0.0.1::8080")
      .replaceAll("localhost:8080", `$(docker port ${own} 8080)`);
  }

  it("are there", () => {
    assert.ok(documents.length >= 4, documents.map(({ file }) => file).join(", "));
  });

  for (const { file, blocks } of documents) {
    it(`of ${file} run, in their order`, async () => {
      const { code, output } = await project.run("bash", ["-c", withOwnNames(script(blocks))]);
      assert.equal(code, 0, output);
      assert.equal(output.match(/^@@ /gm)?.length, blocks.length);
    });
  }
});
