import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { DockerEngine } from "../../../sandbox/providers/docker/dockerEngine";
import { imageType } from "../../../sandbox/providers/docker/image";
import { dockerProvider } from "../../../sandbox/providers/docker/provider";
import { Engine, type Properties, secret } from "./harness";
import { MemoryRegistry } from "./memoryRegistry";

const dockerHost = process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";

/** These tests build and push with a real Docker daemon, and are skipped with a loud warning if none answers. */
describe("docker.Image with a Docker daemon", function () {
  this.timeout(900_000);
  let engine: Engine;
  let registry: MemoryRegistry;
  let registryHost = "";
  let directory = "";
  let daemon: DockerEngine;

  before(async function () {
    daemon = new DockerEngine(dockerHost);
    try {
      await daemon.connect();
    } catch (error) {
      console.warn(`      NO DOCKER DAEMON at ${dockerHost} (${String(error)}): docker.Image is NOT TESTED`);
      this.skip();
    }
    registry = new MemoryRegistry("AWS", "top-secret-token");
    registryHost = await registry.start();
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "docker-image-"));
    engine = await Engine.start(dockerProvider("5.2.0"));
    await engine.configure({ host: dockerHost });
  });

  after(async () => {
    engine?.stop();
    registry?.stop();
    // All images of this run's registry, including those pulled by digest or left by failed builds.
    if (registryHost !== "") {
      const filters = JSON.stringify({ label: [`run=${registryHost}`] });
      await daemon.json("POST", "/images/prune", { query: { filters } });
      const all = await daemon.json<{ RepoTags?: string[]; RepoDigests?: string[] }[]>("GET", "/images/json");
      const names = all.flatMap((image) => [...(image.RepoTags ?? []), ...(image.RepoDigests ?? [])]);
      for (const name of names.filter((candidate) => candidate.startsWith(`${registryHost}/`))) {
        await daemon.json("DELETE", `/images/${name}`, { query: { force: "1" } }).catch(() => {});
      }
    }
    if (directory) fs.rmSync(directory, { recursive: true });
  });

  function context(name: string, dockerfile: string, files: Record<string, string> = {}): string {
    const folder = path.join(directory, name);
    fs.mkdirSync(folder, { recursive: true });
    for (const [file, content] of Object.entries({ ...files, Dockerfile: dockerfile })) {
      fs.writeFileSync(path.join(folder, file), content);
    }
    return folder;
  }

  async function create(name: string, build: Properties, more: Properties = {}) {
    const imageName = `${registryHost}/${name}`;
    const news = {
      imageName,
      build: { platform: "linux/amd64", ...build },
      registry: { server: `http://${registryHost}`, username: "AWS", password: secret("top-secret-token") },
      ...more,
    };
    const checked = await engine.check(imageType, news);
    assert.deepEqual(checked.failures, []);
    return { ...(await engine.create(imageType, checked.inputs)), inputs: checked.inputs, imageName };
  }

  for (const builderVersion of ["BuilderBuildKit", "BuilderV1"]) {
    it(`builds with ${builderVersion}, pushes with the resource's login and returns the registry's digest`, async () => {
      const folder = context(
        builderVersion.toLowerCase(),
        "FROM scratch\nARG WHO\nLABEL who=$WHO\nCOPY hello.txt /\n",
        {
          "hello.txt": builderVersion,
        },
      );
      const name = `clinic/${builderVersion.toLowerCase()}:v1`;
      const created = await create(name, { context: folder, builderVersion, args: { WHO: "me" } });
      const stored = registry.manifests.get(name);
      assert.ok(stored, "the manifest is in the registry");
      assert.equal(created.id, created.imageName);
      const { __inputs: inputs, ...outputs } = created.outputs;
      assert.deepEqual(outputs, {
        baseImageName: created.imageName,
        context: folder,
        dockerfile: "Dockerfile",
        imageName: created.imageName,
        platform: "linux/amd64",
        registryServer: `http://${registryHost}`,
        repoDigest: `${registryHost}/${name.split(":")[0]}@${stored.digest}`,
      });
      assert.ok(JSON.stringify(inputs).includes("1b47061264138c4ac30d75fd1eb44270"), "the stored inputs are a secret");
      const { Config } = await daemon.json<{ Config: { Labels: Properties } }>(
        "GET",
        `/images/${created.imageName}/json`,
      );
      assert.deepEqual(Config.Labels, { who: "me" });
      assert.ok(
        engine.statuses.some((text) => text.includes("COPY hello.txt")),
        "the build's progress is shown",
      );
      assert.ok(![...engine.logs, ...engine.statuses].some((text) => text.includes("top-secret-token")));
    });
  }

  it("copies an image by digest and keeps that digest, whether the image is local or was removed", async () => {
    const folder = context("original", "FROM scratch\nCOPY data /\n", { data: "x".repeat(200_000) });
    const original = await create("clinic/original:v1", { context: folder });
    const source = String(original.outputs["repoDigest"]);
    const digest = source.split("@")[1];
    const copying = context("copy", "ARG SOURCE\nFROM $" + "{SOURCE}\n");
    const build = { context: copying, builderVersion: "BuilderV1", args: { SOURCE: source } };

    const local = await create("clinic/copied:v1", build);
    assert.equal(local.outputs["repoDigest"], `${registryHost}/clinic/copied@${digest}`);

    const { Id } = await daemon.json<{ Id: string }>("GET", `/images/${original.imageName}/json`);
    await daemon.json("DELETE", `/images/${Id}`, { query: { force: "1" } });
    const pulled = await create("clinic/pulled:latest", build);
    assert.equal(pulled.outputs["repoDigest"], `${registryHost}/clinic/pulled@${digest}`);
  });

  it("pulls a private base image with BuildKit, with the resource's own login", async () => {
    const base = await create("clinic/base:v1", { context: context("base", "FROM scratch\nCOPY b /\n", { b: "b" }) });
    const folder = context("derived", `FROM ${String(base.outputs["repoDigest"])}\nCOPY c /\n`, { c: "c" });
    const derived = await create("clinic/derived:v1", { context: folder });
    assert.match(String(derived.outputs["repoDigest"]), /clinic\/derived@sha256:/);
  });

  it("accepts a Dockerfile outside the context, and honours .dockerignore", async () => {
    const outside = context("outside", "FROM scratch\nCOPY . /\n");
    const folder = context("inside", "FROM nothing-of-this-name\n", {
      kept: "1",
      dropped: "2",
      ".dockerignore": "dropped\n",
    });
    const created = await create("clinic/outside:v1", {
      context: folder,
      dockerfile: path.join(outside, "Dockerfile"),
    });
    assert.equal(created.outputs["dockerfile"], "../outside/Dockerfile");
    const changed = context("inside", "FROM nothing-of-this-name\n", { dropped: "3" });
    const again = await create("clinic/outside:v2", { context: changed, dockerfile: path.join(outside, "Dockerfile") });
    assert.equal(again.outputs["repoDigest"], created.outputs["repoDigest"], "an ignored file is not in the image");
  });

  it("keeps the image local with skipPush, and returns its ID", async () => {
    const folder = context("local", "FROM scratch\nCOPY l /\n", { l: "l" });
    const created = await create("clinic/local:v1", { context: folder }, { skipPush: true });
    const { Id } = await daemon.json<{ Id: string }>("GET", `/images/${created.imageName}/json`);
    assert.equal(created.outputs["repoDigest"], Id);
    assert.equal(registry.manifests.has("clinic/local:v1"), false);
  });

  it("says why a build failed, without showing a secret argument", async () => {
    // The classic builder keeps the layers of a failed build; the label allows finding and removing them.
    const dockerfile = `FROM scratch\nLABEL run=${registryHost}\nARG TOKEN\nCOPY "missing-\${TOKEN}" /\n`;
    const folder = context("failing", dockerfile);
    for (const builderVersion of ["BuilderBuildKit", "BuilderV1"]) {
      await assert.rejects(
        create("clinic/failing:v1", { context: folder, builderVersion, args: { TOKEN: secret("hunter22") } }),
        (error: Error) => /error reading build output: .*missing-\[secret\]/.test(error.message),
        builderVersion,
      );
    }
    assert.ok(![...engine.logs, ...engine.statuses].some((text) => text.includes("hunter22")));
  });

  it("fails with the registry's answer when the login is wrong", async () => {
    const folder = context("denied", "FROM scratch\nCOPY d /\n", { d: "d" });
    const wrong = { server: registryHost, username: "AWS", password: secret("wrong") };
    await assert.rejects(
      create("clinic/denied:v1", { context: folder }, { registry: wrong }),
      /unauthorized|no basic auth/,
    );
  });

  it("builds in a preview when buildOnPreview is set, and pushes nothing", async () => {
    const folder = context("preview", "FROM scratch\nCOPY p /\n", { p: "p" });
    const imageName = `${registryHost}/clinic/preview:v1`;
    const { inputs } = await engine.check(imageType, { imageName, build: { context: folder }, buildOnPreview: true });
    const created = await engine.create(imageType, inputs, true);
    assert.match(String(created.outputs["repoDigest"]), /^sha256:/);
    assert.equal(registry.manifests.has("clinic/preview:v1"), false);
    const without = await engine.create(imageType, { ...inputs, buildOnPreview: false }, true);
    assert.equal("repoDigest" in without.outputs, false);
  });
});
