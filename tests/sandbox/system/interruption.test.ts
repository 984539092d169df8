import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../../sandbox/paths";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { ctrlC, inTerminal } from "../cli/terminal";
import { removeTemporary, temporaryDirectory } from "../temporary";

const system = path.join(projectRoot, "sandbox", "system");
const cli = path.join(projectRoot, "sandbox", "cli");

/** The frame of a sandbox command: when a signal ends its work, it exits with a code. */
const prelude = `
const { Interrupted, listenForSignals, interruption, orInterrupted, refuseWhenInterrupted } = require("${system}/interruption");
const { run, runInForeground, runOrThrow, runOwnStep } = require("${system}/commands");
const { waitUntil } = require("${system}/waitUntil");
const { runSteps } = require("${cli}/steps");
const fs = require("node:fs");
const sh = (text) => ["-c", text];
listenForSignals();
main().then((code = 0) => process.exit(code), (error) => {
  console.error(error instanceof Interrupted ? "one line" : error);
  process.exit(error instanceof Interrupted ? error.code : 1);
});
async function main() {
`;

describe("system: interruption", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = temporaryDirectory();
  });
  afterEach(removeTemporary);

  function command(body: string): string[] {
    const file = path.join(folder, "command.js");
    fs.writeFileSync(file, `${prelude}${body}\n}\n`);
    return [process.execPath, "-r", require.resolve("ts-node/register/transpile-only"), file];
  }
  const options = () => ({
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1", TS_NODE_PROJECT: path.join(projectRoot, "tsconfig.json") },
  });
  const has = (file: string) => fs.existsSync(path.join(folder, file));
  const pressCtrlC = (body: string) =>
    inTerminal(command(body), { ...options(), keys: [{ after: "ready", send: ctrlC }] });

  /** A program that says when it has started, and needs a moment to clean up on Ctrl-C. */
  const careful = `trap 'sleep 0.3; touch undone; exit 1' INT; echo ready > /dev/tty; while :; do sleep 0.05; done`;

  it("reaches the program that was started, waits for it, and cleans up", async () => {
    const { code, screen } = await pressCtrlC(`
      try { await runOrThrow("sh", sh(${JSON.stringify(careful.replace("/dev/tty", "$TTY"))}), { env: { ...process.env, TTY: "/proc/" + process.pid + "/fd/1" } }); }
      finally { await run("touch", ["cleaned"]); }`);
    assert.equal(code, 130, screen);
    assert.ok(has("undone"), "the program got the signal, and was waited for");
    assert.ok(has("cleaned"), "what undoes may still start programs");
    assert.match(screen, /one line/);
  });

  it("ends waiting, and starts nothing more", async () => {
    const { code } = await pressCtrlC(`
      console.log("ready");
      await waitUntil(() => false, 60_000).catch(() => {});
      await runOrThrow("touch", ["more"]);`);
    assert.deepEqual([code, has("more")], [130, false]);
  });

  it("ends work that does not listen for signals", async () => {
    const { code } = await pressCtrlC(
      `console.log("ready"); await orInterrupted(new Promise((done) => setTimeout(done, 60_000)));`,
    );
    assert.equal(code, 130);
  });

  it("shows concurrent steps as skipped, without an error, and starts none after them", async () => {
    const { code, screen } = await pressCtrlC(`
      // Past the steps' own display, which keeps what is printed for its end.
      setTimeout(() => fs.writeSync(1, "ready"), 300);
      await runSteps([
        { title: "Waits", task: () => waitUntil(() => false, 60_000) },
        { title: "Works", task: () => runOrThrow("sleep", ["60"]) },
      ], { concurrent: true });
      await runOrThrow("touch", ["more"]);`);
    assert.deepEqual([code, has("more")], [130, false], screen);
    assert.match(screen, /↓ Waits/);
    assert.match(screen, /↓ Works/);
    assert.match(screen, /one line\r\n.*$/);
    assert.doesNotMatch(screen, /✖|Error|FAILED/);
  });

  it("leaves Ctrl-C to a program in the foreground, which gets it once", async () => {
    const { code, screen } = await pressCtrlC(`
      const count = "n=0; trap 'n=$((n+1))' INT; echo ready; sleep 1; sleep 0.3; echo count $n; exit 4";
      return runInForeground("sh", sh(count), process.env);`);
    assert.equal(code, 4, screen);
    assert.match(screen, /count 1\r\n/);
    assert.doesNotMatch(screen, /one line/);
  });

  it("ends its own step as interrupted when the step's program fails on Ctrl-C", async () => {
    const { code } = await pressCtrlC(
      `return runOwnStep("sh", sh("trap 'exit 255' INT; echo ready; sleep 1; sleep 1"), process.env);`,
    );
    assert.equal(code, 130);
  });

  it("kills at the second Ctrl-C", async () => {
    const keys = [
      { after: "ready", send: ctrlC },
      { after: "still here", send: ctrlC, delay: 0.6 },
    ];
    const stubborn = `trap 'echo still here > $TTY' INT; echo ready > $TTY; while :; do sleep 0.05; done`;
    const body = `await runOrThrow("sh", sh(${JSON.stringify(stubborn)}), { env: { ...process.env, TTY: "/proc/" + process.pid + "/fd/1" } });`;
    const { code, pressed } = await inTerminal(command(body), { ...options(), keys });
    assert.deepEqual([code, pressed], [130, 2]);
  });

  it("passes on SIGTERM and, without a terminal, SIGINT", async () => {
    for (const [signal, expected] of [
      ["SIGTERM", 143],
      ["SIGINT", 130],
    ] as const) {
      const trap = `trap 'touch ${signal}; exit 9' ${signal.slice(3)}; touch ready${signal}; while :; do sleep 0.05; done`;
      const [program = "", ...args] = command(`return runOwnStep("sh", sh(${JSON.stringify(trap)}), process.env);`);
      // A process in its own session has no terminal.
      const child = spawn(program, args, { ...options(), stdio: "ignore", detached: true });
      assert.ok(await waitUntil(() => has(`ready${signal}`), 30_000));
      child.kill(signal);
      assert.equal(await new Promise((resolve) => child.on("exit", resolve)), expected);
      assert.ok(has(signal));
    }
  });

  it("treats a closed output pipe as a signal", async () => {
    const body = `for (let i = 0; ; i++) { console.log("line", i); await waitUntil(() => false, 50).catch((error) => { throw error; }); }`;
    const pipe = `${command(body).join(" ")} | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout } = await new Promise<{ stdout: string }>((resolve) => {
      const child = spawn("bash", ["-c", pipe], { ...options(), stdio: ["ignore", "pipe", "ignore"] });
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
      child.on("close", () => resolve({ stdout: output }));
    });
    assert.equal(stdout, "line 0\n141\n");
  });
});
