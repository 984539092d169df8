import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { withFileLock } from "../../../sandbox/services/fileLock";

describe("services: file locks", () => {
  let folder = "";
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "lock-test-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  it("lets one task run at a time, and leaves nothing behind", async () => {
    const file = path.join(folder, "run", "lock");
    let running = 0;
    let most = 0;
    const task = async () => {
      running += 1;
      most = Math.max(most, running);
      await pause(30);
      running -= 1;
    };
    await Promise.all([withFileLock(file, task), withFileLock(file, task), withFileLock(file, task)]);
    assert.equal(most, 1);
    assert.deepEqual(fs.readdirSync(path.dirname(file)), []);
  });

  it("is free again after a task that failed", async () => {
    const file = path.join(folder, "lock");
    await assert.rejects(
      withFileLock(file, () => Promise.reject(new Error("broken"))),
      /broken/,
    );
    assert.equal(await withFileLock(file, async () => 7), 7);
  });

  it("takes over the lock of a process that has died", async () => {
    const file = path.join(folder, "lock");
    fs.writeFileSync(file, JSON.stringify({ pid: process.pid, startTime: "1", bootId: "another start" }));
    assert.equal(await withFileLock(file, async () => 7, 2000), 7);
  });

  it("names the holder when it waited long enough", async () => {
    const file = path.join(folder, "lock");
    await withFileLock(file, () =>
      assert.rejects(
        withFileLock(file, async () => 7, 100),
        new RegExp(`lock is held by process ${process.pid}`),
      ),
    );
  });
});
