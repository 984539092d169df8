import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  isRunning,
  logTail,
  type ProcessDefinition,
  runningProcess,
  startProcess,
  stopProcess,
  waitUntilReady,
} from "../../../sandbox/services/processes";
import { identify } from "../../../sandbox/system/processes";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { removeTemporary, temporaryDirectory } from "../temporary";

describe("services: background processes", () => {
  let home = "";
  beforeEach(() => {
    home = temporaryDirectory();
  });
  afterEach(async () => {
    await stopProcess(home, "probe", 100);
    removeTemporary();
  });

  const probe = (script: string): ProcessDefinition => ({
    name: "probe",
    command: process.execPath,
    args: ["-e", script],
    env: { PATH: process.env["PATH"] },
  });
  const forever = "console.log('up'); setInterval(() => {}, 1000);";
  const alive = (pid: number) => identify(pid) !== undefined;

  it("starts a process in its own session with its output in a log, and stops it", async () => {
    const { pid } = startProcess(home, probe(forever));
    assert.equal(isRunning(home, "probe"), true);
    await waitUntilReady(home, "probe", async () => logTail(home, "probe").includes("up"), 5000);
    const session = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[3];
    assert.equal(session, String(pid));
    assert.equal(await stopProcess(home, "probe"), true);
    assert.equal(alive(pid), false);
    assert.equal(isRunning(home, "probe"), false);
    assert.equal(await stopProcess(home, "probe"), false, "stopping twice is no error");
  });

  it("kills a process that ignores SIGTERM", async () => {
    const { pid } = startProcess(home, probe(`process.on("SIGTERM", () => {}); ${forever}`));
    await waitUntilReady(home, "probe", async () => logTail(home, "probe").includes("up"), 5000);
    assert.equal(await stopProcess(home, "probe", 200), true);
    assert.equal(alive(pid), false);
  });

  it("notices that a process is gone after kill -9, and starts it again", async () => {
    const first = startProcess(home, probe(forever));
    process.kill(first.pid, "SIGKILL");
    assert.ok(await waitUntil(() => !isRunning(home, "probe"), 50_000));
    assert.equal(runningProcess(home, "probe"), undefined);
    const second = startProcess(home, probe(forever));
    assert.equal(runningProcess(home, "probe")?.pid, second.pid);
  });

  it("does not touch another process that got the same PID", async () => {
    const record = startProcess(home, probe(forever));
    const file = path.join(home, "run", "probe.json");
    for (const forged of [
      { ...record, startTime: "1" },
      { ...record, bootId: "another start of the machine" },
    ]) {
      fs.writeFileSync(file, JSON.stringify(forged));
      assert.equal(isRunning(home, "probe"), false);
      assert.equal(await stopProcess(home, "probe"), false);
      assert.equal(alive(record.pid), true);
    }
    fs.writeFileSync(file, JSON.stringify(record));
    assert.equal(await stopProcess(home, "probe"), true);
  });

  it("ignores a record that a crash truncated", () => {
    fs.mkdirSync(path.join(home, "run"));
    fs.writeFileSync(path.join(home, "run", "probe.json"), '{"pid": 1');
    assert.equal(isRunning(home, "probe"), false);
  });

  it("shows the end of the log when a process does not get ready", async () => {
    startProcess(home, probe("console.error('the disk is full'); process.exit(3)"));
    await assert.rejects(
      waitUntilReady(home, "probe", async () => false, 5000),
      (error: Error) =>
        error.message.startsWith("probe stopped while it was starting") &&
        error.message.includes("the disk is full") &&
        error.message.includes(path.join(home, "logs", "probe.log")),
    );
    startProcess(home, probe(forever));
    await assert.rejects(
      waitUntilReady(home, "probe", async () => false, 200),
      /probe was not ready after 0.2 seconds/,
    );
  });

  it("names a command that cannot be started", () => {
    assert.throws(
      () => startProcess(home, { ...probe(""), command: path.join(home, "no-such-program") }),
      /probe could not be started: .*no-such-program/,
    );
  });
});
