import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { dockerContext } from "../../cli/environments/dockerContext";

describe("npm run up: the Docker client's context", () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "context-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  /** What is found with a docker client that gives this answer. */
  const found = (answer: string, env: NodeJS.ProcessEnv = {}) => {
    const script = `#!/bin/sh\n[ "$1 $2 $3" = "context inspect --format" ] && ${answer}\n`;
    fs.writeFileSync(path.join(folder, "docker"), script, { mode: 0o755 });
    return dockerContext({ PATH: `${folder}:/bin:/usr/bin`, ...env });
  };
  const says = (name: string, host: string) => `echo '"${name}" "${host}"'`;

  it("is found with its engine's address", () => {
    const host = "unix:///home/me/.colima/default/docker.sock";
    assert.deepEqual(found(says("colima", host)), { name: "colima", host });
    assert.deepEqual(found(says("build", "ssh://me@build")), { name: "build", host: "ssh://me@build" });
  });

  it("is undefined where the provider finds the engine itself or the client cannot tell", () => {
    assert.equal(found(says("default", "unix:///var/run/docker.sock")), undefined);
    assert.equal(found(says("colima", "unix:///x"), { DOCKER_HOST: "unix:///y" }), undefined);
    assert.equal(found(says("remote", "tcp://build:2376")), undefined, "its certificates are the context's");
    assert.equal(found("exit 1"), undefined);
    assert.equal(dockerContext({ PATH: "" }), undefined);
  });
});
