import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Builder } from "../../../sandbox/providers/dockerBuild/builder";
import { imageType } from "../../../sandbox/providers/dockerBuild/imageInputs";
import { dockerBuildProvider } from "../../../sandbox/providers/dockerBuild/provider";
import { writeScript } from "../temporary";
import { write, writeContext } from "./contextFolder";
import { Engine, type Properties, secret, unknownValue } from "./harness";

const digest = `sha256:${"d".repeat(64)}`;

/** What the docker-build stand-in decides by itself; program/buildkit.test.ts tests builds. */
describe("docker-build stand-in", () => {
  const home = process.cwd();
  let engine: Engine;
  let directory = "";
  let starts = 0;
  const agent = process.env["SSH_AUTH_SOCK"];

  before(async () => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "docker-build-"));
    process.chdir(directory);
    // Records its arguments, environment and Docker configuration, and returns a digest.
    const buildctl = writeScript(
      path.join(directory, "buildctl"),
      `#!/bin/sh
printf '%s\\n' "$@" > ${directory}/arguments
env > ${directory}/environment
cp "$DOCKER_CONFIG/config.json" ${directory}/config.json
while [ "$1" != --metadata-file ]; do shift; done
echo '#1 building' >&2
grep -q fail app/Dockerfile && { echo "the reason" >&2; echo "error: step failed" >&2; exit 1; }
echo '{"containerimage.digest":"${digest}"}' > "$2"
`,
    );
    const programs = { version: "0.0.0", buildkitd: "/no/such/buildkitd", buildctl };
    const builder: Builder = {
      async start() {
        starts++;
        return { programs, address: "unix:///run/x" };
      },
    };
    engine = await Engine.start(dockerBuildProvider("0.0.14", builder));
    await engine.configure();
  });
  after(() => {
    process.chdir(home);
    engine.stop();
    fs.rmSync(directory, { recursive: true });
  });
  beforeEach(() => {
    starts = 0;
    writeContext();
    fs.symlinkSync("deep", "app/src/folder");
    process.env["SSH_AUTH_SOCK"] = "/run/agent";
  });
  afterEach(() => {
    if (agent === undefined) delete process.env["SSH_AUTH_SOCK"];
    else process.env["SSH_AUTH_SOCK"] = agent;
  });

  const news = (more: Properties = {}): Properties => ({
    push: false,
    buildOnPreview: false,
    exports: [{ raw: "type=registry,name=localhost:5000/petclinic:v1" }],
    context: { location: "app" },
    platforms: ["linux/amd64", "linux/arm64"],
    registries: secret([{ address: "http://localhost:5000", username: "AWS", password: "token-1" }]),
    ...more,
  });
  const check = async (more: Properties = {}) => engine.check(imageType, news(more));
  const read = (file: string) => fs.readFileSync(path.join(directory, file), "utf8");

  async function create(more: Properties = {}) {
    const { inputs, failures } = await check(more);
    assert.deepEqual(failures, []);
    return { inputs, ...(await engine.create(imageType, inputs)) };
  }

  it("adds the inputs that the released provider adds, with exactly its context hash", async () => {
    const { inputs, id, outputs } = await create();
    assert.deepEqual(inputs, {
      ...news(),
      network: "default",
      dockerfile: { location: "app/Dockerfile" },
    });
    assert.equal(id, digest);
    assert.deepEqual(outputs, {
      ...inputs,
      digest,
      ref: "",
      // Computed with hashBuildContext of pulumi-docker-build 0.0.14 and the fsutil version that it is built with.
      contextHash: "ce2a2251f9cdf281f899bbf9589bcab3e74958b6e46dd565ed1ebcdb9b3af589",
    });
  });

  it("passes every setting to BuildKit, with secrets and logins outside the arguments", async () => {
    write("key", "key");
    await create({
      addHosts: ["db:10.0.0.1"],
      buildArgs: { VERSION: "1", EMPTY: "" },
      cacheFrom: [{ raw: "type=registry,ref=localhost:5000/petclinic:cache" }],
      cacheTo: [{ raw: "type=registry,mode=max,ref=localhost:5000/petclinic:cache" }],
      network: "host",
      target: "runtime",
      secrets: secret({ npm_token: "hunter22" }),
      ssh: [{ id: "default" }, { id: "github", paths: ["key"] }],
    });
    const [metadata, ...args] = read("arguments")
      .split("\n")
      .filter((each) => each !== "")
      .slice(6);
    assert.equal(path.basename(metadata ?? ""), "metadata.json");
    assert.deepEqual(args, [
      ...["--frontend", "dockerfile.v0", "--local", "context=app", "--local", "dockerfile=app"],
      ...["--opt", "filename=Dockerfile", "--opt", "platform=linux/amd64,linux/arm64", "--opt", "target=runtime"],
      ...["--opt", "add-hosts=db=10.0.0.1", "--opt", "force-network-mode=host"],
      ...["--opt", "build-arg:EMPTY=", "--opt", "build-arg:VERSION=1", "--allow", "network.host"],
      ...["--import-cache", "type=registry,ref=localhost:5000/petclinic:cache"],
      ...["--export-cache", "type=registry,mode=max,ref=localhost:5000/petclinic:cache"],
      ...["--ssh", "default", "--ssh", "github=key"],
      ...["--output", "type=image,push=true,name=localhost:5000/petclinic:v1"],
      ...["--secret", "id=npm_token,env=BUILD_SECRET_0"],
    ]);
    assert.match(read("environment"), /^BUILD_SECRET_0=hunter22$/m);
    const { auths } = JSON.parse(read("config.json")) as { auths: Record<string, unknown> };
    assert.deepEqual(auths["localhost:5000"], { auth: Buffer.from("AWS:token-1").toString("base64") });
    const folder = /^DOCKER_CONFIG=(.*)$/m.exec(read("environment"))?.[1] ?? "";
    assert.ok(folder !== "" && !fs.existsSync(folder), "the login is gone with the build");
  });

  it("starts BuildKit only for a build, not for check, diff, preview, refresh or delete", async () => {
    const { inputs } = await check();
    const state = { ...inputs, digest, ref: "", contextHash: "another" };
    await engine.diff(imageType, digest, { inputs, outputs: state }, inputs);
    await engine.create(imageType, inputs, true);
    await engine.read(imageType, digest, { inputs, outputs: state });
    await engine.delete(imageType, digest, state);
    assert.equal(starts, 0);
    await engine.create(imageType, inputs);
    assert.equal(starts, 1);
  });

  it("sees a change in a new secret or content, as the released provider does, but not in a new password", async () => {
    const { inputs, outputs } = await create({ secrets: secret({ a: "1" }) });
    const changes = async (more: Properties) =>
      Object.keys((await engine.diff(imageType, digest, { inputs, outputs }, { ...inputs, ...more })).changes);
    assert.deepEqual(await changes({}), []);
    assert.deepEqual(
      await changes({
        registries: secret([{ address: "http://localhost:5000", username: "AWS", password: "token-2" }]),
      }),
      [],
    );
    assert.deepEqual(await changes({ secrets: secret({ a: "2" }) }), ["secrets"]);
    assert.deepEqual(await changes({ exports: [{ raw: unknownValue }] }), ["exports"]);
    write("app/a.txt", "another");
    assert.deepEqual(await changes({}), ["contextHash"]);
  });

  it("rejects unsupported properties by name, and reports the released provider's errors", async () => {
    delete process.env["SSH_AUTH_SOCK"];
    const reasons = async (more: Properties) => (await check(more)).failures;
    for (const [more, expected] of [
      [{ push: true, tags: ["a"] }, /^tags, push: true of docker-build:index:Image are not supported by the sandbox's/],
      [{ exports: [{ registry: { names: ["a"] } }] }, /^exports\[0\]\.registry of .* is not supported/],
      [{ dockerfile: { inline: "FROM a" } }, /^dockerfile\.inline of .* is not supported/],
      [{ builder: { name: "a" } }, /^builder of .* is not supported/],
      [{ context: { location: "none" } }, /^"none": not a valid directory or URL$/m],
      [{ dockerfile: { location: "none" } }, /^open none: no such file or directory$/],
      [{ ssh: [{ id: "default" }] }, /^invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set$/],
      [{ ssh: [{ id: "default", paths: ["none"] }] }, /^failed to stat none/],
      [{ push: null }, /^Missing required property 'push'$/],
    ] as const) {
      assert.match((await reasons(more)).join("\n"), expected);
    }
    fs.symlinkSync("none", "app/nowhere");
    const { inputs } = await check();
    await assert.rejects(engine.create(imageType, inputs), /could not open "nowhere"/);
  });

  it("rejects a secret with a null byte, and does not show it", async () => {
    await assert.rejects(create({ secrets: secret({ a: "1", b: "hunter\u000022" }) }), ({ message }: Error) => {
      assert.match(message, /secrets b: a value has a null byte/);
      assert.ok(!message.includes("hunter"), message);
      return true;
    });
  });

  it("says why a build failed, without showing a secret", async () => {
    write("app/Dockerfile", "fail hunter22");
    await assert.rejects(create({ secrets: secret({ a: "reason" }) }), /step failed/);
    assert.match(engine.logs.join("\n"), /Build output:\n#1 building/);
    assert.doesNotMatch(engine.logs.join("\n"), /reason/);
  });
});
