import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "../..");

describe("docs/reference", function () {
  this.timeout(120_000);

  it("is what typedoc makes of the components, without a warning; if not: npm run docs", () => {
    const out = fs.mkdtempSync(path.join(os.tmpdir(), "reference-"));
    try {
      const made = spawnSync("npx", ["--no-install", "typedoc", "--out", out], { cwd: root, encoding: "utf8" });
      assert.equal(made.status, 0, made.stdout + made.stderr);
      assert.deepEqual(filesBelow(path.join(root, "docs/reference")), filesBelow(out));
    } finally {
      fs.rmSync(out, { recursive: true });
    }
  });
});

/** Content of each file, by its path below the folder. */
function filesBelow(folder: string): Record<string, string> {
  const files = fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return Object.fromEntries(
    files
      .filter((file) => fs.statSync(path.join(folder, file)).isFile())
      .map((file) => [file, fs.readFileSync(path.join(folder, file), "utf8")]),
  );
}
