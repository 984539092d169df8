import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { chooseClient, linkClient, linkUserPlugins } from "../../../sandbox/docker/dockerClient";
import { removeTemporary, temporaryDirectory, writeScript } from "../temporary";

/** A fake docker client with these answers to `--version`, `buildx version` and `version`. */
function fakeClient({ version = "Docker version 28.2.2, build e6534b4", buildx = false, server = true }): string {
  const directory = temporaryDirectory();
  writeScript(
    path.join(directory, "docker"),
    `#!/bin/sh
case "$1" in
  --version) echo "${version}" ;;
  buildx) ${buildx ? "echo github.com/docker/buildx v0.17.1" : `echo "docker: 'buildx' is not a docker command." >&2; exit 1`} ;;
  version) ${server ? `[ "$DOCKER_HOST" = unix:///engine.sock ] && echo 20.10` : "echo 'client version 1.52 is too new. Maximum supported API version is 1.41' >&2; exit 1"} ;;
esac
`,
  );
  return directory;
}

const OLD = "Docker version 20.10.24+dfsg1, build 297e128";

describe("sandbox/docker: client", () => {
  afterEach(removeTemporary);
  const choose = (...directories: string[]) =>
    chooseClient({ searchPath: directories.join(":"), dockerHost: "unix:///engine.sock" });

  it("skips a new client without buildx and says so", async () => {
    const [withoutBuildx, old] = [fakeClient({}), fakeClient({ version: OLD })];
    const { client, rejected } = await choose(withoutBuildx, old);
    assert.deepEqual(client, { path: path.join(old, "docker"), version: "20.10.24+dfsg1", builder: "built-in" });
    assert.deepEqual(rejected, [
      `${withoutBuildx}/docker (28.2.2) has no buildx plugin and cannot build with BuildKit`,
    ]);
  });

  it("takes the first client that works, including a new one with buildx", async () => {
    const [withBuildx, old] = [fakeClient({ buildx: true }), fakeClient({ version: OLD })];
    const { client, rejected } = await choose(withBuildx, old);
    assert.deepEqual(client, { path: path.join(withBuildx, "docker"), version: "28.2.2", builder: "buildx" });
    assert.deepEqual(rejected, []);
  });

  it("skips a client that the engine does not support, and programs other than Docker", async () => {
    const tooNew = fakeClient({ buildx: true, server: false });
    const podman = fakeClient({ version: "podman version 4.3.1" });
    const { client, rejected } = await choose(podman, tooNew);
    assert.equal(client, undefined);
    assert.match(rejected[0] ?? "", /docker is not a Docker client$/);
    assert.match(
      rejected[1] ?? "",
      /\(28\.2\.2\) does not understand the engine: .*Maximum supported API version is 1\.41/,
    );
  });

  it("checks each program once, and never the sandbox's own link", async () => {
    const [broken, own] = [fakeClient({}), fakeClient({ version: OLD })];
    const alias = path.join(temporaryDirectory(), "bin");
    fs.symlinkSync(broken, alias);
    const { client, rejected } = await chooseClient({
      searchPath: [own, broken, alias, "relative", "/does/not/exist"].join(":"),
      exclude: own,
    });
    assert.equal(client, undefined);
    assert.equal(rejected.length, 1);
  });

  it("links the client into the bin directory, and replaces the link after a change", () => {
    const bin = path.join(temporaryDirectory(), "bin");
    for (const program of ["/a/docker", "/a/docker", "/b/docker"]) {
      linkClient(bin, { path: program, version: "1", builder: "buildx" });
      assert.equal(fs.readlinkSync(path.join(bin, "docker")), program);
    }
    assert.deepEqual(fs.readdirSync(bin), ["docker"]);
  });

  it("links only the user's plugins into another config directory", () => {
    const user = temporaryDirectory();
    const own = path.join(temporaryDirectory(), "config");
    linkUserPlugins(own, user);
    assert.equal(fs.existsSync(own), false, "no plugins, no directory");
    fs.mkdirSync(path.join(user, "cli-plugins"));
    fs.writeFileSync(path.join(user, "config.json"), '{"auths": {"example.com": {"auth": "c2VjcmV0"}}}');
    linkUserPlugins(own, user);
    linkUserPlugins(own, user);
    assert.deepEqual(fs.readdirSync(own), ["cli-plugins"]);
    assert.equal(fs.realpathSync(path.join(own, "cli-plugins")), fs.realpathSync(path.join(user, "cli-plugins")));
  });
});
