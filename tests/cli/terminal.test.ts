import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

const root = path.resolve(__dirname, "../..");

describe("what commands write", () => {
  it("goes through one file, which removes commands to terminals and CI systems", () => {
    const files = execFileSync("git", ["ls-files", "--", "cli/*.ts"], { cwd: root, encoding: "utf8" })
      .trim()
      .split("\n");
    const writers = files.filter((file) => {
      const text = fs.readFileSync(path.join(root, file), "utf8");
      return /\bconsole\.|process\.(?:stdout|stderr)\b|"inherit"/.test(text);
    });
    // The exceptions: Pulumi's own display, which draws in the terminal (in workflows, the runner is told to ignore its
    // commands), and a command that continues in the sandbox.
    assert.deepEqual(writers, ["cli/environments/runPulumi.ts", "cli/sandbox.ts", "cli/terminal.ts"]);
  });

  it("has no escape sequence and no runner command, in results and in errors", () => {
    const script = `
      const { print, printError } = require(${JSON.stringify(path.join(root, "cli/terminal.ts"))});
      for (const write of [print, printError]) write("tag \\u001b[2J\\n::error::x");
    `;
    const args = ["-r", "ts-node/register/transpile-only", "-e", script];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    const shown = "tag \\u001b[2J\n\\u003a:error::x\n";
    assert.deepEqual([stdout, stderr, status], [shown, shown, 0]);
  });

  it("stays in one piece when it is an error message", () => {
    // A stack name from the command line reappears in the error message.
    const args = ["-r", "ts-node/register/transpile-only", "cli/main.ts", "preview", "none\u001b[2J\n::error::x"];
    const { stderr, status } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    assert.equal(status, 1);
    assert.match(stderr, /there is no environment "none\\u001b\[2J\\n::error::x"/);
    assert.doesNotMatch(stderr, /[^\P{Cc}\n\t]|^\s*::/mu);
  });
});
