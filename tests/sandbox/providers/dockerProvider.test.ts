import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { startBuildSession } from "../../../sandbox/providers/docker/buildSession";
import { findCredentials } from "../../../sandbox/providers/docker/credentials";
import { DockerEngine } from "../../../sandbox/providers/docker/dockerEngine";
import { imageType } from "../../../sandbox/providers/docker/image";
import { dockerProvider } from "../../../sandbox/providers/docker/provider";
import { parseImageName, registryAddress } from "../../../sandbox/providers/docker/references";
import { write, writeContext } from "./contextFolder";
import { FakeDaemon } from "./fakeDaemon";
import { Engine, type Properties, secret, secretSignature, unknownValue } from "./harness";

/** What the stand-in decides without a real Docker daemon. */
describe("docker stand-in", () => {
  const home = process.cwd();
  let daemon: FakeDaemon;
  let host = "";
  let engine: Engine;
  let directory = "";

  before(async () => {
    daemon = new FakeDaemon();
    host = await daemon.start();
    engine = await Engine.start(dockerProvider("5.2.0"));
    await engine.configure({ host });
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "docker-provider-"));
    process.chdir(directory);
  });
  after(() => {
    process.chdir(home);
    engine.stop();
    daemon.stop();
    fs.rmSync(directory, { recursive: true });
  });

  const news = (build: Properties = {}): Properties => ({
    imageName: "localhost:5000/petclinic:v1",
    build: { context: "app", platform: "linux/amd64", ...build },
    registry: { server: "http://localhost:5000", username: "AWS", password: secret("token-1") },
  });

  async function digestOf(build: Properties = {}): Promise<unknown> {
    const { inputs } = await engine.check(imageType, news(build));
    return (inputs["build"] as Properties)["contextDigest"];
  }

  it("adds the inputs that the released provider adds, with exactly its context digest", async () => {
    writeContext();
    const { inputs, failures } = await engine.check(imageType, news({ args: { A: secret("s3cret") } }));
    assert.deepEqual(failures, []);
    assert.deepEqual(inputs, {
      imageName: "localhost:5000/petclinic:v1",
      build: {
        args: { A: secret("s3cret") },
        context: "app",
        // Computed with hashContext of pulumi-docker 5.2.0's provider and the fsutil version it is built with.
        contextDigest: "19324c353f59fb2fb7953f7490299091010120b731526025c3409b360b150a76",
        dockerfile: "app/Dockerfile",
        platform: "linux/amd64",
      },
      buildOnPreview: false,
      registry: { server: "http://localhost:5000", username: "AWS", password: secret("token-1") },
      skipPush: false,
    });
  });

  it("digests content, mode, names, links and the Dockerfile, but not times or ignored files", async () => {
    writeContext();
    const original = await digestOf();
    const digestAfter = async (change: () => void) => {
      writeContext();
      change();
      return digestOf();
    };
    const different: Record<string, () => void> = {
      content: () => write("app/a.txt", "other"),
      mode: () => fs.chmodSync("app/a.txt", 0o600),
      name: () => fs.renameSync("app/a.txt", "app/b.txt"),
      "new file": () => write("app/new", ""),
      link: () => {
        fs.rmSync("app/src/link");
        fs.symlinkSync("run.sh", "app/src/link");
      },
      Dockerfile: () => write("app/Dockerfile", "FROM scratch\n"),
      ".dockerignore": () => write("app/.dockerignore", "node_modules\n"),
      "brought back": () => write("app/keep.log", "changed"),
    };
    for (const [what, change] of Object.entries(different)) assert.notEqual(await digestAfter(change), original, what);
    const same: Record<string, () => void> = {
      time: () => fs.utimesSync("app/a.txt", 1, 1),
      "ignored file": () => write("app/drop.log", "changed"),
      "file in an ignored folder": () => write("app/node_modules/y/z.js", "new"),
      "empty folder": () => fs.mkdirSync("app/empty"),
    };
    for (const [what, change] of Object.entries(same)) assert.equal(await digestAfter(change), original, what);
    writeContext();
    write("app/Dockerfile.dockerignore", "*.txt\n");
    assert.notEqual(await digestOf(), original, "the Dockerfile's own ignore file comes first");
  });

  it("fails for ignore files that Docker rejects, for sockets and for unsupported file names", async () => {
    writeContext();
    write("app/.dockerignore", "a\n!\n");
    await assert.rejects(
      digestOf(),
      /invalid excludepatterns: app\/\.dockerignore: line 2 has a "!" without a pattern/,
    );
    writeContext();
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen("app/socket", resolve));
    await assert.rejects(digestOf(), /error while hashing "socket": could not open file .*no such device or address/);
    await new Promise((resolve) => server.close(resolve));
    writeContext();
    fs.writeFileSync(Buffer.from([...Buffer.from("app/x"), 0xff]), "");
    await assert.rejects(digestOf(), /"x\ufffd": the stand-in does not support file names that are not UTF-8/);
    write("app/.dockerignore", "x?\n");
    await digestOf();
  });

  it("fails in a preview when the context or Dockerfile is missing, and says where it looked", async () => {
    writeContext();
    await assert.rejects(digestOf({ context: "none" }), {
      message:
        'could not open dockerfile at relative path "none/Dockerfile": stat none/Dockerfile: no such file or directory',
    });
    await assert.rejects(
      digestOf({ dockerfile: "src/run.sh" }),
      /could not open dockerfile at relative path "src\/run\.sh"\. Try setting `dockerfile` to "app\/src\/run\.sh"/,
    );
    await assert.rejects(
      digestOf({ dockerfile: "/none" }),
      /expected a relative Dockerfile path; got "\/none" instead/,
    );
    await assert.rejects(digestOf({ builderVersion: "V3" }), /invalid Docker Builder version/);
    await assert.rejects(digestOf({ cacheFrom: {} }), /cacheFrom requires an `images` field/);
  });

  it("accepts values that a preview does not know yet", async () => {
    writeContext();
    const { inputs, failures } = await engine.check(imageType, {
      imageName: unknownValue,
      build: { context: "app", args: { SOURCE: unknownValue } },
      registry: unknownValue,
    });
    assert.deepEqual(failures, []);
    assert.equal(inputs["imageName"], unknownValue);
    assert.equal(typeof (inputs["build"] as Properties)["contextDigest"], "string");
    assert.match(engine.logs.join(), /info: Building your image for linux\/\w+ architecture/);
    const unresolved = await engine.check(imageType, {
      imageName: "localhost:5000/a:1",
      build: { context: unknownValue },
    });
    assert.equal("contextDigest" in (unresolved.inputs["build"] as Properties), false);
    const { outputs } = await engine.create(imageType, inputs, true);
    assert.equal("repoDigest" in outputs, false);
    await engine.create(imageType, { ...inputs, buildOnPreview: true }, true);
    assert.match(engine.logs.join(), /warning: Minimum inputs for build are unresolved/);
  });

  it("rejects image names without a registry, and unsupported properties and types by name", async () => {
    writeContext();
    await assert.rejects(
      engine.check(imageType, { ...news(), imageName: "petclinic:v1", registry: {} }),
      /"petclinic:v1": repository name must be canonical\.\nThis resource requires all image names to be fully qualified/,
    );
    const local = await engine.check(imageType, { ...news(), imageName: "petclinic:v1", registry: {}, skipPush: true });
    assert.deepEqual(local.failures, [], "a name that is not pushed needs no registry");
    const { failures } = await engine.check(imageType, { ...news({ secrets: {} }), labels: {} });
    assert.match(
      failures.join(),
      /labels, build\.secrets of docker:index\/image:Image are not supported by the sandbox's/,
    );
    assert.match((await engine.check(imageType, {})).failures.join(), /Missing required property 'imageName'/);
    const tag = await engine.check("docker:index/tag:Tag", { sourceImage: "a", targetImage: "b" });
    assert.match(
      tag.failures.join(),
      /docker:index\/tag:Tag is not supported .*\. Supported: docker:index\/image:Image\./,
    );
    await assert.rejects(
      engine.invoke("docker:index/getNetwork:getNetwork"),
      /not supported .* which has no functions/,
    );
  });

  it("sees any change except that of credentials", async () => {
    writeContext();
    const { inputs } = await engine.check(imageType, news());
    const state = {
      inputs,
      outputs: { imageName: inputs["imageName"], __inputs: { ...secretSignature, value: inputs } },
    };
    const differ = async (changed: Properties) => {
      const { inputs: checked } = await engine.check(imageType, { ...news(), ...changed }, inputs);
      return (await engine.diff(imageType, "id", state, checked)).changes;
    };
    const update = { kind: "update", replace: false };
    assert.deepEqual(await differ({}), {});
    const login = { server: "http://localhost:5000", username: "other", password: secret("token-2") };
    assert.deepEqual(await differ({ registry: login }), {}, "fresh credentials");
    assert.deepEqual(await differ({ registry: { ...login, server: "http://localhost:6000" } }), { registry: update });
    assert.deepEqual(await differ({ imageName: "localhost:5000/petclinic:v2" }), { imageName: update });
    assert.deepEqual(await differ({ build: { context: "app", platform: "linux/arm64" } }), { build: update });
    assert.deepEqual(await differ({ skipPush: true }), { skipPush: update });
    write("app/a.txt", "changed");
    assert.deepEqual(await differ({}), { build: update });
  });

  it("makes no request to read or delete an image", async () => {
    const outputs = { imageName: "localhost:5000/a:1", __inputs: secret({ imageName: "localhost:5000/a:1" }) };
    const old = { inputs: { imageName: "localhost:5000/a:1" }, outputs };
    assert.deepEqual(await engine.read(imageType, "a", old), { id: "a", ...old });
    const before = daemon.requests.length;
    await engine.delete(imageType, "a", outputs);
    assert.equal(daemon.requests.length, before);
  });

  it("retries once when Docker lost the context to another build of it, and not after another failure", async () => {
    writeContext();
    const { inputs } = await engine.check(imageType, news({ builderVersion: "BuilderV1" }));
    const builds = async (...errors: string[]) => {
      const before = daemon.requests.length;
      daemon.buildErrors = errors;
      await assert.rejects(engine.create(imageType, inputs), /context not found|no space left/);
      daemon.buildErrors = [];
      return daemon.requests.slice(before).filter((each) => each.includes("/build?")).length;
    };
    const lost = 'failed to read downloaded context: Get "http://build-context-or70yf": context not found';
    assert.equal(await builds(lost, "no space left"), 2);
    assert.equal(await builds(lost, lost, lost), 2);
    assert.equal(await builds("no space left", lost), 1);
  });

  it("stops a build when the user cancels", async () => {
    writeContext();
    const cancelled = await Engine.start(dockerProvider("5.2.0"));
    await cancelled.configure({ host });
    const { inputs } = await cancelled.check(imageType, news({ builderVersion: "BuilderV1" }));
    const asked = new Promise<void>((resolve) => {
      daemon.hanging = () => resolve();
    });
    const building = assert.rejects(cancelled.create(imageType, inputs), /^Error: cancelled: /);
    await asked;
    await cancelled.cancel();
    await building;
    daemon.hanging = undefined;
    await assert.rejects(cancelled.create(imageType, inputs), /cancelled/);
    cancelled.stop();
  });

  it("names a lost daemon and how to start it, whether lost before or during an answer, and from then on", async () => {
    writeContext();
    const ended = /lost the Docker daemon at tcp:\S+ \((.*)\)\. Is the docker daemon running\? .*`npm run local`/;
    for (const [begin, prefix, reason] of [
      ["", "error reading build output", "socket hang up"],
      ['{"stream":"Step 1/2"}\n', "error reading build output", "aborted"],
    ] as const) {
      const dying = new FakeDaemon();
      const dyingEngine = await Engine.start(dockerProvider("5.2.0"));
      await dyingEngine.configure({ host: await dying.start() });
      const { inputs } = await dyingEngine.check(imageType, news({ builderVersion: "BuilderV1" }));
      dying.hanging = (response) => {
        if (begin === "") dying.stop();
        else response.write(begin, () => setTimeout(() => dying.stop(), 20));
      };
      for (const words of [reason, "connect ECONNREFUSED"]) {
        await assert.rejects(dyingEngine.create(imageType, inputs), ({ message }: Error) => {
          assert.ok(message.startsWith(prefix), message);
          assert.ok(ended.exec(message)?.[1]?.startsWith(words), message);
          return true;
        });
      }
      dyingEngine.stop();
    }
  });

  it("needs a running daemon when configured, and says where it looked", async () => {
    const other = await Engine.start(dockerProvider("5.2.0"));
    await assert.rejects(
      other.configure({ host: "unix:///nowhere/docker.sock" }),
      /failed to connect to any docker daemon \(unix:\/\/\/nowhere\/docker\.sock: connect ENOENT .*\); start Docker, or set DOCKER_HOST or docker:host to its address; if the sandbox had started it, start it again with `npm run local`/,
    );
    const failures = await other.checkConfig({ host: "ssh://somewhere", certPath: "/certs", registryAuth: "[]" });
    assert.match(
      failures.join("\n"),
      /provider configuration certPath is not supported .*\. Supported: host, registryAuth\./,
    );
    assert.match(failures.join("\n"), /host: "ssh:\/\/somewhere": expected unix:\/\/\/path\/to\/docker\.sock or tcp:/);
    assert.deepEqual(
      await other.checkConfig({ host, registryAuth: '[{"address":"localhost:5000"}]', version: "5.2.0" }),
      [],
    );
    other.stop();
  });

  it("answers BuildKit's request for credentials, for the requested registry only", async () => {
    const auth = { username: "AWS", password: "token-1", serveraddress: "localhost:5000" };
    const client = new DockerEngine(host);
    await client.connect();
    const session = await startBuildSession(client, { "localhost:5000": auth });
    const methods = String(daemon.sessionHeaders["x-docker-expose-session-grpc-method"]);
    assert.ok(methods.includes("/moby.filesync.v1.Auth/Credentials"));
    assert.equal(daemon.sessionHeaders["x-docker-expose-session-uuid"], session.id);
    const ask = (name: string) =>
      daemon.call(
        "/moby.filesync.v1.Auth/Credentials",
        Buffer.concat([Buffer.of(0x0a, name.length), Buffer.from(name)]),
      );
    const answer = Buffer.concat([Buffer.of(0x0a, 3), Buffer.from("AWS"), Buffer.of(0x12, 7), Buffer.from("token-1")]);
    assert.deepEqual(await ask("localhost:5000"), answer);
    assert.deepEqual(await ask("registry.example.com"), Buffer.alloc(0));
    assert.deepEqual(await daemon.call("/grpc.health.v1.Health/Check", Buffer.alloc(0)), Buffer.of(0x08, 0x01));
    session.close();
  });

  it("prefers the resource's login to that of the Docker client's configuration", () => {
    const auth = Buffer.from("someone:else").toString("base64");
    write("config/config.json", JSON.stringify({ auths: { "https://localhost:5000": { auth } }, credsStore: "pass" }));
    const environment = { DOCKER_CONFIG: path.resolve("config") };
    const none = { server: "", username: "", password: "" };
    const own = findCredentials({ ...none, username: "AWS", password: "t" }, "localhost:5000/a:1", true, environment);
    assert.deepEqual(own.own, { username: "AWS", password: "t", serveraddress: "localhost:5000" });
    assert.deepEqual(own.warnings, []);
    const fallback = findCredentials({ ...none, username: "AWS" }, "localhost:5000/a:1", true, environment);
    assert.equal(fallback.own?.username, "someone");
    assert.match(fallback.warnings.join("\n"), /credential helper, which the sandbox's stand-in does not run/);
    assert.match(fallback.warnings.join("\n"), /password was not set, although username was/);
    assert.equal(findCredentials(none, "localhost:6000/a:1", true, environment).own, undefined);
  });

  it("reads image names as docker does", () => {
    assert.deepEqual(parseImageName("localhost:5000/a/b:v1"), { domain: "localhost:5000", path: "a/b", tag: "v1" });
    assert.deepEqual(parseImageName("alpine"), { domain: "docker.io", path: "library/alpine" });
    const digest = `sha256:${"a".repeat(64)}`;
    assert.deepEqual(parseImageName(`host.example/a@${digest}`), { domain: "host.example", path: "a", digest });
    assert.throws(
      () => parseImageName("host.example/A:1"),
      /invalid reference format: repository name \(A\) must be lowercase/,
    );
    assert.throws(() => parseImageName("a b"), /^Error: invalid reference format$/);
    assert.equal(registryAddress("", "docker.io/library/a:1"), "https://index.docker.io/v1/");
    assert.equal(registryAddress("https://localhost:5000/v2/", "x"), "localhost:5000");
  });
});
