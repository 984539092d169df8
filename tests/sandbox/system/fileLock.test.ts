import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { withLock } from "../../../sandbox/system/fileLock";
import { removeTemporary, temporaryDirectory } from "../temporary";

describe("system: file lock", () => {
  afterEach(removeTemporary);

  it("admits one holder at a time, and tells the other what it waits for", async () => {
    const file = path.join(temporaryDirectory(), "deep", "lock");
    const events: string[] = [];
    const holder = withLock(file, async () => {
      events.push("first in");
      await pause(900);
      events.push("first out");
    });
    await pause(200);
    const waiter = withLock(file, async () => events.push("second in"), {
      onWait: (holder) => events.push(`waiting for ${holder}`),
    });
    await Promise.all([holder, waiter]);
    assert.deepEqual(events, ["first in", `waiting for process ${process.pid}`, "first out", "second in"]);
  });

  it("is free again after an error, which reaches the caller", async () => {
    const file = path.join(temporaryDirectory(), "lock");
    await assert.rejects(
      withLock(file, () => Promise.reject(new Error("broken work"))),
      /broken work/,
    );
    assert.equal(await withLock(file, async () => 7, { timeoutMs: 1_000 }), 7);
  });

  it("gives up after its timeout and names the file and the holder", async () => {
    const file = path.join(temporaryDirectory(), "lock");
    await withLock(file, async () => {
      await assert.rejects(
        withLock(file, async () => undefined, { timeoutMs: 200 }),
        (error: Error) => error.message.includes(`${file} was not free within 0.2 s: process ${process.pid} holds it`),
      );
    });
  });

  it("admits three concurrent holders one after another", async () => {
    const file = path.join(temporaryDirectory(), "lock");
    let inside = 0;
    const work = async () => {
      assert.equal(++inside, 1);
      await pause(30);
      inside--;
    };
    await Promise.all([withLock(file, work), withLock(file, work), withLock(file, work)]);
  });

  it("says what is wrong with a file that cannot be a lock", async () => {
    const file = path.join(temporaryDirectory(), "lock");
    fs.symlinkSync("/does/not/exist/lock", file);
    await assert.rejects(
      withLock(file, async () => undefined),
      /The lock .*lock cannot be taken: .*No such file/,
    );
  });

  it("is free again when its holder is killed", async () => {
    const file = path.join(temporaryDirectory(), "lock");
    const script = `
      require("ts-node/register/transpile-only");
      const { withLock } = require(${JSON.stringify(path.resolve(__dirname, "../../../sandbox/system/fileLock.ts"))});
      withLock(${JSON.stringify(file)}, () => { console.log("held"); return new Promise(() => setInterval(() => {}, 1000)); });
    `;
    const child = spawn(process.execPath, ["-e", script], {
      cwd: path.resolve(__dirname, "../../.."),
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    await assert.rejects(
      withLock(file, async () => undefined, { timeoutMs: 1_000 }),
      /was not free/,
    );
    child.kill("SIGKILL");
    assert.equal(await withLock(file, async () => "mine", { timeoutMs: 5_000 }), "mine");
  });
});
