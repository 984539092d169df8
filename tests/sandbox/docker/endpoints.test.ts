import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import * as path from "node:path";
import { noEngine } from "../../../sandbox/docker/daemon";
import { DEFAULT_DOCKER_HOST, dockerEndpoints, findEngine, judge } from "../../../sandbox/docker/endpoints";
import { removeTemporary, temporaryDirectory } from "../temporary";

const DEFAULT = { dockerHost: DEFAULT_DOCKER_HOST, origin: "the default socket" };
const VERSION = { Version: "28.0.1", Os: "linux", Arch: "arm64", Components: [{ Name: "Engine" }] };
const INFO = { OperatingSystem: "Debian GNU/Linux 12", SecurityOptions: ["name=seccomp,profile=default"] };

describe("sandbox/docker: endpoints", () => {
  const servers: net.Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
    }
    removeTemporary();
  });

  async function serve(server: net.Server): Promise<string> {
    const socket = path.join(temporaryDirectory(), "docker.sock");
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    return `unix://${socket}`;
  }
  const engine = (version: object, info: object) =>
    serve(
      http.createServer((request, response) => {
        response.end(JSON.stringify(request.url === "/version" ? version : info));
      }),
    );

  it("looks where the docker client does: DOCKER_HOST, else the context, then the default socket", () => {
    const config = temporaryDirectory();
    const addContext = (name: string, dockerHost: string) => {
      const directory = path.join(config, "contexts/meta", createHash("sha256").update(name).digest("hex"));
      fs.mkdirSync(directory, { recursive: true });
      const meta = { Name: name, Endpoints: { docker: { Host: dockerHost } } };
      fs.writeFileSync(path.join(directory, "meta.json"), JSON.stringify(meta));
    };
    addContext("team", "tcp://10.0.0.1:2376");
    addContext("other", "unix:///other.sock");
    fs.writeFileSync(path.join(config, "config.json"), JSON.stringify({ currentContext: "team" }));
    const env = { DOCKER_CONFIG: config };

    const team = { dockerHost: "tcp://10.0.0.1:2376", origin: 'the Docker context "team"' };
    assert.deepEqual(dockerEndpoints(env), [team, DEFAULT]);
    const other = { dockerHost: "unix:///other.sock", origin: 'the Docker context "other"' };
    assert.deepEqual(dockerEndpoints({ ...env, DOCKER_CONTEXT: "other" }), [other, DEFAULT]);
    assert.deepEqual(dockerEndpoints({ ...env, DOCKER_CONTEXT: "default" }), [DEFAULT]);
    assert.deepEqual(dockerEndpoints({ ...env, DOCKER_CONTEXT: "gone" }), [DEFAULT]);
    const host = { dockerHost: "unix:///mine.sock", origin: "DOCKER_HOST" };
    assert.deepEqual(dockerEndpoints({ ...env, DOCKER_HOST: "unix:///mine.sock" }), [host, DEFAULT]);
    assert.equal(
      dockerEndpoints({ DOCKER_HOST: "unix:///run/docker.sock" }).length,
      1,
      "the default, spelt differently",
    );
  });

  it("takes the first engine that answers", async () => {
    const dockerHost = await engine(VERSION, INFO);
    const missing = { dockerHost: "unix:///does/not/exist.sock", origin: "DOCKER_HOST" };
    const found = await findEngine([missing, { dockerHost, origin: "here" }]);
    assert.deepEqual(found, {
      engine: { dockerHost, origin: "here", version: "28.0.1", architecture: "arm64" },
      rejected: [],
    });
  });

  it("skips engines on other machines", async () => {
    const dockerHost = await engine(VERSION, INFO);
    for (const remote of ["tcp://10.0.0.1:2376", "ssh://admin@build", "npipe:////./pipe/docker", "nonsense"]) {
      const { engine: found, rejected } = await findEngine([
        { dockerHost: remote, origin: "DOCKER_HOST" },
        { dockerHost, origin: "here" },
      ]);
      assert.equal(found?.dockerHost, dockerHost);
      assert.match(rejected[0]?.reason ?? "", /is on another machine/);
    }
  });

  it("does not wait forever for a socket that does not answer", async function () {
    this.timeout(15_000);
    const dockerHost = await serve(net.createServer(() => {}));
    const { engine: found, rejected } = await findEngine([{ dockerHost, origin: "here" }]);
    assert.equal(found, undefined);
    assert.equal(rejected[0]?.reason, "did not answer in time");
  });

  it("rejects engines that cannot reach the registries or cannot build, each with its reason", () => {
    const endpoint = { dockerHost: "unix:///x.sock", origin: "DOCKER_HOST" };
    const cases: [object, object, RegExp][] = [
      [VERSION, { ...INFO, OperatingSystem: "Docker Desktop" }, /^is Docker Desktop/],
      [VERSION, { ...INFO, SecurityOptions: ["name=seccomp", "name=rootless"] }, /^is rootless/],
      [{ ...VERSION, Components: [{ Name: "Podman Engine" }] }, INFO, /^is Podman/],
      [{ ...VERSION, Os: "windows" }, INFO, /^runs windows containers/],
      [{ hello: "world" }, {}, /^does not answer as a Docker engine/],
    ];
    for (const [version, info, expected] of cases) {
      assert.match(String(judge(endpoint, { ...version }, { ...info })), expected);
    }
  });

  it("reports in one error what was found, why it cannot be used, and what to do", () => {
    assert.match(noEngine([]).message, /^Docker is not running\. .+/);
    const { message } = noEngine([{ dockerHost: "tcp://10.0.0.1:2376", origin: "DOCKER_HOST", reason: "is far away" }]);
    assert.match(message, /- tcp:\/\/10\.0\.0\.1:2376 \(DOCKER_HOST\) is far away\.\n.*(Start|Install)/);
  });
});
