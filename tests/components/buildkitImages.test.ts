import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ContainerImage, type ContainerImageArgs, PrivateRepository, PublicRepository } from "../../components";
import { contentTag } from "./contentTag";
import {
  builtType,
  copyType,
  ImageFixture,
  imageType,
  privateLogin,
  privateUrl,
  secret,
  tagsType,
} from "./imageFixture";
import { digest, known } from "./mocks";

const component = "ecr:index:ContainerImage";
const registry = (privateLogin["value"] ?? {}) as { server: string; username: string; password: string };

describe("ContainerImage built by BuildKit", () => {
  let fixture: ImageFixture;
  const environment = { ...process.env };
  beforeEach(async () => {
    fixture = new ImageFixture();
    await fixture.start();
    process.env["NPM_TOKEN"] = "from-the-environment";
    process.env["SSH_AUTH_SOCK"] = "/run/agent";
  });
  afterEach(() => {
    fixture.stop();
    for (const name of ["NPM_TOKEN", "SSH_AUTH_SOCK"]) {
      if (environment[name] === undefined) delete process.env[name];
      else process.env[name] = environment[name];
    }
  });

  const create = (args: Partial<ContainerImageArgs> = {}) =>
    new ContainerImage(
      "app",
      {
        context: fixture.context,
        repositories: [new PrivateRepository("petclinic", { exclusionFilters: ["latest", "buildcache"] })],
        builder: "buildkit",
        ...args,
      },
      fixture.opts,
    );
  const tagOf = (more: object = {}) => contentTag({ context: fixture.context, platform: "linux/amd64", ...more });
  const exports = (tag = tagOf()) => [{ raw: `type=registry,name=${privateUrl}:${tag}` }];
  const place = () => ({
    context: { location: fixture.context },
    dockerfile: { location: path.join(fixture.context, "Dockerfile") },
  });
  const plain = () => ({
    push: false,
    exports: exports(),
    buildOnPreview: false,
    ...place(),
    platforms: ["linux/amd64"],
    // Set by the SDK.
    network: "default",
    registries: secret([{ address: registry.server, username: registry.username, password: registry.password }]),
  });
  /** As if the stack's last update had built the image here with BuildKit and tagged it. */
  const wasMade = (name = `app-${tagOf()}`, more: object = {}) => {
    fixture.has(component, builtType, name, { ...place(), exports: exports(), ...more });
    wasTagged();
  };
  const wasTagged = () =>
    fixture.has(component, tagsType, "app", { image: `${privateUrl}:${tagOf()}`, tags: [], digest });
  const built = async () => (await fixture.images())[`${builtType} app-${tagOf()}`];

  it("builds and pushes with the docker-build provider, and copies and tags as usual", async () => {
    const image = create({ repositories: [new PrivateRepository("petclinic"), new PublicRepository("petclinic")] });
    const images = await fixture.images();
    assert.deepEqual(Object.keys(images), [
      `${builtType} app-${image.tag}`,
      `${copyType} app:public:petclinic`,
      `${tagsType} app`,
    ]);
    assert.deepEqual(images[`${builtType} app-${image.tag}`], plain());
    assert.equal(image.tag, tagOf());
    assert.equal(await known(image.reference), `${privateUrl}@${digest}`);
  });

  it("passes every build setting on, and secrets as secrets", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "secrets-"));
    fs.writeFileSync(path.join(folder, "npmrc"), "from-a-file\n");
    const base = {
      args: { VERSION: "1" },
      target: "runtime",
      network: "host",
      extraHosts: { "registry.internal": "10.0.0.7" },
    };
    create({
      ...base,
      platforms: ["linux/arm64", "linux/amd64"],
      cacheTo: "buildcache",
      cacheFrom: ["latest"],
      secrets: {
        npm_token: { env: "NPM_TOKEN" },
        npmrc: { file: path.join(folder, "npmrc") },
        given: { value: "in-clear" },
        later: { value: pulumi.output("known-later") },
      },
      ssh: { default: [], github: [path.join(folder, "npmrc")] },
    });
    const images = await fixture.images();
    fs.rmSync(folder, { recursive: true });
    const args = { BUILDKIT_INLINE_CACHE: "1", VERSION: "1" };
    const tag = tagOf({ ...base, args, platform: "linux/amd64,linux/arm64" });
    assert.deepEqual(Object.keys(images), [`${builtType} app-${tag}`, `${tagsType} app`]);
    assert.deepEqual(images[`${builtType} app-${tag}`], {
      ...plain(),
      exports: exports(tag),
      platforms: ["linux/amd64", "linux/arm64"],
      buildArgs: args,
      target: "runtime",
      network: "host",
      addHosts: ["registry.internal:10.0.0.7"],
      cacheFrom: [
        { raw: `type=registry,ref=${privateUrl}:buildcache` },
        { raw: `type=registry,ref=${privateUrl}:latest` },
      ],
      cacheTo: [{ raw: `type=registry,mode=max,image-manifest=true,oci-mediatypes=true,ref=${privateUrl}:buildcache` }],
      secrets: secret({
        npm_token: "from-the-environment",
        npmrc: "from-a-file\n",
        given: "in-clear",
        later: "known-later",
      }),
      ssh: [{ id: "default" }, { id: "github", paths: [path.join(folder, "npmrc")] }],
    });
  });

  it("has the same tag as a build by Docker, whatever its secrets, SSH keys and cache", () => {
    const { tag } = create({ secrets: { a: { env: "NPM_TOKEN" } }, ssh: { default: [] }, cacheTo: "buildcache" });
    assert.equal(tag, tagOf());
  });

  it("refuses a cache tag that another image uses in the first repository, and only there", () => {
    const opts = { exclusionFilters: ["latest"] };
    const [shop, team] = [new PrivateRepository("shop", opts), new PrivateRepository("team", opts)];
    create({ repositories: [shop], tags: ["latest"] });
    const cached = (repositories: PrivateRepository[], rebuild: string) =>
      new ContainerImage("cached", {
        ...{ context: fixture.context, builder: "buildkit", cacheTo: "latest" },
        ...{ repositories: repositories as [PrivateRepository], rebuild },
      });
    assert.throws(
      () => cached([shop], "1"),
      /cacheTo: found "latest"\. ContainerImage "app" already puts this tag into the private repository "shop"/,
    );
    cached([team, shop], "2");
  });

  it("ignores changed build settings, keeps removed images in the registry, and is replaced with its repository", async () => {
    const repository = new PrivateRepository("petclinic");
    const { tag } = create({ repositories: [repository] });
    await fixture.mocks.settle();
    const { ignoreChanges, retainOnDelete, replaceWith, additionalSecretOutputs } =
      fixture.options[`${builtType} app-${tag}`] ?? {};
    assert.deepEqual([...(ignoreChanges ?? [])].sort(), [
      ...["addHosts", "buildArgs", "cacheFrom", "cacheTo", "context", "dockerfile", "network", "platforms"],
      ...["secrets", "ssh", "target"],
    ]);
    assert.equal(retainOnDelete, true);
    assert.deepEqual(replaceWith, [repository.repository]);
    assert.deepEqual(additionalSecretOutputs, ["secrets", "registries"]);
  });

  it("leaves an unchanged stack alone, even without its secrets, whether or not the registry holds the image", async () => {
    delete process.env["NPM_TOKEN"];
    wasMade(undefined, { secrets: { npm_token: "as-built" } });
    for (const isHeld of [false, true]) {
      await fixture.startEngine(false);
      if (isHeld) fixture.held[`private:${tagOf()}`] = digest;
      create({ secrets: { npm_token: { env: "NPM_TOKEN" } } });
      const images = await fixture.images();
      assert.deepEqual(Object.keys(images), [`${builtType} app-${tagOf()}`, `${tagsType} app`], String(isHeld));
      assert.deepEqual(images[`${builtType} app-${tagOf()}`], {
        ...plain(),
        secrets: secret({ npm_token: "as-built" }),
      });
    }
  });

  it("keeps the build of an update that ended before the image was tagged", async () => {
    fixture.has(component, builtType, `app-${tagOf()}`, { ...place(), exports: exports() });
    fixture.held[`private:${tagOf()}`] = digest;
    create();
    assert.deepEqual(Object.keys(await fixture.images()), [`${builtType} app-${tagOf()}`, `${tagsType} app`]);
  });

  it("passes on the current secrets, or those of the last build if they are no longer available", async () => {
    delete process.env["GONE"];
    wasMade(undefined, { secrets: { npm_token: "old", gone: "as-built", unused: "as-built" } });
    create({
      secrets: {
        npm_token: { env: "NPM_TOKEN" },
        gone: { env: "GONE" },
        never: { env: "GONE" },
        given: { value: "new" },
      },
    });
    assert.deepEqual(
      (await built())?.["secrets"],
      secret({ npm_token: "from-the-environment", gone: "as-built", given: "new" }),
    );
  });

  it("neither builds nor reads a secret when the registry holds the image", async () => {
    delete process.env["NPM_TOKEN"];
    delete process.env["SSH_AUTH_SOCK"];
    fixture.held[`private:${tagOf()}`] = digest;
    create({ secrets: { npm_token: { env: "NPM_TOKEN" } }, ssh: { default: [] } });
    assert.deepEqual(Object.keys(await fixture.images()), [`${tagsType} app`]);
  });

  for (const [from, to] of [
    ["docker", "buildkit"],
    ["buildkit", "docker"],
  ] as const) {
    it(`builds nothing when the builder changes from ${from} to ${to}`, async () => {
      if (from === "buildkit") wasMade();
      else {
        fixture.has(component, imageType, `app-${tagOf()}`, { imageName: `${privateUrl}:${tagOf()}` });
        wasTagged();
      }
      fixture.held[`private:${tagOf()}`] = digest;
      create({ builder: to });
      assert.deepEqual(Object.keys(await fixture.images()), [`${tagsType} app`]);
    });
  }

  it("builds nothing after the folder has moved, although the provider would look for it in the old place", async () => {
    wasMade(`app-${tagOf()}`, { context: { location: "elsewhere" } });
    fixture.held[`private:${tagOf()}`] = digest;
    create();
    assert.deepEqual(Object.keys(await fixture.images()), [`${tagsType} app`]);
  });

  it("rebuilds a missing image under the next resource name", async () => {
    fixture.has(component, builtType, `app-${tagOf()}`, { ...place(), exports: exports() });
    create();
    const images = await fixture.images();
    assert.deepEqual(Object.keys(images), [`${builtType} app-${tagOf()}:2`, `${tagsType} app`]);
  });

  it("fails the update, but not the preview, if a secret is missing", async () => {
    delete process.env["NPM_TOKEN"];
    const secrets = { npm_token: { env: "NPM_TOKEN" }, npmrc: { file: path.join(fixture.context, "none") } };
    fixture.write(".dockerignore", "none\n");
    create({ secrets });
    await assert.rejects(fixture.brought(), (error: Error) => {
      assert.match(error.message, /ContainerImage "app": 2 faults/);
      assert.match(error.message, /secrets\.npm_token\.env: found "NPM_TOKEN"\. .*it is not set here\. Set NPM_TOKEN/);
      assert.match(error.message, /secrets\.npmrc\.file: found ".*none"\. .*cannot be read here \(ENOENT\)/);
      return true;
    });
    await fixture.start(true);
    fixture.write(".dockerignore", "none\n");
    create({ secrets });
    assert.deepEqual((await built())?.["secrets"], {});
  });

  it("fails the update if a secret's value is empty, as from a variable that is not set", async () => {
    create({ secrets: { npm_token: { value: "" } } });
    await assert.rejects(fixture.brought(), /secrets\.npm_token\.value: found ""\. .*it is empty\. Set it, or leave/);
  });

  it("says what is wrong with a secret's file that BuildKit or Pulumi would not accept", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "secrets-"));
    const file = (name: string, content: string | Buffer) => {
      fs.writeFileSync(path.join(folder, name), content);
      return { file: path.join(folder, name) };
    };
    const fine = file("fine", "x".repeat(500 * 1024));
    const large = file("large", "x".repeat(500 * 1024 + 1));
    create({ secrets: { fine, large, bytes: file("bytes", Buffer.of(0xff)), folder: { file: folder } } });
    await assert.rejects(fixture.brought(), ({ message }: Error) => {
      assert.match(message, /ContainerImage "app": 3 faults/);
      assert.match(message, /secrets\.large\.file: .*at most 500 KB; this file has 512,001 bytes/);
      assert.match(message, /secrets\.bytes\.file: .*not UTF-8/);
      assert.match(message, /secrets\.folder\.file: .*cannot be read here \(EISDIR\)/);
      return true;
    });
    fs.rmSync(folder, { recursive: true });
  });

  it("fails in a preview, too, if there is no SSH agent or key, as its provider does", async () => {
    delete process.env["SSH_AUTH_SOCK"];
    await fixture.start(true);
    create({ ssh: { default: [], github: ["/no/such/key"] } });
    await assert.rejects(
      fixture.brought(),
      /ssh\.default: found \[\]\. .*SSH_AUTH_SOCK(.|\n)*ssh\.github\[0\]: found "\/no\/such\/key"/,
    );
  });
});
