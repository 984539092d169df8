import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { commandBlocks, commandMarker } from "./commandMarkers";
import { codeBlocks, markdownFiles, readMarkdown, root } from "./markdown";

const blocks = markdownFiles().flatMap((file) => commandBlocks(file));
const scripts: Record<string, string> = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")).scripts;

describe("command blocks in the documentation", () => {
  it("exist", () => {
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

  it("are refused without a valid marker", () => {
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

  it("name existing tests", () => {
    const missing = blocks.flatMap((block) => {
      const marker = commandMarker(block);
      const isMissing = marker.kind === "tested" && !fs.existsSync(path.join(root, marker.file));
      return isMissing ? [`${block.file}:${block.line}: ${marker.file}`] : [];
    });
    assert.deepEqual(missing, []);
  });

  it("are valid shell", () => {
    for (const { file, line, text } of blocks) {
      const { status, stderr } = spawnSync("bash", ["-n"], { input: text, encoding: "utf8" });
      assert.equal(status, 0, `${file}:${line}: ${stderr}`);
    }
  });

  it("call existing scripts of package.json", () => {
    const called = markdownFiles().flatMap((file) =>
      [...readMarkdown(file).matchAll(/npm run (?:--silent )?([\w-]+(?::[\w-]+)*)/g)]
        .map(([, name = ""]) => ({ file, name }))
        .filter(({ name }) => !name.startsWith("-")),
    );
    assert.ok(called.length > 50, String(called.length));
    assert.deepEqual(
      called.filter(({ name }) => !Object.hasOwn(scripts, name)),
      [],
    );
  });

  it("are the same in both languages of the tutorial", () => {
    const commands = (file: string) =>
      codeBlocks(file)
        .filter(({ language }) => language !== "" && language !== "mermaid")
        .map(({ language, text }) => `${language}\n${text.replaceAll(/ *#.*$/gm, "")}`);
    assert.ok(commands("docs/tutorial.md").length > 0);
    assert.deepEqual(commands("docs/tutorial.ko.md"), commands("docs/tutorial.md"));
  });
});
