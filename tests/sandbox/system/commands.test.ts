import assert from "node:assert/strict";
import { run, runInForeground, runOrThrow } from "../../../sandbox/system/commands";
import { lastLines } from "../../../sandbox/system/lastLines";

const script = (text: string) => ["-e", text];
const node = process.execPath;

describe("system: commands", () => {
  it("returns a command's stdout and stderr separately, with its exit code", async () => {
    const result = await run("sh", ["-c", "echo out; echo err >&2; exit 7"]);
    assert.deepEqual(result, { code: 7, missing: false, stdout: "out\n", stderr: "err\n" });
  });

  it("passes input, environment and directory, and reports each line, even an unterminated last one", async () => {
    const lines: string[] = [];
    const { code, stdout } = await run("sh", ["-c", 'cat; echo "$NAME in $PWD"; printf end >&2'], {
      input: "first\nsecond\n",
      env: { PATH: process.env["PATH"], NAME: "value" },
      cwd: "/",
      onLine: (line, stream) => lines.push(`${stream} ${line}`),
    });
    assert.equal(code, 0);
    assert.equal(stdout, "first\nsecond\nvalue in /\n");
    assert.deepEqual(lines.sort(), ["stderr end", "stdout first", "stdout second", "stdout value in /"]);
  });

  it("passes empty input by default, and tolerates input that is not read", async () => {
    assert.equal((await run("cat", [])).code, 0);
    assert.equal((await run("true", [], { input: "x".repeat(1_000_000) })).code, 0);
  });

  it("never rejects: a missing program, a file that is not executable, and invalid arguments", async () => {
    const missing = await run("no-such-program", []);
    assert.deepEqual([missing.code, missing.missing], [127, true]);
    assert.match(missing.stderr, /no-such-program.*ENOENT/);
    const script127 = await run("sh", ["-c", "exit 127"]);
    assert.deepEqual([script127.code, script127.missing], [127, false]);
    assert.equal((await run("/etc/passwd", [])).code, 126);
    assert.equal((await run("true", ["\0"])).code, 126);
  });

  it("reports the signal that ended a command", async () => {
    const { code, stderr } = await run("sh", ["-c", "printf half >&2; kill -TERM $$"]);
    assert.deepEqual([code, stderr], [143, "half\nsh was ended by SIGTERM."]);
  });

  it("kills a command after the timeout, even if its own child lives on", async () => {
    const begin = Date.now();
    const { code, stdout, stderr } = await run("sh", ["-c", "echo begun; sleep 3; true"], { timeoutMs: 300 });
    assert.deepEqual([code, stdout, stderr], [124, "begun\n", "sh did not end within 0.3 s and was killed."]);
    assert.ok(Date.now() - begin < 2_000);
  });

  it("throws with the command and the end of its output, and returns the output on success", async () => {
    assert.equal(await runOrThrow("echo", ["fine"]), "fine\n");
    const failing = `for (let i = 1; i <= 30; i++) console.log("line " + i); console.error("\\nbroken"); process.exit(3)`;
    await assert.rejects(runOrThrow(node, script(failing)), (error: Error) => {
      assert.ok(error.message.startsWith(`${node} -e `));
      assert.match(error.message, /: exit code 3\n {2}line 16\n[\s\S]*\n {2}line 30\n {2}broken$/);
      return true;
    });
  });

  it("runs in the foreground and returns the exit code", async () => {
    assert.equal(await runInForeground("sh", ["-c", "exit 3"], process.env), 3);
    await assert.rejects(runInForeground("no-such-program", [], process.env), {
      message: "no-such-program: no such command on PATH",
    });
  });

  it("shows the last lines that are not blank, indented", () => {
    assert.equal(lastLines("a\n\n b \r\nc\n", 2), "   b\n  c");
    assert.equal(lastLines(""), "");
  });
});
