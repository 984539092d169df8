import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { type DaemonPaths, runningDaemon, startDaemon, stopDaemon } from "../../../sandbox/docker/ownDaemon";
import { identify, isRunning } from "../../../sandbox/system/processes";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { removeTemporary, temporaryDirectory, writeScript } from "../temporary";

/** A fake dockerd that answers on its socket after running `body`. */
function fakeDockerd(body = ""): string {
  return writeScript(
    path.join(temporaryDirectory(), "dockerd"),
    `#!${process.execPath}
const argument = (name) => process.argv[process.argv.indexOf(name) + 1];
const driver = argument("--storage-driver");
console.log("starting with " + driver);
${body}
require("node:http").createServer((request, response) => response.end("[]")).listen(argument("--host").replace("unix://", ""));
`,
  );
}

describe("sandbox/docker: own daemon", () => {
  let places: DaemonPaths;
  const lines: string[] = [];
  const progress = (line: string) => lines.push(line);
  beforeEach(() => {
    lines.length = 0;
    const base = temporaryDirectory();
    places = {
      directory: path.join(base, "lib", "docker"),
      runDirectory: path.join(base, "run"),
      dockerHost: `unix://${path.join(base, "docker.sock")}`,
      changesNetwork: false,
    };
  });
  afterEach(async () => {
    await stopDaemon(places, () => {});
    removeTemporary();
  });

  it("starts it with overlay2, recognizes it, stops it and leaves nothing behind", async () => {
    await startDaemon(places, { progress, dockerd: fakeDockerd() });
    const running = runningDaemon(places);
    assert.equal(running?.storageDriver, "overlay2");
    const identity = identify(running?.pid ?? 0);
    assert.ok(identity !== undefined && isRunning(identity));
    await stopDaemon(places, progress);
    assert.equal(isRunning(identity), false);
    assert.equal(runningDaemon(places), undefined);
    const left = [places.directory, places.runDirectory, `${places.directory}.log`, places.dockerHost.slice(7)];
    assert.deepEqual(
      left.filter((file) => fs.existsSync(file)),
      [],
    );
  });

  it("falls back to another storage driver when overlay2 fails, and says so", async () => {
    const dockerd = fakeDockerd(`if (driver === "overlay2") {
      console.error("failed to start daemon: error initializing graphdriver: driver not supported");
      process.exit(1);
    }`);
    await startDaemon(places, { progress, dockerd });
    assert.match(lines.join("\n"), /The storage driver overlay2 does not work here; trying (vfs|fuse-overlayfs)/);
    assert.match(runningDaemon(places)?.storageDriver ?? "", /^(vfs|fuse-overlayfs)$/);
  });

  it("shows the end of the log when it exits, does not retry, and keeps the log", async () => {
    const dockerd = fakeDockerd(
      `console.error("failed to start daemon: Devices cgroup isn't mounted"); process.exit(3);`,
    );
    await assert.rejects(startDaemon(places, { progress, dockerd }), (error: Error) => {
      assert.match(
        error.message,
        /dockerd ended with code 3:\n {2}starting with overlay2\n {2}.*Devices cgroup isn't mounted/,
      );
      assert.ok(error.message.includes(`${places.directory}.log`));
      return true;
    });
    assert.deepEqual(lines, []);
    await stopDaemon(places, progress);
    assert.match(fs.readFileSync(`${places.directory}.log`, "utf8"), /Devices cgroup/);
  });

  it("kills a daemon that does not answer in time", async () => {
    const dockerd = fakeDockerd("require('node:child_process').execFileSync('sleep', ['5']);");
    await assert.rejects(
      startDaemon(places, { progress, dockerd, timeoutMs: 1_000 }),
      /dockerd did not answer within 1 s:\n {2}starting with overlay2/,
    );
    assert.equal(runningDaemon(places), undefined);
  });

  it("reports a dockerd that cannot be started", async () => {
    await assert.rejects(
      startDaemon(places, { progress, dockerd: "/does/not/exist" }),
      /could not be started: .*ENOENT/,
    );
  });

  it("waits for its own daemon that is still starting instead of starting a second one", async () => {
    const slow = fakeDockerd("require('node:child_process').execFileSync('sleep', ['1.5']);");
    await assert.rejects(startDaemon(places, { progress, dockerd: slow, timeoutMs: 0 }));
    assert.equal(runningDaemon(places), undefined, "it was given up");

    const starting = startDaemon(places, { progress, dockerd: slow });
    assert.ok(await waitUntil(() => runningDaemon(places) !== undefined, 50_000));
    const first = runningDaemon(places);
    await startDaemon(places, { progress, dockerd: "/does/not/exist" });
    await starting;
    assert.match(lines.join("\n"), /runs but does not answer yet; waiting/);
    assert.equal(runningDaemon(places)?.pid, first?.pid);
  });

  it("starts another daemon when the recorded one is ending", async () => {
    await startDaemon(places, { progress, dockerd: fakeDockerd() });
    const { pid = 0 } = runningDaemon(places) ?? {};
    process.kill(pid, "SIGKILL");
    // Do not wait for its end: the next start may find a process that is just ending.
    const takesTheSocket = fakeDockerd(`require("node:fs").rmSync(argument("--host").slice(7), { force: true });`);
    await startDaemon(places, { progress, dockerd: takesTheSocket });
    assert.notEqual(runningDaemon(places)?.pid ?? pid, pid);
  });

  it("never stops a process that merely has the recorded PID", async () => {
    await startDaemon(places, { progress, dockerd: fakeDockerd() });
    const file = path.join(places.directory, "daemon.json");
    const record = JSON.parse(fs.readFileSync(file, "utf8")) as { process: { pid: number; startTime: string } };
    const real = identify(record.process.pid);
    assert.ok(real !== undefined);
    fs.writeFileSync(file, JSON.stringify({ ...record, process: { ...record.process, startTime: "1" } }));
    assert.equal(runningDaemon(places), undefined);
    fs.writeFileSync(path.join(places.directory, "keep"), "");
    // Only the record identifies it now; its arguments no longer match our directories.
    places.runDirectory = path.join(temporaryDirectory(), "elsewhere");
    await stopDaemon(places, progress);
    assert.equal(isRunning(real), true);
    process.kill(real.pid, "SIGKILL");
  });
});
