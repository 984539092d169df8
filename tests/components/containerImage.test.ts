import assert from "node:assert/strict";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ContainerImage, type ContainerImageArgs, PrivateRepository, PublicRepository } from "../../components";
import { contentTag } from "../../components/images/buildContext";
import { InputRefused } from "../../components/inputChecks";
import {
  copyOf,
  fetchOf,
  ImageFixture,
  imageType,
  otherDigest,
  privateLogin,
  privateUrl,
  publicLogin,
} from "./imageFixture";
import { digest, isKnown, known, startMocks } from "./mocks";

const publicUrl = "public.ecr.aws/a1b2c3d4/petclinic";

describe("ContainerImage", () => {
  let fixture: ImageFixture;
  beforeEach(async () => {
    fixture = new ImageFixture();
    await fixture.start();
  });
  afterEach(() => fixture.stop());

  const create = (args: Partial<ContainerImageArgs> = {}) =>
    new ContainerImage(
      "petclinic",
      {
        context: fixture.context,
        repositories: [new PrivateRepository("petclinic", { exclusionFilters: ["latest"] })],
        ...args,
      },
      fixture.opts,
    );
  const both = () => [
    new PrivateRepository("petclinic", { exclusionFilters: ["latest"] }),
    new PublicRepository("petclinic"),
  ];
  const contentTagOf = (more: object = {}) =>
    contentTag({ context: fixture.context, platform: "linux/amd64", ...more });

  it("builds once for the first repository and copies that digest to every other address", async () => {
    const image = create({ repositories: both(), args: { VERSION: "1" }, target: "runtime", tags: ["latest"] });
    const { tag } = image;
    const rest = { skipPush: false, buildOnPreview: false };
    assert.deepEqual(await fixture.images(), {
      [`petclinic-${tag}`]: {
        imageName: `${privateUrl}:${tag}`,
        build: {
          context: fixture.context,
          dockerfile: path.join(fixture.context, "Dockerfile"),
          args: { VERSION: "1" },
          target: "runtime",
          platform: "linux/amd64",
        },
        registry: privateLogin,
        ...rest,
      },
      // Logs in to the first registry, so that the copy can be made on a machine that did not build the image.
      [`petclinic-fetch-public-petclinic:${tag}`]: {
        imageName: `${privateUrl}:${tag}`,
        build: fetchOf(`${privateUrl}@${digest}`),
        registry: privateLogin,
        ...rest,
        skipPush: true,
      },
      [`petclinic-public-petclinic:${tag}`]: {
        imageName: `${publicUrl}:${tag}`,
        build: copyOf(`${privateUrl}@${digest}`),
        registry: publicLogin,
        ...rest,
      },
      [`petclinic-private-petclinic:latest-${tag}`]: {
        imageName: `${privateUrl}:latest`,
        build: copyOf(`${privateUrl}@${digest}`),
        registry: privateLogin,
        ...rest,
      },
      [`petclinic-public-petclinic:latest-${tag}`]: {
        imageName: `${publicUrl}:latest`,
        build: copyOf(`${publicUrl}@${digest}`),
        registry: publicLogin,
        ...rest,
      },
    });
    assert.equal(await known(image.reference), `${privateUrl}@${digest}`);
    assert.deepEqual(await Promise.all(image.references.map(known)), [
      `${privateUrl}@${digest}`,
      `${publicUrl}@${digest}`,
    ]);
    assert.equal(await known(image.digest), digest);
  });

  it("replaces its resources with their repositories, and takes no other difference for a change", async () => {
    const [privateRepository, publicRepository] = both() as [PrivateRepository, PublicRepository];
    const { tag } = create({ repositories: [privateRepository, publicRepository], tags: ["latest"] });
    await fixture.mocks.settle();
    const options = Object.fromEntries(
      Object.entries(fixture.options).map(([name, { replaceWith, ignoreChanges }]) => [
        name.replace(new RegExp(`[:-]${tag}$`), ""),
        { replaceWith, ignoreChanges },
      ]),
    );
    const ignoreChanges = ["build", "skipPush"];
    const [inPrivate, inPublic] = [privateRepository.repository, publicRepository.repository];
    assert.deepEqual(Object.keys(options).sort(), [
      "petclinic",
      "petclinic-fetch-public-petclinic",
      "petclinic-private-petclinic:latest",
      "petclinic-public-petclinic",
      "petclinic-public-petclinic:latest",
    ]);
    assert.deepEqual(options["petclinic"], { replaceWith: [inPrivate], ignoreChanges });
    assert.deepEqual(options["petclinic-private-petclinic:latest"], { replaceWith: [inPrivate], ignoreChanges });
    assert.deepEqual(options["petclinic-public-petclinic"], { replaceWith: [inPublic], ignoreChanges });
    assert.deepEqual(options["petclinic-public-petclinic:latest"], { replaceWith: [inPublic], ignoreChanges });
    assert.deepEqual(options["petclinic-fetch-public-petclinic"], {
      replaceWith: [inPrivate, inPublic],
      ignoreChanges: ["build", "imageName", "registry"],
    });
  });

  it("neither builds nor pushes a content tag that the registry holds: it fetches it, and moves the other tags", async () => {
    const tag = contentTagOf();
    fixture.held[`private:${tag}`] = digest;
    create({ tags: ["latest"] });
    const images = await fixture.images();
    assert.equal(images[`petclinic-${tag}`]?.["skipPush"], true);
    assert.equal(images[`petclinic-private-petclinic:latest-${tag}`]?.["skipPush"], false);
    // Only with cacheFrom the provider logs in although it does not push.
    assert.deepEqual(images[`petclinic-${tag}`]?.["build"], fetchOf(`${privateUrl}:${tag}`));
  });

  it("takes what a public repository holds rather than build another digest", async () => {
    const tag = contentTagOf();
    fixture.held[`public:${tag}`] = digest;
    create({ repositories: both() });
    const images = await fixture.images();
    assert.deepEqual(images[`petclinic-${tag}`]?.["build"], copyOf(`${publicUrl}@${digest}`));
    assert.equal(images[`petclinic-${tag}`]?.["skipPush"], false);
    assert.equal(images[`petclinic-public-petclinic:${tag}`]?.["skipPush"], true);
  });

  it("builds for a first repository that lacks what another private one holds, whose login it would need", async () => {
    const tag = contentTagOf();
    const [inPublic, inPrivate] = both().reverse() as [PublicRepository, PrivateRepository];
    fixture.held[`private:${tag}`] = digest;
    create({ repositories: [inPublic, inPrivate] });
    const images = await fixture.images();
    const { build } = images[`petclinic-${tag}`] as { build: { context: string } };
    assert.equal(build.context, fixture.context);
  });

  it("registers the same resources whether the tag is there or not", async () => {
    create({ repositories: both(), tags: ["latest"] });
    await fixture.mocks.settle();
    const names = () => fixture.mocks.registrations.map(({ type, name }) => `${type} ${name}`).sort();
    const before = names();
    await fixture.start();
    fixture.held[`private:${contentTagOf()}`] = digest;
    fixture.held[`public:${contentTagOf()}`] = digest;
    create({ repositories: both(), tags: ["latest"] });
    await fixture.mocks.settle();
    assert.deepEqual(names(), before);
  });

  it("hands hosts, network and cache on to the build", async () => {
    const { tag } = create({
      extraHosts: { "registry.internal": "10.0.0.7", docker: "host-gateway" },
      network: "none",
      cacheFrom: ["latest", "main"],
      args: { VERSION: "1" },
    });
    const images = await fixture.images();
    assert.deepEqual(images[`petclinic-${tag}`]?.["build"], {
      context: fixture.context,
      dockerfile: path.join(fixture.context, "Dockerfile"),
      args: { BUILDKIT_INLINE_CACHE: "1", VERSION: "1" },
      platform: "linux/amd64",
      network: "none",
      addHosts: ["registry.internal:10.0.0.7", "docker:host-gateway"],
      cacheFrom: { images: [`${privateUrl}:latest`, `${privateUrl}:main`] },
    });
  });

  it("gives the image another tag for every setting that decides its content, a base image's digest among them", () => {
    const settings: Partial<ContainerImageArgs>[] = [
      {},
      { rebuild: "2026-11" },
      { rebuild: "2026-12" },
      { args: { BASE: `node@${digest}` } },
      { args: { BASE: `node@${otherDigest}` } },
      { network: "none" },
      { extraHosts: { a: "10.0.0.1" } },
      { target: "test" },
      { platform: "linux/arm64" },
    ];
    const tags = settings.map((each) => create(each).tag);
    fixture.write("Dockerfile", `FROM node@${digest}\n`);
    tags.push(create().tag);
    fixture.write("Dockerfile", `FROM node@${otherDigest}\n`);
    tags.push(create().tag);
    assert.equal(new Set(tags).size, tags.length, tags.join(" "));
    // Where the cache is read from does not decide the content; that its information is written into the image does.
    assert.equal(create({ cacheFrom: ["latest"] }).tag, create({ cacheFrom: ["main", "latest"] }).tag);
    assert.notEqual(create({ cacheFrom: ["latest"] }).tag, create().tag);
  });

  it("does not know the digest of a new image in a preview, and leaves no flag unknown", async () => {
    await fixture.start(true);
    const image = create({ tags: ["latest"] });
    const images = await fixture.images();
    assert.equal(typeof image.tag, "string");
    for (const output of [image.digest, image.reference]) assert.equal(await isKnown(output), false);
    const { build } = images[`petclinic-private-petclinic:latest-${image.tag}`] as { build: { args: object } };
    assert.deepEqual(build, { ...copyOf(""), args: { SOURCE: { __pulumiUnknown: true } } });
    // The released provider stops at a flag that is not known.
    assert.deepEqual(
      Object.values(images).map((inputs) => inputs["skipPush"]),
      [false, false],
    );
  });

  it("takes empty settings for none", async () => {
    const { tag } = create({ args: {}, extraHosts: {}, cacheFrom: [], tags: [] });
    assert.equal(tag, contentTagOf());
    const images = await fixture.images();
    assert.deepEqual(images[`petclinic-${tag}`]?.["build"], {
      context: fixture.context,
      dockerfile: path.join(fixture.context, "Dockerfile"),
      platform: "linux/amd64",
    });
  });

  it("leaves no flag unknown in a preview where even the repository's name is", async () => {
    await fixture.start(true);
    const repositoryName = pulumi.output(pulumi.unknown as unknown as string);
    const { tag } = create({ repositories: [new PrivateRepository("petclinic", { repositoryName })] });
    const images = await fixture.images();
    assert.equal(images[`petclinic-${tag}`]?.["skipPush"], false);
  });

  it("says how to push an image again that was deleted from the registry", async () => {
    const image = create();
    const registry = fixture.mocks;
    fixture.mocks = { ...registry, ofType: () => [] };
    await assert.rejects(known(image.digest), (error: Error) => {
      assert.match(
        error.message,
        /repositories: "petclinic" — the private repository holds no image tagged src-\w+: it was deleted.* Fix: .*pulumi up --refresh --replace '\*\*::petclinic-\*\*'/,
      );
      return error instanceof InputRefused;
    });
  });

  it("refuses every fault in one error before anything is registered", async () => {
    const repository = new PrivateRepository("petclinic");
    const before = fixture.mocks.registrations.length;
    assert.throws(
      () =>
        create({
          dockerfile: path.join(fixture.context, "Containerfile"),
          platform: "linux/amd64,linux/arm64",
          tags: ["latest", "not a tag"],
          cacheFrom: ["a b"],
          args: { NPM_TOKEN: "hunter22" },
          repositories: [repository, repository],
        }),
      (error) => {
        assert.ok(error instanceof InputRefused);
        const paths = new Set(error.faults.map((fault) => fault.path));
        assert.deepEqual([...paths].sort(), [
          ...["args.NPM_TOKEN", "cacheFrom[0]", "dockerfile", "platform"],
          ...["repositories[1]", "tags[0]", "tags[1]"],
        ]);
        assert.match(error.message, /"latest" — the private repository "petclinic" is IMMUTABLE/);
        assert.match(error.message, /docker\.Image builds no indexes of several/);
        assert.ok(!error.message.includes("hunter22"));
        return true;
      },
    );
    await fixture.mocks.settle();
    assert.deepEqual(
      fixture.mocks.registrations
        .slice(before)
        .filter(({ type }) => type === imageType || type.includes("ContainerImage")),
      [],
    );
  });

  it("refuses a context that is not there, and no repository at all", () => {
    assert.throws(
      () => create({ context: path.join(fixture.context, "none") }),
      /context: ".*none" — the build context must be a folder/,
    );
    assert.throws(() => create({ repositories: [] }), /repositories: \[\] — an image goes to at least one repository/);
  });

  it("says in an update, not in a preview, that no Docker answers", async () => {
    process.env["DOCKER_HOST"] = `unix://${fixture.context}/no.sock`;
    fixture.restorePath();
    try {
      await fixture.startEngine(true);
      create();
      await startMocks({}, false);
      assert.throws(
        () => create(),
        /docker: "unix:.*no\.sock" — the image is built by a Docker engine, and none answers/,
      );
    } finally {
      delete process.env["DOCKER_HOST"];
    }
    assert.equal(pulumi.runtime.isDryRun(), false);
  });
});
