import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import * as path from "node:path";
import { identify, isRunning, processesWithArgument, stopProcess } from "../../../sandbox/system/processes";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { removeTemporary, temporaryDirectory } from "../temporary";

describe("system: processes", () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    removeTemporary();
  });

  /** Starts a process, and waits until its script runs. */
  async function start(script = "", ...args: string[]) {
    const child = spawn(
      process.execPath,
      ["-e", `${script}; setInterval(() => {}, 1000); console.log("up")`, ...args],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    children.push(child);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    return identify(child.pid ?? 0) ?? assert.fail("it runs");
  }

  it("recognizes a process until it ends, and no process with its PID from another time or boot", async () => {
    const identity = await start();
    assert.equal(isRunning(identity), true);
    assert.equal(isRunning({ ...identity, startTime: "1" }), false);
    assert.equal(isRunning({ ...identity, bootId: "another" }), false);
    process.kill(identity.pid, "SIGKILL");
    assert.ok(await waitUntil(() => !isRunning(identity), 50_000), "a zombie does not run");
    assert.equal(identify(2 ** 30), undefined);
  });

  it("stops a process gracefully, and kills one that ignores SIGTERM", async () => {
    const polite = await start();
    assert.equal(await stopProcess(polite, 5_000), true);
    assert.equal(isRunning(polite), false);
    const stubborn = await start("process.on('SIGTERM', () => {})");
    assert.equal(await stopProcess(stubborn, 100), false);
    assert.equal(isRunning(stubborn), false);
    assert.equal(await stopProcess(stubborn, 100), true, "it no longer runs");
  });

  it("does not touch another process with the same PID", async () => {
    const identity = await start();
    assert.equal(await stopProcess({ ...identity, startTime: "1" }, 100), true);
    assert.equal(isRunning(identity), true);
  });

  it("finds processes by the beginning of an argument", async () => {
    const prefix = path.join(temporaryDirectory(), "run");
    assert.deepEqual(processesWithArgument(prefix), []);
    const identity = await start("", `${prefix}/socket`);
    assert.deepEqual(processesWithArgument(prefix), [identity]);
    assert.deepEqual(processesWithArgument(`${prefix}/socket/other`), []);
  });
});

describe("system: waiting", () => {
  it("asks until the condition holds or the time is over", async () => {
    let asked = 0;
    assert.equal(await waitUntil(async () => ++asked === 3, 1_000, 1), true);
    assert.equal(asked, 3);
    const begin = Date.now();
    assert.equal(await waitUntil(() => false, 60, 5), false);
    assert.ok(Date.now() - begin >= 60);
    await assert.rejects(
      waitUntil(() => assert.fail("broken"), 1_000),
      /broken/,
    );
  });
});
