import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { componentExamplesFile } from "../../docs/generate/componentExamples";
import { root } from "./markdown";

/** A file has one subject; a file that needs more lines has two. */
const longest = 400;
const generated = [componentExamplesFile];

describe("source files", () => {
  it(`have at most ${longest} lines, including tests`, () => {
    const extensions = ["ts", "mts", "js", "mjs", "cjs", "css"].map((each) => `*.${each}`);
    const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", ...extensions];
    const files = execFileSync("git", args, { cwd: root, encoding: "utf8" })
      .split("\0")
      .filter((file) => file !== "" && !generated.includes(file) && fs.existsSync(path.join(root, file)));
    assert.ok(files.includes("index.ts") && files.includes("tests/docs/sourceFiles.test.ts"));
    const lines = (file: string) => fs.readFileSync(path.join(root, file), "utf8").split("\n").length - 1;
    assert.deepEqual(
      files.map((file) => `${file}: ${lines(file)}`).filter((line) => Number(line.split(": ")[1]) > longest),
      [],
    );
  });
});
