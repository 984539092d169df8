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

  it("copies the source, pinned by digest, to the first repository and from there to the others", async () => {
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
    // One request: the manifest.
    assert.equal(registry.requests.length, 1, registry.requests.join("\n"));
  });

  it("makes no request to the source if the repository holds the image", async () => {
    const probe = create({ platform: "linux/arm64" });
    fixture.held[`private:${probe.tag}`] = digest;
    await fixture.start();
    registry.requests.length = 0;
    registry.status = 500;
    create({ platform: "linux/arm64" });
    assert.deepEqual(Object.keys(await fixture.images()), [`${tagsType} mirror`]);
    assert.deepEqual(registry.requests, []);
  });

  it("keeps the copy that the stack has made, wherever the source's tag points now", async () => {
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

  it("does not send the source's login to another registry that the image once came from", async () => {
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

  it("sets its own tag once, beside the tag that identifies the request", async () => {
    const image = create({ tag: "3.2.1" });
    assert.equal(image.tag, "3.2.1");
    const images = await fixture.images();
    assert.match(String(images[`${copyType} mirror`]?.["tag"]), /^mirror-[0-9a-f]{16}$/);
    assert.deepEqual(images[`${tagsType} mirror`]?.["tags"], ["3.2.1"]);
    assert.deepEqual(images[`${tagsType} mirror`]?.["repositories"], [{ url: privateUrl, keptTags: ["3.2.1"] }]);
  });

  it("accepts a tag that already names this image", async () => {
    const identity = create({ platform: "linux/arm64" }).tag;
    fixture.held[`private:${identity}`] = digest;
    fixture.held["private:3.2.1"] = digest;
    await fixture.start();
    create({ tag: "3.2.1", platform: "linux/arm64" });
    assert.deepEqual(Object.keys(await fixture.images()), [`${tagsType} mirror`]);
  });

  it("refuses a tag that permanently names another image, before anything is copied", async () => {
    fixture.held["private:3.2.1"] = `sha256:${"e".repeat(64)}`;
    create({ tag: "3.2.1" });
    await assert.rejects(fixture.brought(), (error: Error) => {
      assert.match(
        error.message,
        /tag: found "3\.2\.1"\. The private repository "petclinic" has a different image under this tag \(sha256:e+\), and its tags cannot be moved\. /,
      );
      return error instanceof InputRefused;
    });
    assert.deepEqual(fixture.mocks.ofType(copyType), []);
  });

  it("moves a given tag where tags are mutable", async () => {
    fixture.held["private:latest"] = `sha256:${"e".repeat(64)}`;
    create({ tag: "latest" });
    const images = await fixture.images();
    assert.deepEqual(images[`${tagsType} mirror`]?.["repositories"], [{ url: privateUrl, keptTags: [] }]);
  });

  it("derives its tag from source, platform and refresh, however the source is written", () => {
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

  it("passes the source's own login on as a secret", async () => {
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
    /** A docker client that knows one image and prints an error for any other. */
    const docker = (more: object = {}, otherwise = "Error: No such image: $5") => {
      const folder = fs.mkdtempSync(path.join(fixture.context, "bin-"));
      const inspected = JSON.stringify({ Id: imageId, Os: "linux", Architecture: "amd64", ...more });
      const script = `#!/bin/sh\n[ "$5" = petclinic:1 ] || { echo "${otherwise}" >&2; exit 1; }\necho '${inspected}'\n`;
      fs.writeFileSync(path.join(folder, "docker"), script, { mode: 0o755 });
      process.env["PATH"] = folder;
    };
    const component = "ecr:index:MirroredImage";

    it("is pushed by its ID", async () => {
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
        "absent",
        { localImage: "absent:1" },
        /localImage: found "absent:1"\. Docker does not have it: Error: No such image: absent:1\. Build or load it/,
        undefined,
      ],
      [
        "unknown if no engine answers",
        { localImage: "absent:1" },
        /localImage: found "absent:1"\. The docker client cannot tell whether Docker has it: Cannot connect\. Install the client, start Docker/,
        "Cannot connect",
      ],
      [
        "built for another platform",
        { localImage: "petclinic:1", platform: "linux/arm64" },
        /platform: found "linux\/arm64"\. The image "petclinic:1" is only for linux\/amd64\. /,
        undefined,
      ],
    ] as const) {
      it(`is refused as ${what}`, async () => {
        docker({}, otherwise);
        create(args);
        await assert.rejects(fixture.brought(), message);
      });
    }

    it("is accepted for another platform if Docker's store holds indexes", async () => {
      for (const more of [{ Descriptor: { digest: imageId } }, { RepoDigests: [`petclinic@${imageId}`] }]) {
        docker(more);
        create({ localImage: "petclinic:1", platform: "linux/arm64" });
        assert.equal((await fixture.images())[`${uploadType} mirror`]?.["imageId"], imageId);
      }
    });

    it("stays the one that the stack pushed, wherever its name points now, and Docker is not asked", async () => {
      const { tag } = create({ localImage: "petclinic:1" });
      await assert.rejects(fixture.brought(), /localImage: .*the docker client cannot tell/i);
      const old = { localImage: "petclinic:1", imageId: "sha256:old", repository: privateUrl, tag };
      fixture.has(component, uploadType, "mirror", old);
      fixture.has(component, tagsType, "mirror", { image: `${privateUrl}:${tag}`, tags: [], digest });
      await fixture.start();
      create({ localImage: "petclinic:1" });
      assert.equal((await fixture.images())[`${uploadType} mirror`]?.["imageId"], "sha256:old");
    });

    it("is not pushed again if an older stack pushed it with Docker, and Docker is not asked", async () => {
      const { tag } = create({ localImage: "petclinic:1" });
      await assert.rejects(fixture.brought(), /localImage: .*the docker client cannot tell/i);
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

  it("takes a multi-platform index whole, and does not know its digest before the update", async () => {
    const manifests = ["amd64", "arm64"].map((architecture) => ({ digest, platform: { os: "linux", architecture } }));
    const index = registry.addManifest("petclinic", "1", { schemaVersion: 2, manifests }, ociIndex);
    await fixture.start(true);
    const image = create();
    const images = await fixture.images();
    assert.equal(await isKnown(image.digest), false);
    assert.equal(images[`${copyType} mirror`]?.["source"], `${registry.host}/petclinic@${index}`);
    create({ platform: "linux/s390x" });
    await assert.rejects(
      fixture.brought(),
      /platform: found "linux\/s390x"\. The index .* has no image for this platform/,
    );
  });

  it("makes no request to the source while its password is unknown", async () => {
    await fixture.start(true);
    const password = pulumi.unknown as unknown as string;
    create({ username: "reader", password: pulumi.output(password) });
    await fixture.mocks.settle();
    assert.deepEqual(registry.requests, []);
  });

  for (const [what, args, paths] of [
    ["neither a source nor a local image", { source: undefined }, ["source"]],
    ["a source together with a local image", { source: "a", localImage: "b" }, ["source"]],
    ["an invalid reference", { source: "http://a/b" }, ["source"]],
    ["an invalid local image name", { source: undefined, localImage: "A" }, ["localImage"]],
    ["an invalid tag", { source: "a", tag: "a b" }, ["tag"]],
    ["a fixed tag that is also a moving one", { source: "a", tag: "latest", tags: ["latest"] }, ["tags"]],
    ["several platforms", { source: "a", platform: "linux/amd64,linux/arm64" }, ["platform"]],
    ["`exact` with a tag", { source: "a:1", exact: true }, ["exact"]],
    [
      "`exact` with a platform",
      { source: `a@sha256:${"1".repeat(64)}`, platform: "linux/amd64", exact: true },
      ["exact"],
    ],
    ["an empty refresh", { source: "a", refresh: "" }, ["refresh"]],
    ["a user name alone", { source: "a", username: "me" }, ["password"]],
    ["a password alone", { source: "a", password: "p" }, ["username"]],
    ["a login for Docker itself", { source: undefined, localImage: "a", username: "me", password: "p" }, ["username"]],
    ["a moving tag in an immutable repository", { source: "a", tags: ["main"] }, ["tags[0]"]],
    ["an empty list of repositories", { source: "a", repositories: [] }, ["repositories"]],
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
