import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ContainerImage, type ContainerImageArgs, PrivateRepository, PublicRepository } from "../../components";
import { InputRefused } from "../../components/inputChecks";
import { contentTag } from "./contentTag";
import {
  copyType,
  ImageFixture,
  imageType,
  loginOf,
  otherDigest,
  privateLogin,
  privateUrl,
  publicLogin,
  secret,
  tagsType,
} from "./imageFixture";
import { digest, isKnown, known } from "./mocks";

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

  const component = "ecr:index:ContainerImage";
  /** As if the stack's last update had built the image here and tagged it. */
  const wasMade = (name = `petclinic-${contentTagOf()}`) => {
    const image = `${privateUrl}:${contentTagOf()}`;
    fixture.has(component, imageType, name, { imageName: image });
    fixture.has(component, tagsType, "petclinic", { image, tags: ["latest"], digest });
  };
  const lookUps = () => fixture.mocks.calls.filter(({ token }) => /getImages?$/.test(token));

  it("builds once for the first repository, copies the image to the others and tags it in all of them", async () => {
    const image = create({ repositories: both(), args: { VERSION: "1" }, target: "runtime", tags: ["latest"] });
    const { tag } = image;
    assert.deepEqual(await fixture.images(), {
      [`${imageType} petclinic-${tag}`]: {
        imageName: `${privateUrl}:${tag}`,
        build: {
          context: fixture.context,
          dockerfile: path.join(fixture.context, "Dockerfile"),
          args: { VERSION: "1" },
          target: "runtime",
          platform: "linux/amd64",
        },
        registry: privateLogin,
        skipPush: false,
        buildOnPreview: false,
      },
      [`${copyType} petclinic:public:petclinic`]: {
        source: `${privateUrl}:${tag}`,
        sourceLogin: secret(loginOf(privateLogin)),
        repository: publicUrl,
        repositoryLogin: secret(loginOf(publicLogin)),
        tag,
      },
      [`${tagsType} petclinic`]: {
        image: `${privateUrl}:${tag}`,
        repositories: [
          { url: privateUrl, keptTags: [] },
          { url: publicUrl, keptTags: [] },
        ],
        logins: secret([loginOf(privateLogin), loginOf(publicLogin)]),
        tags: ["latest"],
      },
    });
    assert.equal(await known(image.reference), `${privateUrl}@${digest}`);
    assert.deepEqual(await Promise.all(image.references.map(known)), [
      `${privateUrl}@${digest}`,
      `${publicUrl}@${digest}`,
    ]);
    assert.equal(await known(image.digest), digest);
  });

  it("replaces its resources with their repositories, and ignores all other differences", async () => {
    const [privateRepository, publicRepository] = both() as [PrivateRepository, PublicRepository];
    const { tag } = create({ repositories: [privateRepository, publicRepository], tags: ["latest"] });
    await fixture.mocks.settle();
    const options = Object.fromEntries(
      Object.entries(fixture.options).map(([name, { replaceWith, ignoreChanges }]) => [
        name,
        { replaceWith, ignoreChanges },
      ]),
    );
    const [inPrivate, inPublic] = [privateRepository.repository, publicRepository.repository];
    assert.deepEqual(options, {
      [`${imageType} petclinic-${tag}`]: { replaceWith: [inPrivate], ignoreChanges: ["build", "skipPush"] },
      [`${copyType} petclinic:public:petclinic`]: { replaceWith: [inPublic], ignoreChanges: undefined },
      [`${tagsType} petclinic`]: { replaceWith: [inPrivate, inPublic], ignoreChanges: undefined },
    });
  });

  it("gets one login per registry, however many repositories and images there are", async () => {
    const others = ["one", "two", "three"].map((name) => new PrivateRepository(name, {}, fixture.opts));
    create({ repositories: [...both(), ...others] });
    create({ repositories: others, rebuild: "2" });
    await fixture.images();
    const tokens = fixture.mocks.calls
      .map(({ token }) => token)
      .filter((token) => token.includes("AuthorizationToken"));
    assert.deepEqual(tokens.sort(), [
      "aws:ecr/getAuthorizationToken:getAuthorizationToken",
      "aws:ecrpublic/getAuthorizationToken:getAuthorizationToken",
    ]);
  });

  it("neither builds nor pushes an image that the registry holds, but moves its tags", async () => {
    fixture.held[`private:${contentTagOf()}`] = digest;
    create({ tags: ["latest"] });
    assert.deepEqual(Object.keys(await fixture.images()), [`${tagsType} petclinic`]);
  });

  it("copies the image from another of its repositories rather than build a new digest", async () => {
    for (const [kind, repositories, source, login] of [
      ["public", both(), publicUrl, publicLogin],
      ["private", both().reverse(), privateUrl, privateLogin],
    ] as const) {
      await fixture.start();
      for (const each of ["public", "private"]) delete fixture.held[`${each}:${contentTagOf()}`];
      fixture.held[`${kind}:${contentTagOf()}`] = digest;
      create({ repositories: [...repositories] });
      const images = await fixture.images();
      const first = images[`${copyType} petclinic`];
      assert.equal(first?.["source"], `${source}@${digest}`);
      assert.deepEqual(first?.["sourceLogin"], secret(loginOf(login)));
      assert.ok(!Object.keys(images).some((name) => name.startsWith(imageType)));
    }
  });

  it("registers the same resources for a stack that made its image, whatever the registry holds, without look-ups", async () => {
    wasMade();
    for (const held of [undefined, digest, otherDigest]) {
      await fixture.start();
      if (held !== undefined) fixture.held[`private:${contentTagOf()}`] = held;
      create({ tags: ["latest"] });
      assert.deepEqual(Object.keys(await fixture.images()).sort(), [
        `${imageType} petclinic-${contentTagOf()}`,
        `${tagsType} petclinic`,
      ]);
      assert.deepEqual(lookUps(), []);
    }
  });

  it("registers the same resources for a stack that copied its image from another repository", async () => {
    const tag = contentTagOf();
    const source = `${publicUrl}@${digest}`;
    fixture.has(component, copyType, "petclinic", { source, tag, repository: privateUrl });
    fixture.has(component, tagsType, "petclinic", { image: `${privateUrl}:${tag}`, tags: [], digest });
    create({ repositories: both() });
    const images = await fixture.images();
    assert.equal(images[`${copyType} petclinic`]?.["source"], source);
    assert.equal(Object.keys(images).length, 3);
    assert.deepEqual(lookUps(), []);
  });

  it("neither rebuilds nor copies back when another of its repositories that holds the image becomes the first", async () => {
    const tag = contentTagOf();
    for (const make of [
      () => wasMade(),
      () => fixture.has(component, copyType, "petclinic", { source: "a@b", tag, repository: privateUrl }),
    ]) {
      await fixture.start();
      make();
      fixture.has(component, tagsType, "petclinic", { image: `${privateUrl}:${tag}`, tags: [], digest });
      for (const each of ["public", "private"]) fixture.held[`${each}:${tag}`] = digest;
      create({ repositories: both().reverse() });
      const images = await fixture.images();
      const copy = `${copyType} petclinic:private:petclinic`;
      assert.deepEqual(Object.keys(images).sort(), [copy, `${tagsType} petclinic`]);
      assert.equal(images[copy]?.["source"], `${publicUrl}:${tag}`);
    }
  });

  it("refuses what another image of the program already puts into a repository: a tag, or the same image", () => {
    const repositories = both();
    create({ repositories, tags: ["latest"] });
    const other = (args: object) => () =>
      new ContainerImage("other", { context: fixture.context, repositories: [...repositories], ...args });
    assert.throws(other({ tags: ["latest"], rebuild: "2" }), ({ message }: Error) => {
      assert.match(message, /ContainerImage "other": 2 faults/);
      const rule =
        /tags\[0\]: found "latest"\. ContainerImage "petclinic" already puts this tag into the (private|public) repository/g;
      assert.deepEqual([...message.matchAll(rule)].map(([, kind]) => kind).sort(), ["private", "public"]);
      return true;
    });
    assert.throws(
      other({}),
      /repositories\[1\]: found .*\. ContainerImage "petclinic" already puts the same image into the/,
    );
    other({ rebuild: "3" })();
  });

  it("rebuilds an image that a refresh found missing, as a new resource", async () => {
    const first = `petclinic-${contentTagOf()}`;
    fixture.has(component, imageType, first, {});
    create();
    assert.deepEqual(Object.keys(await fixture.images()).sort(), [`${imageType} ${first}:2`, `${tagsType} petclinic`]);
    await fixture.start();
    wasMade(`${first}:2`);
    create({ tags: ["latest"] });
    assert.ok(`${imageType} ${first}:2` in (await fixture.images()));
    assert.deepEqual(lookUps(), []);
  });

  it("builds again for other content, although the stack has an image", async () => {
    wasMade();
    const { tag } = create({ rebuild: "2" });
    assert.deepEqual(Object.keys(await fixture.images()).sort(), [
      `${imageType} petclinic-${tag}`,
      `${tagsType} petclinic`,
    ]);
  });

  it("passes hosts, network and cache on to the build", async () => {
    const { tag } = create({
      extraHosts: { "registry.internal": "10.0.0.7", docker: "host-gateway" },
      network: "none",
      cacheFrom: ["latest", "main"],
      args: { VERSION: "1" },
    });
    const images = await fixture.images();
    assert.deepEqual(images[`${imageType} petclinic-${tag}`]?.["build"], {
      context: fixture.context,
      dockerfile: path.join(fixture.context, "Dockerfile"),
      args: { BUILDKIT_INLINE_CACHE: "1", VERSION: "1" },
      platform: "linux/amd64",
      network: "none",
      addHosts: ["registry.internal:10.0.0.7", "docker:host-gateway"],
      cacheFrom: { images: [`${privateUrl}:latest`, `${privateUrl}:main`] },
    });
  });

  it("gives a different tag for every setting that decides the content, including a base image's digest", () => {
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
    // The cache's source does not decide the content. Cache information in the image does.
    assert.equal(create({ cacheFrom: ["latest"] }).tag, create({ cacheFrom: ["main", "latest"] }).tag);
    assert.notEqual(create({ cacheFrom: ["latest"] }).tag, create().tag);
  });

  it("knows in a preview which tags will move, but not the digest of a new image", async () => {
    await fixture.start(true);
    const image = create({ tags: ["latest"] });
    const images = await fixture.images();
    assert.equal(typeof image.tag, "string");
    for (const output of [image.digest, image.reference]) assert.equal(await isKnown(output), false);
    assert.equal(images[`${tagsType} petclinic`]?.["image"], `${privateUrl}:${image.tag}`);
    // The released provider fails on an unknown flag.
    assert.equal(images[`${imageType} petclinic-${image.tag}`]?.["skipPush"], false);
  });

  it("treats empty settings like absent ones", async () => {
    const { tag } = create({ args: {}, extraHosts: {}, cacheFrom: [], tags: [] });
    assert.equal(tag, contentTagOf());
    const images = await fixture.images();
    assert.deepEqual(images[`${imageType} petclinic-${tag}`]?.["build"], {
      context: fixture.context,
      dockerfile: path.join(fixture.context, "Dockerfile"),
      platform: "linux/amd64",
    });
  });

  it("plans a build in a preview even if the repository's name is unknown", async () => {
    await fixture.start(true);
    const repositoryName = pulumi.output(pulumi.unknown as unknown as string);
    const { tag } = create({ repositories: [new PrivateRepository("petclinic", { repositoryName })] });
    const images = await fixture.images();
    assert.equal(images[`${imageType} petclinic-${tag}`]?.["skipPush"], false);
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
        assert.match(error.message, /found "latest"\. The private repository "petclinic" is IMMUTABLE/);
        assert.match(error.message, /platforms: \["linux\/amd64", "linux\/arm64"\]/);
        assert.ok(!error.message.includes("hunter22"));
        return true;
      },
    );
    await fixture.mocks.settle();
    assert.deepEqual(
      fixture.mocks.registrations
        .slice(before)
        .filter(({ type }) => [imageType, tagsType].includes(type) || type.includes("ContainerImage")),
      [],
    );
  });

  it("refuses a missing context and an empty list of repositories", () => {
    assert.throws(
      () => create({ context: path.join(fixture.context, "none") }),
      /context: found ".*none"\. The build context must be a folder/,
    );
    assert.throws(() => create({ repositories: [] }), /repositories: found \[\]\. Must name at least one repository/);
  });

  it("reports a docker client context whose engine the provider does not look for", async () => {
    const docker = (host: string) => {
      const script = `#!/bin/sh\ncase $1 in context) echo '"team" "${host}"';; *) echo 20.10;; esac\n`;
      fs.writeFileSync(path.join(fixture.context, "docker"), script, { mode: 0o755 });
    };
    process.env["PATH"] = fixture.context;
    process.env["DOCKER_CONTEXT"] = "team";
    docker("ssh://me@build.example");
    create();
    await assert.rejects(fixture.brought(), (error: Error) => {
      assert.match(
        error.message,
        /docker: found "the context \\"team\\""\. Its engine is at ssh:\/\/me@build\.example, and .* Use `npm run up` .*, set DOCKER_HOST=ssh:\/\/me@build\.example, or run `pulumi config set docker:host ssh:/,
      );
      return true;
    });
    delete process.env["DOCKER_CONTEXT"];
  });

  it("reports a missing Docker engine if it has to build, in the preview too, and otherwise needs none", async () => {
    process.env["DOCKER_HOST"] = `unix://${fixture.context}/no.sock`;
    fixture.restorePath();
    try {
      for (const preview of [true, false]) {
        await fixture.startEngine(preview);
        create();
        await assert.rejects(
          fixture.brought(),
          /docker: found "unix:.*no\.sock"\. A Docker engine must build the image, and none answers/,
        );
        await fixture.startEngine(preview);
        fixture.held[`private:${contentTagOf()}`] = digest;
        create();
        assert.deepEqual(Object.keys(await fixture.images()), [`${tagsType} petclinic`]);
        delete fixture.held[`private:${contentTagOf()}`];
      }
    } finally {
      delete process.env["DOCKER_HOST"];
    }
  });
});
