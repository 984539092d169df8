import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { aptGet, aptGetOrThrow } from "../../../sandbox/system/apt";
import { removeTemporary, temporaryDirectory, writeScript } from "../temporary";

describe("sandbox/system: apt", () => {
  const originalPath = process.env["PATH"];
  let directory: string;
  beforeEach(() => {
    directory = temporaryDirectory();
    process.env["PATH"] = `${directory}:${originalPath}`;
  });
  afterEach(() => {
    process.env["PATH"] = originalPath;
    removeTemporary();
  });

  /** An apt-get that fails with this message as often as given. */
  function fakeAptGet(failures: number, message: string) {
    writeScript(
      path.join(directory, "apt-get"),
      `#!/bin/sh
echo "$*" >> ${directory}/calls
[ "$(wc -l < ${directory}/calls)" -gt ${failures} ] && exit 0
echo "${message}" >&2
exit 100
`,
    );
  }
  const calls = () => fs.readFileSync(path.join(directory, "calls"), "utf8").trim().split("\n");

  it("waits while another apt holds its locks", async () => {
    fakeAptGet(2, "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 1 (apt-get)");
    assert.equal((await aptGet(["update"], { lockPauseMs: 1 })).code, 0);
    assert.deepEqual(calls(), ["update", "update", "update"]);
  });

  it("completes an interrupted installation, and tries again", async () => {
    fakeAptGet(1, "E: dpkg was interrupted, you must manually run 'sudo dpkg --configure -a' to correct the problem.");
    writeScript(path.join(directory, "dpkg"), `#!/bin/sh\necho "dpkg $*" >> ${directory}/calls\n`);
    assert.equal((await aptGet(["install", "docker.io"])).code, 0);
    assert.deepEqual(calls(), ["install docker.io", "dpkg --configure -a", "install docker.io"]);
  });

  it("gives up at once on any other error, and reports it", async () => {
    fakeAptGet(9, "E: Unable to locate package nonsense");
    await assert.rejects(
      aptGetOrThrow(["install", "nonsense"]),
      /apt-get install nonsense failed \(100\):\n.*Unable to locate package nonsense/,
    );
    assert.equal(calls().length, 1);
  });
});
