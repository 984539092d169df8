import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { installDocker } from "../../../sandbox/docker/install";
import { removeTemporary, temporaryDirectory, writeScript } from "../temporary";

describe("sandbox/docker: installation", () => {
  const originalPath = process.env["PATH"];
  let directory: string;
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
    directory = temporaryDirectory();
    process.env["PATH"] = `${directory}:${originalPath}`;
  });
  afterEach(() => {
    process.env["PATH"] = originalPath;
    removeTemporary();
  });

  /** A fake apt with these packages; with `stale` it needs an update first. `install` is run as the installation. */
  function fakeApt({ packages = ["docker.io"], stale = false, install = "exit 0" }) {
    const updated = path.join(directory, "updated");
    if (!stale) {
      fs.writeFileSync(updated, "");
    }
    writeScript(
      path.join(directory, "apt-cache"),
      `#!/bin/sh
case " ${packages.join(" ")} " in *" $2 "*) [ -e ${updated} ] && printf '%s:\\n  Installed: (none)\\n  Candidate: 1.0\\n' "$2" && exit ;; esac
printf '%s:\\n  Installed: (none)\\n  Candidate: (none)\\n' "$2"
`,
    );
    writeScript(
      path.join(directory, "apt-get"),
      `#!/bin/sh
echo "$DEBIAN_FRONTEND $*" >> ${directory}/calls
case "$1" in update) : > ${updated} ;; install) ${install} ;; esac
`,
    );
  }
  const calls = () => fs.readFileSync(path.join(directory, "calls"), "utf8").trim().split("\n");
  const INSTALL = "noninteractive install -y -q --no-install-recommends";

  it("installs docker.io, with its client and buildx where they are separate packages", async () => {
    fakeApt({});
    await installDocker((line) => lines.push(line));
    assert.deepEqual(calls(), [`${INSTALL} docker.io`]);
    assert.match(lines[0] ?? "", /Docker is not installed: installing the package docker\.io/);
    fs.rmSync(path.join(directory, "calls"));
    fakeApt({ packages: ["docker.io", "docker-cli", "docker-buildx"] });
    await installDocker(() => {});
    assert.deepEqual(calls(), [`${INSTALL} docker.io docker-cli docker-buildx`]);
  });

  it("updates the package lists first if they lack docker.io", async () => {
    fakeApt({ stale: true });
    await installDocker(() => {});
    assert.deepEqual(calls(), ["noninteractive update -q", `${INSTALL} docker.io`]);
  });

  it("updates the package lists and retries once when the installation fails", async () => {
    fakeApt({ install: `[ -e ${directory}/failed ] || { : > ${directory}/failed; exit 100; }` });
    await installDocker(() => {});
    assert.deepEqual(calls(), [`${INSTALL} docker.io`, "noninteractive update -q", `${INSTALL} docker.io`]);
  });

  it("shows apt's error and what to do when the retry fails too", async () => {
    fakeApt({ install: "echo 'E: Unable to fetch some archives' >&2; exit 100" });
    await assert.rejects(
      installDocker(() => {}),
      /"apt-get install docker\.io":\nE: Unable to fetch some archives\nInstall Docker yourself/,
    );
  });
});
