import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as path from "node:path";
import { withLock } from "../../../sandbox/docker/lock";
import { removeTemporary, temporaryDirectory } from "./temporary";

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("sandbox/docker: lock", () => {
  afterEach(removeTemporary);

  it("lets one in at a time, and tells the other that it waits", async () => {
    const file = path.join(temporaryDirectory(), "deep", "lock");
    const events: string[] = [];
    const holder = withLock(file, async () => {
      events.push("first in");
      await pause(900);
      events.push("first out");
    });
    await pause(200);
    const waiter = withLock(file, async () => events.push("second in"), { onWait: () => events.push("waiting") });
    await Promise.all([holder, waiter]);
    assert.deepEqual(events, ["first in", "waiting", "first out", "second in"]);
  });

  it("is free again after an error, which reaches the caller", async () => {
    const file = path.join(temporaryDirectory(), "lock");
    await assert.rejects(
      withLock(file, () => Promise.reject(new Error("broken work"))),
      /broken work/,
    );
    assert.equal(await withLock(file, async () => 7, { timeoutMs: 1_000 }), 7);
  });

  it("gives up after its time-out and names the file", async () => {
    const file = path.join(temporaryDirectory(), "lock");
    await withLock(file, async () => {
      await assert.rejects(
        withLock(file, async () => undefined, { timeoutMs: 1_000 }),
        (error: Error) => error.message.includes(`${file} was not free within 1 s`),
      );
    });
  });

  it("is free again when its holder is killed", async () => {
    const file = path.join(temporaryDirectory(), "lock");
    const script = `
      require("ts-node/register/transpile-only");
      const { withLock } = require(${JSON.stringify(path.resolve(__dirname, "../../../sandbox/docker/lock.ts"))});
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
