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

  it("says so and exits, even though the event log is still open", () => {
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

describe("Ctrl-C in npm run up", function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "run-pulumi-"));
    // Like Pulumi: finishes what it is doing and says that it was canceled.
    const npx = `#!/bin/sh
trap 'echo "ends in good order"; exit 255' INT
echo waiting
while :; do sleep 0.1; done
`;
    fs.writeFileSync(path.join(folder, "npx"), npx, { mode: 0o755 });
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("waits for Pulumi to end, says in one line what became of the update, and exits with 130", () => {
    const program = `require("./cli/environments/runPulumi").runPulumi("up", [], "dev").then((code) => process.exit(code));`;
    const command = [process.execPath, "-r", "ts-node/register/transpile-only", "-e", program];
    const { stdout } = spawnSync(
      "python3",
      [path.join(__dirname, "pseudoTerminal.py"), "80", "--key", "waiting:\\x03", "--", ...command],
      { cwd: root, env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}`, NO_COLOR: "1" }, encoding: "utf8" },
    );
    assert.match(
      stdout,
      /^waiting\n\^C?ends in good order\n\nInterrupted: what was done is kept, and the same command goes on from there\.\nexit 130\n$/,
    );
  });
});
