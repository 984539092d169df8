import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ContainerImage, type ContainerImageArgs, PrivateRepository, PublicRepository } from "../../components";
import { contentTag } from "../../components/buildContext";
import { InputRefused } from "../../components/inputChecks";
import { account, digest, known, type Mocks, startMocks } from "./mocks";

const imageType = "docker:index/image:Image";
const privateUrl = `${account}.dkr.ecr.ap-northeast-2.amazonaws.com/petclinic`;
const publicUrl = "public.ecr.aws/a1b2c3d4/petclinic";

describe("ContainerImage", () => {
  let mocks: Mocks;
  let context: string;
  /** The tag is in the registries once something pushed it. */
  let pushed: Set<unknown>;
  beforeEach(async () => {
    context = fs.mkdtempSync(path.join(os.tmpdir(), "context-"));
    fs.writeFileSync(path.join(context, "Dockerfile"), "FROM scratch\n");
    pushed = new Set();
    const tagOf = (args: Record<string, unknown>) =>
      args["imageTag"] ?? (args["imageIds"] as { imageTag: string }[])[0]?.imageTag;
    // A preview needs no Docker, and neither do these tests.
    mocks = await startMocks(
      { hasImage: (args) => pushed.has(tagOf(args)) || mocks.ofType(imageType).length > 0 },
      true,
    );
  });
  afterEach(() => fs.rmSync(context, { recursive: true }));

  const create = (args: Partial<ContainerImageArgs> = {}) =>
    new ContainerImage("petclinic", {
      context,
      repositories: [new PrivateRepository("petclinic", { exclusionFilters: ["latest"] })],
      ...args,
    });

  it("builds once for the first repository and copies that digest to every other address", async () => {
    const image = create({
      repositories: [
        new PrivateRepository("petclinic", { exclusionFilters: ["latest"] }),
        new PublicRepository("petclinic"),
      ],
      args: { VERSION: "1" },
      target: "runtime",
      tags: ["latest"],
    });
    await mocks.settle();
    const tag = image.tag;
    const copyContext = path.join("components", "imageCopy");
    const copy = {
      context: copyContext,
      dockerfile: path.join(copyContext, "Dockerfile"),
      args: { SOURCE: `${privateUrl}@${digest}` },
      builderVersion: "BuilderV1",
      platform: "linux/amd64",
    };
    /** How the engine's protocol marks a secret. The whole login is one. */
    const secret = (value: unknown) => ({
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      value,
    });
    const privateLogin = secret({ server: "https://registry", username: "AWS", password: "private-token" });
    const publicLogin = secret({ server: "public.ecr.aws", username: "AWS", password: "public-token" });
    const byName = Object.fromEntries(mocks.ofType(imageType).map(({ name, inputs }) => [name, inputs]));
    assert.deepEqual(JSON.parse(JSON.stringify(byName)), {
      [`petclinic-${tag}`]: {
        imageName: `${privateUrl}:${tag}`,
        build: {
          context,
          dockerfile: path.join(context, "Dockerfile"),
          args: { VERSION: "1" },
          target: "runtime",
          platform: "linux/amd64",
        },
        registry: privateLogin,
        skipPush: false,
        buildOnPreview: false,
      },
      [`petclinic-public-petclinic-${tag}`]: {
        imageName: `${publicUrl}:${tag}`,
        build: copy,
        registry: publicLogin,
        skipPush: false,
        buildOnPreview: false,
      },
      [`petclinic-private-petclinic-latest-${tag}`]: {
        imageName: `${privateUrl}:latest`,
        build: copy,
        registry: privateLogin,
        skipPush: false,
        buildOnPreview: false,
      },
      [`petclinic-public-petclinic-latest-${tag}`]: {
        imageName: `${publicUrl}:latest`,
        build: copy,
        registry: publicLogin,
        skipPush: false,
        buildOnPreview: false,
      },
    });
    assert.equal(await known(image.reference), `${privateUrl}@${digest}`);
    assert.deepEqual(await Promise.all(image.references.map(known)), [
      `${privateUrl}@${digest}`,
      `${publicUrl}@${digest}`,
    ]);
    assert.equal(await known(image.digest), digest);
  });

  it("neither builds nor pushes a content tag that the registry holds: it fetches it, and moves the other tags", async () => {
    const tag = contentTag({ context, platform: "linux/amd64" });
    pushed.add(tag);
    create({ tags: ["latest"] });
    await mocks.settle();
    const [own, latest] = mocks.ofType(imageType).map(({ inputs }) => inputs);
    assert.equal(own?.["skipPush"], true);
    assert.equal(latest?.["skipPush"], false);
    const source = `${privateUrl}:${tag}`;
    assert.deepEqual(own?.["build"], {
      context: path.join("components", "imageCopy"),
      dockerfile: path.join("components", "imageCopy", "Dockerfile"),
      args: { SOURCE: source },
      builderVersion: "BuilderV1",
      platform: "linux/amd64",
      // Only with this does the provider log in although it does not push.
      cacheFrom: { images: [source] },
    });
  });

  it("registers the same resources whether the tag is there or not", async () => {
    create();
    await mocks.settle();
    const before = mocks.registrations.map(({ type, name }) => `${type} ${name}`);
    mocks = await startMocks({ hasImage: () => true }, true);
    create();
    await mocks.settle();
    assert.deepEqual(
      mocks.registrations.map(({ type, name }) => `${type} ${name}`),
      before,
    );
  });

  it("refuses every fault in one error before anything is registered", async () => {
    const repository = new PrivateRepository("petclinic");
    const before = mocks.registrations.length;
    assert.throws(
      () =>
        create({
          dockerfile: path.join(context, "Containerfile"),
          platform: "linux/amd64,linux/arm64",
          tags: ["latest", "not a tag"],
          repositories: [repository],
        }),
      (error) => {
        assert.ok(error instanceof InputRefused);
        const paths = new Set(error.faults.map((fault) => fault.path));
        assert.deepEqual([...paths].sort(), ["dockerfile", "platform", "tags[0]", "tags[1]"]);
        assert.match(error.message, /"latest" — the private repository "petclinic" is IMMUTABLE/);
        return true;
      },
    );
    await mocks.settle();
    assert.deepEqual(
      mocks.registrations.slice(before).filter(({ type }) => type === imageType || type.includes("ContainerImage")),
      [],
    );
  });

  it("refuses a context that is not there, and no repository at all", () => {
    assert.throws(
      () => create({ context: path.join(context, "none") }),
      /context: ".*none" — the build context must be a folder/,
    );
    assert.throws(() => create({ repositories: [] }), /repositories: \[\] — an image goes to at least one repository/);
  });

  it("says in an update, not in a preview, that no Docker answers", async () => {
    create();
    await startMocks({}, false);
    process.env["DOCKER_HOST"] = `unix://${context}/no.sock`;
    try {
      assert.throws(
        () => create(),
        (error: Error) => {
          assert.match(
            error.message,
            /docker: "unix:.*no\.sock" — the image is built by a Docker engine, and none answers/,
          );
          return true;
        },
      );
    } finally {
      delete process.env["DOCKER_HOST"];
    }
    assert.equal(pulumi.runtime.isDryRun(), false);
  });
});
