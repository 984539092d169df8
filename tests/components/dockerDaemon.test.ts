import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { dockerDaemonFaults } from "../../components/images/dockerDaemon";

describe("Docker engine for a build", () => {
  const { PATH, DOCKER_HOST } = process.env;
  let directory: string;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-docker-"));
  });
  afterEach(() => {
    process.env["PATH"] = PATH;
    if (DOCKER_HOST === undefined) delete process.env["DOCKER_HOST"];
    else process.env["DOCKER_HOST"] = DOCKER_HOST;
    fs.rmSync(directory, { recursive: true });
  });

  /** The faults for an engine of this version and image store. */
  function faultsOf(version: string, status: string): string[] {
    const script = `#!/bin/sh\ncase "$1" in version) echo ${version};; info) echo '${status}';; esac\n`;
    fs.writeFileSync(path.join(directory, "docker"), script, { mode: 0o755 });
    process.env["PATH"] = `${directory}:${PATH}`;
    // A new address each time, because each address is asked only once.
    process.env["DOCKER_HOST"] = `unix://${directory}/docker.sock`;
    return dockerDaemonFaults().map(({ path: property, value, fix }) => `${property}: ${value}: ${fix}`);
  }
  const classic = '[["Backing Filesystem","extfs"],["Supports d_type","true"]]';
  const containerd = '[["driver-type","io.containerd.snapshotter.v1"]]';

  for (const [version, status, isRefused] of [
    ["20.10.24+dfsg1", classic, false],
    ["26.1.5+dfsg1", classic, false],
    ["24.0.9", containerd, true],
    ["27.4.1", containerd, true],
    ["27.5.0", containerd, false],
    ["28.5.2+dfsg4", containerd, false],
    ["29.0.1", containerd, false],
  ] as const) {
    const store = status === classic ? "classic" : "containerd";
    it(`${version} with the ${store} image store ${isRefused ? "is refused" : "is fine"}`, () => {
      assert.deepEqual(
        faultsOf(version, status),
        isRefused
          ? [
              `docker: Docker ${version} with the containerd image store: update Docker to 27.5 or newer, or turn off the containerd image store.`,
            ]
          : [],
      );
    });
  }
});
