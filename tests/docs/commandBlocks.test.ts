import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { commandBlocks, commandMarker } from "./commandMarkers";
import { codeBlocks, markdownFiles, readMarkdown, root } from "./markdown";

const blocks = markdownFiles().flatMap((file) => commandBlocks(file));
const scripts: Record<string, string> = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")).scripts;

describe("blocks of commands in the documents", () => {
  it("are found", () => {
    assert.ok(blocks.length > 20);
    assert.ok(blocks.some(({ file }) => file === "README.md"));
  });

  it("say what runs them, or why nothing does", () => {
    const faults = blocks.flatMap((block) => {
      try {
        commandMarker(block);
        return [];
      } catch (error) {
        return [(error as Error).message];
      }
    });
    assert.deepEqual(faults, []);
  });

  it("are refused without a word on that, or with another one", () => {
    const block = (before: string) =>
      commandBlocks("x.md", `# X\n${before}\n\`\`\`sh\nls\n\`\`\`\n`)[0] ?? assert.fail();
    assert.throws(
      () => commandMarker(block("")),
      /x\.md:3: a block of commands has no comment before it; write `<!-- runs -->`/,
    );
    assert.throws(() => commandMarker(block("<!-- run -->")), /has the comment "run"/);
    assert.throws(() => commandMarker(block("<!-- shown:  -->")), /x\.md:3/);
    assert.deepEqual(commandMarker(block("<!-- runs in a/b.test.ts -->")), { kind: "tested", file: "a/b.test.ts" });
    assert.deepEqual(commandMarker(block("<!-- needs AWS -->")), { kind: "needs", what: "AWS" });
    assert.deepEqual(commandMarker(block("<!-- shown: an example -->")), { kind: "shown", why: "an example" });
  });

  it("name tests that are there", () => {
    const missing = blocks.flatMap((block) => {
      const marker = commandMarker(block);
      const isMissing = marker.kind === "tested" && !fs.existsSync(path.join(root, marker.file));
      return isMissing ? [`${block.file}:${block.line}: ${marker.file}`] : [];
    });
    assert.deepEqual(missing, []);
  });

  it("are shell that can be read", () => {
    for (const { file, line, text } of blocks) {
      const { status, stderr } = spawnSync("bash", ["-n"], { input: text, encoding: "utf8" });
      assert.equal(status, 0, `${file}:${line}: ${stderr}`);
    }
  });

  it("call scripts of package.json by their names", () => {
    const unknown = markdownFiles().flatMap((file) =>
      [...readMarkdown(file).matchAll(/npm run (?:--silent )?([\w-]+(?::[\w-]+)*)/g)]
        .map(([, name = ""]) => name)
        .filter((name) => !name.startsWith("-") && !Object.hasOwn(scripts, name))
        .map((name) => `${file}: npm run ${name}`),
    );
    assert.deepEqual(unknown, []);
  });

  it("are the same in both languages of the tutorial", () => {
    const commands = (file: string) =>
      codeBlocks(file)
        .filter(({ language }) => language !== "" && language !== "mermaid")
        .map(({ language, text }) => `${language}\n${text.replaceAll(/ *#.*$/gm, "")}`);
    assert.deepEqual(commands("docs/tutorial.ko.md"), commands("docs/tutorial.md"));
  });
});
