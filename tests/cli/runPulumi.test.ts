import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "../..");

describe("npm run up without npx on PATH", () => {
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "run-pulumi-"));
    const mkfifo = execFileSync("which", ["mkfifo"], { encoding: "utf8" }).trim();
    fs.symlinkSync(mkfifo, path.join(folder, "mkfifo"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("says so and ends: no event log that is still open keeps the process", () => {
    const program = `require("./cli/environments/runPulumi").runPulumi("up", [], "dev").catch(({ message }) => console.log(message));`;
    const { stdout, signal } = spawnSync(process.execPath, ["-r", "ts-node/register/transpile-only", "-e", program], {
      cwd: root,
      env: { PATH: folder },
      encoding: "utf8",
      timeout: 9_000,
    });
    assert.deepEqual([stdout.trim(), signal], ["spawn npx ENOENT", null]);
  });
});
