import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isLocked, removeStaleLocks } from "../../../sandbox/cli/stackLocks";
import { removeTemporary, temporaryDirectory } from "../temporary";

describe("a stack's lock in the sandbox", () => {
  after(removeTemporary);

  /** The PID of a process that has ended. */
  const ended = () => spawnSync("true").pid;

  /** Writes a lock like Pulumi's, with its attributes file. */
  function locked(text: string): { home: string; left: () => string[] } {
    const home = temporaryDirectory();
    const folder = path.join(home, "state/.pulumi/locks/organization/ecr/local");
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "2b1f2e0b.json"), text);
    fs.writeFileSync(path.join(folder, "2b1f2e0b.json.attrs"), "{}");
    return { home, left: () => fs.readdirSync(folder) };
  }
  const lockOf = (pid: number, hostname = os.hostname()) =>
    JSON.stringify({ pid, username: "root", hostname, timestamp: "2026-11-29T01:33:27Z" });

  it("is removed when its process has ended", () => {
    const { home, left } = locked(lockOf(ended()));
    assert.equal(isLocked(home, "local"), false);
    assert.deepEqual(removeStaleLocks(home), ["local"]);
    assert.deepEqual(left(), []);
  });

  for (const [what, text] of [
    ["its process runs", lockOf(process.pid)],
    ["another machine holds it", lockOf(ended(), "another.example")],
    ["it is not fully written yet", '{"pid":1'],
  ] as const) {
    it(`stays while ${what}`, () => {
      const { home, left } = locked(text);
      assert.deepEqual(removeStaleLocks(home), []);
      assert.equal(left().length, 2);
      assert.deepEqual([isLocked(home, "local"), isLocked(home, "other")], [true, false]);
    });
  }

  it("may be missing where there was never a stack", () => {
    assert.deepEqual(removeStaleLocks(temporaryDirectory()), []);
  });
});
