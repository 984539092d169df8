import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { MirroredImage, type MirroredImageArgs, PrivateRepository, PublicRepository } from "../../components";
import { mirroredImageFaults, mirrorTag } from "../../components/images/mirroredImage";
import { InputRefused } from "../../components/inputChecks";
import { FakeRegistry, ociIndex } from "./fakeRegistry";
import {
  copyType,
  ImageFixture,
  imageType,
  loginOf,
  privateLogin,
  privateUrl,
  publicLogin,
  secret,
  tagsType,
  uploadType,
} from "./imageFixture";
import { digest, isKnown, known } from "./mocks";

const publicUrl = "public.ecr.aws/a1b2c3d4/petclinic";

describe("MirroredImage", () => {
  let fixture: ImageFixture;
  let registry: FakeRegistry;
  let sourceDigest: string;
  beforeEach(async () => {
    fixture = new ImageFixture();
    await fixture.start();
    registry = new FakeRegistry();
    await registry.start();
    sourceDigest = registry.addImage("petclinic", "1", { os: "linux", architecture: "arm64" });
  });
  afterEach(() => {
    registry.stop();
    fixture.stop();
  });

  const both = () => [
    new PrivateRepository("petclinic", { exclusionFilters: ["latest"] }),
    new PublicRepository("petclinic"),
  ];
  const create = (args: Partial<MirroredImageArgs> = {}) =>
    new MirroredImage(
      "mirror",
      {
        ...(args.localImage === undefined && { source: `${registry.host}/petclinic:1` }),
        repositories: [new PrivateRepository("petclinic", { exclusionFilters: ["latest"] })],
        ...args,
      },
      fixture.opts,
    );
  const pinned = () => `${registry.host}/petclinic@${sourceDigest}`;

  it("copies the source, pinned by digest, to the first repository and from there to every other one", async () => {
    const image = create({ repositories: both(), tags: ["latest"] });
    const { tag } = image;
    assert.match(tag, /^mirror-[0-9a-f]{16}$/);
    assert.deepEqual(await fixture.images(), {
      [`${copyType} mirror`]: {
        source: pinned(),
        repository: privateUrl,
        repositoryLogin: secret(loginOf(privateLogin)),
        tag,
      },
      [`${copyType} mirror:public:petclinic`]: {
        source: `${privateUrl}:${tag}`,
        sourceLogin: secret(loginOf(privateLogin)),
        repository: publicUrl,
        repositoryLogin: secret(loginOf(publicLogin)),
        tag,
      },
      [`${tagsType} mirror`]: {
        image: `${privateUrl}:${tag}`,
        repositories: [
          { url: privateUrl, keptTags: [] },
          { url: publicUrl, keptTags: [] },
        ],
        logins: secret([loginOf(privateLogin), loginOf(publicLogin)]),
        tags: ["latest"],
      },
    });
    assert.equal(await known(image.digest), digest);
    assert.equal(await known(image.reference), `${privateUrl}@${digest}`);
    assert.deepEqual(await Promise.all(image.references.map(known)), [
      `${privateUrl}@${digest}`,
      `${publicUrl}@${digest}`,
    ]);
    assert.equal(await pulumi.isSecret(image.digest), false);
    // One look-up: the manifest.
    assert.equal(registry.requests.length, 1, registry.requests.join("\n"));
  });

  it("asks nothing of the source when the repository holds the image", async () => {
    const probe = create({ platform: "linux/arm64" });
    fixture.held[`private:${probe.tag}`] = digest;
    await fixture.start();
    registry.requests.length = 0;
    registry.status = 500;
    create({ platform: "linux/arm64" });
    assert.deepEqual(Object.keys(await fixture.images()), [`${tagsType} mirror`]);
    assert.deepEqual(registry.requests, []);
  });

  it("is the copy that the stack has made, wherever the source's tag leads by now", async () => {
    const { tag } = create();
    const component = "ecr:index:MirroredImage";
    fixture.has(component, copyType, "mirror", { source: "quay.io/petclinic@sha256:old", tag, repository: privateUrl });
    fixture.has(component, tagsType, "mirror", { image: `${privateUrl}:${tag}`, tags: [], digest });
    await fixture.start();
    registry.requests.length = 0;
    create();
    assert.equal((await fixture.images())[`${copyType} mirror`]?.["source"], "quay.io/petclinic@sha256:old");
    assert.deepEqual(registry.requests, []);
  });

  it("sends the source's login to no other registry that the image once came from", async () => {
    const login = { username: "reader", password: "top-secret" };
    const { tag } = create(login);
    const component = "ecr:index:MirroredImage";
    const elsewhere = `${publicUrl}@${digest}`;
    fixture.has(component, copyType, "mirror", { source: elsewhere, tag, repository: privateUrl });
    fixture.has(component, tagsType, "mirror", { image: `${privateUrl}:${tag}`, tags: [], digest });
    await fixture.start();
    create({ ...login, repositories: both() });
    const copy = (await fixture.images())[`${copyType} mirror`];
    assert.deepEqual([copy?.["source"], copy?.["sourceLogin"]], [elsewhere, secret(loginOf(publicLogin))]);
  });

  it("gives its own tag once, beside the one that stands for the request", async () => {
    const image = create({ tag: "3.2.1" });
    assert.equal(image.tag, "3.2.1");
    const images = await fixture.images();
    assert.match(String(images[`${copyType} mirror`]?.["tag"]), /^mirror-[0-9a-f]{16}$/);
    assert.deepEqual(images[`${tagsType} mirror`]?.["tags"], ["3.2.1"]);
    assert.deepEqual(images[`${tagsType} mirror`]?.["repositories"], [{ url: privateUrl, keptTags: ["3.2.1"] }]);
  });

  it("does not refuse a tag that names this very image", async () => {
    const identity = create({ platform: "linux/arm64" }).tag;
    fixture.held[`private:${identity}`] = digest;
    fixture.held["private:3.2.1"] = digest;
    await fixture.start();
    create({ tag: "3.2.1", platform: "linux/arm64" });
    assert.deepEqual(Object.keys(await fixture.images()), [`${tagsType} mirror`]);
  });

  it("refuses a tag that names another image for good, before anything is copied", async () => {
    fixture.held["private:3.2.1"] = `sha256:${"e".repeat(64)}`;
    create({ tag: "3.2.1" });
    await assert.rejects(fixture.brought(), (error: Error) => {
      assert.match(
        error.message,
        /tag: "3\.2\.1" — the private repository "petclinic" holds another image under this tag \(sha256:e+\), and its tags cannot be moved\. Fix: /,
      );
      return error instanceof InputRefused;
    });
    assert.deepEqual(fixture.mocks.ofType(copyType), []);
  });

  it("moves a given tag where tags can be moved", async () => {
    fixture.held["private:latest"] = `sha256:${"e".repeat(64)}`;
    create({ tag: "latest" });
    const images = await fixture.images();
    assert.deepEqual(images[`${tagsType} mirror`]?.["repositories"], [{ url: privateUrl, keptTags: [] }]);
  });

  it("stands for source, platform and refresh, however the source is written", () => {
    const repositories = [new PrivateRepository("petclinic", { exclusionFilters: ["latest"] })];
    const tagOf = (args: Partial<MirroredImageArgs>) => mirrorTag({ repositories, ...args });
    const tags = [
      tagOf({ source: "smlinux/petclinic" }),
      tagOf({ source: "smlinux/petclinic:2" }),
      tagOf({ source: `smlinux/petclinic@${digest}` }),
      tagOf({ source: "quay.io/smlinux/petclinic" }),
      tagOf({ source: "smlinux/petclinic", platform: "linux/arm64" }),
      tagOf({ source: "smlinux/petclinic", refresh: "2026-11" }),
      tagOf({ source: "smlinux/petclinic", refresh: "2026-12" }),
      tagOf({ localImage: "smlinux/petclinic" }),
    ];
    assert.equal(new Set(tags).size, tags.length);
    assert.equal(tagOf({ source: "docker.io/smlinux/petclinic:latest" }), tags[0]);
    assert.equal(tagOf({ source: "smlinux/petclinic", tags: ["latest"], tag: "1" }), tags[0]);
  });

  it("hands the source's own login on, kept secret", async () => {
    registry.authentication = "basic";
    create({ username: "reader", password: pulumi.output("top-secret") });
    const images = await fixture.images();
    assert.equal(images[`${copyType} mirror`]?.["source"], pinned());
    assert.deepEqual(
      images[`${copyType} mirror`]?.["sourceLogin"],
      secret({ username: "reader", password: "top-secret" }),
    );
  });

  describe("an image that Docker holds", () => {
    const imageId = `sha256:${"1".repeat(64)}`;
    /** A docker client that knows one image, and says why it does not know another one. */
    const docker = (more: object = {}, otherwise = "Error: No such image: $5") => {
      const folder = fs.mkdtempSync(path.join(fixture.context, "bin-"));
      const inspected = JSON.stringify({ Id: imageId, Os: "linux", Architecture: "amd64", ...more });
      const script = `#!/bin/sh\n[ "$5" = petclinic:1 ] || { echo "${otherwise}" >&2; exit 1; }\necho '${inspected}'\n`;
      fs.writeFileSync(path.join(folder, "docker"), script, { mode: 0o755 });
      process.env["PATH"] = folder;
    };
    const component = "ecr:index:MirroredImage";

    it("is pushed by its id", async () => {
      docker();
      const { tag } = create({ localImage: "petclinic:1", platform: "linux/amd64" });
      const images = await fixture.images();
      assert.deepEqual(Object.keys(images), [`${uploadType} mirror`, `${tagsType} mirror`]);
      assert.deepEqual(images[`${uploadType} mirror`], {
        localImage: "petclinic:1",
        imageId,
        platform: "linux/amd64",
        repository: privateUrl,
        repositoryLogin: secret(loginOf(privateLogin)),
        tag,
      });
    });

    for (const [what, args, message, otherwise] of [
      [
        "none",
        { localImage: "absent:1" },
        /localImage: "absent:1" — Docker does not hold it: Error: No such image: absent:1\. Fix: build or load it/,
        undefined,
      ],
      [
        "one that no engine can be asked about",
        { localImage: "absent:1" },
        /localImage: "absent:1" — the docker client does not say whether Docker holds it: Cannot connect\. Fix: install the client, start Docker/,
        "Cannot connect",
      ],
      [
        "one for another platform",
        { localImage: "petclinic:1", platform: "linux/arm64" },
        /platform: "linux\/arm64" — the image "petclinic:1" is for linux\/amd64 only\. Fix: /,
        undefined,
      ],
    ] as const) {
      it(`is refused as ${what}`, async () => {
        docker({}, otherwise);
        create(args);
        await assert.rejects(fixture.brought(), message);
      });
    }

    it("is for another platform, too, where Docker's store holds indexes", async () => {
      for (const more of [{ Descriptor: { digest: imageId } }, { RepoDigests: [`petclinic@${imageId}`] }]) {
        docker(more);
        create({ localImage: "petclinic:1", platform: "linux/arm64" });
        assert.equal((await fixture.images())[`${uploadType} mirror`]?.["imageId"], imageId);
      }
    });

    it("is the one that the stack pushed, wherever its name leads by now, and Docker is not asked", async () => {
      const { tag } = create({ localImage: "petclinic:1" });
      await assert.rejects(fixture.brought());
      const old = { localImage: "petclinic:1", imageId: "sha256:old", repository: privateUrl, tag };
      fixture.has(component, uploadType, "mirror", old);
      fixture.has(component, tagsType, "mirror", { image: `${privateUrl}:${tag}`, tags: [], digest });
      await fixture.start();
      create({ localImage: "petclinic:1" });
      assert.equal((await fixture.images())[`${uploadType} mirror`]?.["imageId"], "sha256:old");
    });

    it("stays where Docker's own push of an older stack has brought it: nothing is pushed, and Docker is not asked", async () => {
      const { tag } = create({ localImage: "petclinic:1" });
      await assert.rejects(fixture.brought());
      fixture.has(component, imageType, `mirror-${tag}`, { imageName: `${privateUrl}:${tag}` });
      for (const isTagged of [false, true]) {
        if (isTagged) fixture.has(component, tagsType, "mirror", { image: `${privateUrl}:${tag}`, tags: [], digest });
        fixture.held[`private:${tag}`] = digest;
        await fixture.start();
        create({ localImage: "petclinic:1" });
        assert.deepEqual(Object.keys(await fixture.images()), [`${tagsType} mirror`]);
      }
    });
  });

  it("takes an index of several platforms whole, and knows no digest before the update", async () => {
    const manifests = ["amd64", "arm64"].map((architecture) => ({ digest, platform: { os: "linux", architecture } }));
    const index = registry.addManifest("petclinic", "1", { schemaVersion: 2, manifests }, ociIndex);
    await fixture.start(true);
    const image = create();
    const images = await fixture.images();
    assert.equal(await isKnown(image.digest), false);
    assert.equal(images[`${copyType} mirror`]?.["source"], `${registry.host}/petclinic@${index}`);
    create({ platform: "linux/s390x" });
    await assert.rejects(fixture.brought(), /platform: "linux\/s390x" — the index .* has no image for this platform/);
  });

  it("asks nothing of the source while its password is unknown", async () => {
    await fixture.start(true);
    const password = pulumi.unknown as unknown as string;
    create({ username: "reader", password: pulumi.output(password) });
    await fixture.mocks.settle();
    assert.deepEqual(registry.requests, []);
  });

  for (const [what, args, paths] of [
    ["neither a source nor a local image", { source: undefined }, ["source"]],
    ["both", { source: "a", localImage: "b" }, ["source"]],
    ["a reference that is none", { source: "http://a/b" }, ["source"]],
    ["a local image's name that is none", { source: undefined, localImage: "A" }, ["localImage"]],
    ["a tag that is none", { source: "a", tag: "a b" }, ["tag"]],
    ["a tag that is given and follows", { source: "a", tag: "latest", tags: ["latest"] }, ["tags"]],
    ["several platforms", { source: "a", platform: "linux/amd64,linux/arm64" }, ["platform"]],
    ["the exact image of a tag", { source: "a:1", exact: true }, ["exact"]],
    [
      "the exact image of one platform",
      { source: `a@sha256:${"1".repeat(64)}`, platform: "linux/amd64", exact: true },
      ["exact"],
    ],
    ["an empty refresh", { source: "a", refresh: "" }, ["refresh"]],
    ["a user name alone", { source: "a", username: "me" }, ["password"]],
    ["a password alone", { source: "a", password: "p" }, ["username"]],
    ["a login for Docker itself", { source: undefined, localImage: "a", username: "me", password: "p" }, ["username"]],
    ["a moving tag of an immutable repository", { source: "a", tags: ["main"] }, ["tags[0]"]],
    ["no repository", { source: "a", repositories: [] }, ["repositories"]],
  ] as const) {
    it(`refuses ${what}`, () => {
      const repository = {
        kind: "private" as const,
        logicalName: "petclinic",
        tagSettings: {
          imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" as const,
          exclusionFilters: [{ filter: "latest", filterType: "WILDCARD" as const }],
        },
      };
      const faults = mirroredImageFaults({ repositories: [repository], ...(args as object) });
      assert.deepEqual([...new Set(faults.map((fault) => fault.path))], paths, JSON.stringify(faults));
    });
  }

  it("refuses every fault in one error before anything is registered", async () => {
    const repositories = both();
    const before = fixture.mocks.registrations.length;
    assert.throws(
      () => create({ source: "A", tag: "-", repositories }),
      (error) => error instanceof InputRefused && error.faults.length === 2,
    );
    await fixture.mocks.settle();
    assert.ok(!fixture.mocks.registrations.slice(before).some(({ type }) => type.includes("MirroredImage")));
  });
});
