import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ManifestCopies } from "../../oci/copyManifests";
import { DockerArchive } from "../../oci/dockerArchive";
import { RegistryClient } from "../../oci/registryClient";
import {
  type ArchiveEntry,
  blob,
  classicImage,
  inParts,
  layoutImage,
  layoutIndex,
  tar,
  unpackedLayers,
} from "./testArchive";
import { sha256, TestRegistry } from "./testRegistry";

describe("output of docker image save", () => {
  let registry: TestRegistry;
  let folder: string;
  beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "archive-"));
    registry = new TestRegistry();
    await registry.start();
  });
  afterEach(() => {
    registry.stop();
    fs.rmSync(folder, { recursive: true });
  });

  const read = (entries: readonly ArchiveEntry[], size = 1000) => {
    fs.rmSync(folder, { recursive: true });
    fs.mkdirSync(folder);
    return DockerArchive.read(inParts(tar(entries), size), folder);
  };
  const push = async (archive: DockerArchive, digest: string) => {
    const target = new RegistryClient(registry.host, "app", undefined);
    return new ManifestCopies({ source: archive, target }).manifest(digest);
  };
  const layout: ArchiveEntry[] = [
    { path: "blobs/", type: "5" },
    { path: "oci-layout", content: "{}" },
  ];
  const amd64 = layoutImage("linux/amd64", "amd64");
  const arm64 = layoutImage("linux/arm64", "arm64");
  const both = layoutIndex([amd64, arm64]);

  for (const size of [1, 511, 512, 10_000]) {
    it(`is read in parts of ${size} bytes, and pushed byte for byte from the containerd store`, async () => {
      const files = [...layout, ...amd64.files, ...arm64.files, ...both.files];
      const archive = await read(files, size);
      const digest = await archive.image(both.digest, undefined);
      assert.equal(digest, both.digest);
      await push(archive, digest);
      const all = [...amd64.files, ...arm64.files, ...both.files].map(({ content }) => sha256(content as Buffer));
      assert.deepEqual(registry.contents("app"), all.sort());
    });
  }

  it("gives one image of an index: the requested platform, or the only one that Docker holds", async () => {
    const whole = await read([...layout, ...amd64.files, ...arm64.files, ...both.files]);
    assert.equal(await whole.image(both.digest, "linux/arm64"), arm64.digest);
    // A manifest alone is not the image: Docker keeps manifests of platforms that it never pulled.
    const part = await read([...layout, ...amd64.files, ...arm64.files.slice(0, 1), ...both.files]);
    assert.equal(await part.image(both.digest, undefined), amd64.digest);
    await push(part, amd64.digest);
    assert.deepEqual(registry.contents("app").length, 3);
    await assert.rejects(
      part.image(both.digest, "linux/arm64"),
      /^Error: platform: found "linux\/arm64"\. Docker has the image only for linux\/amd64\. Write that, or pull this one$/,
    );
  });

  it("lists the platforms if Docker has neither all of them nor just one", async () => {
    const s390x = layoutImage("linux/s390x", "s390x");
    const three = layoutIndex([amd64, arm64, s390x]);
    const archive = await read([...layout, ...amd64.files, ...arm64.files, ...three.files]);
    await assert.rejects(
      archive.image(three.digest, undefined),
      /^Error: platform: found none\. Docker has only a part of the image: linux\/amd64, linux\/arm64\. Write one of them/,
    );
    const none = await read([...layout, ...three.files]);
    await assert.rejects(none.image(three.digest, undefined), /Docker has no platform of this image\. Pull it again/);
    const arms = [layoutImage("linux/arm/v6", "6"), layoutImage("linux/arm/v7", "7")];
    const arm = layoutIndex(arms);
    const several = await read([...layout, ...arms.flatMap(({ files }) => files), ...arm.files]);
    await assert.rejects(
      several.image(arm.digest, "linux/arm"),
      /matches several images: linux\/arm\/v6, linux\/arm\/v7/,
    );
  });

  it("is searched once, however often its indexes name the same image", async () => {
    const many = layoutIndex(Array.from({ length: 50 }, () => amd64));
    const archive = await read([...layout, ...amd64.files, ...many.files]);
    const reads: string[] = [];
    const manifest = archive.manifest.bind(archive);
    archive.manifest = (digest: string) => {
      reads.push(digest);
      return manifest(digest);
    };
    assert.equal(await archive.image(many.digest, undefined), many.digest);
    assert.equal(reads.filter((each) => each === amd64.digest).length, 1);
  });

  it("keeps an image together with its attestation, as BuildKit makes it", async () => {
    const attestation = layoutImage("unknown/unknown", "attestation");
    const index = layoutIndex([amd64, attestation]);
    const archive = await read([...layout, ...amd64.files, ...attestation.files, ...index.files]);
    assert.equal(await archive.image(index.digest, undefined), index.digest);
    assert.equal(await archive.image(index.digest, "linux/amd64"), amd64.digest);
  });

  it("gives the same manifest each time for the classic store, with compressed layers and the original configuration", async () => {
    const image = classicImage(["one", "two", "one"]);
    const archive = await read(image.files);
    const digest = await archive.image(image.id, "linux/amd64");
    await push(archive, digest);
    const blobOf = (each: string) => registry.blobs.get(`app ${each}`) ?? assert.fail(each);
    const { body } = registry.manifests.get(`app ${digest}`) ?? assert.fail();
    assert.deepEqual(unpackedLayers(body, blobOf), ["one", "two", "one"]);
    assert.equal(JSON.parse(body.toString()).config.digest, image.id);
    assert.deepEqual(blobOf(image.id), image.config);

    // Docker 25 and later write the same image as an OCI layout, with another manifest that nothing refers to.
    const [config = assert.fail(), ...layers] = [image.config, ...image.contents.slice(0, 2)].map(blob);
    const later = await read([...layout, ...layers, config, ...layoutImage("linux/amd64", "made").files.slice(0, 1)]);
    assert.equal(await later.image(image.id, undefined), digest);
    await assert.rejects(
      (await read(image.files)).image(image.id, "linux/arm64"),
      /Docker has the image only for linux\/amd64/,
    );
  });

  it("can be an image without layers", async () => {
    const image = classicImage([]);
    const archive = await read(image.files);
    await push(archive, await archive.image(image.id, undefined));
    assert.equal(registry.contents("app").length, 2);
  });

  it("is stored so that others cannot read it, and under none of the archive's names", async () => {
    await read(classicImage(["one"]).files);
    const names = fs.readdirSync(folder);
    assert.ok(names.length > 0);
    for (const name of names) {
      assert.match(name, /^\d+$/);
      assert.equal(fs.statSync(path.join(folder, name)).mode & 0o077, 0);
    }
  });

  const hex = "a".repeat(64);
  for (const [what, entries, message] of [
    [
      "a path that leads out of it",
      [{ path: "../../etc/passwd" }],
      /the path "\.\.\/\.\.\/etc\/passwd" leads out of it/,
    ],
    ["a path with `..` in the middle", [{ path: "blobs/../../x" }], /the path "blobs\/\.\.\/\.\.\/x" leads out of it/],
    ["an absolute path", [{ path: "/etc/passwd" }], /the path "\/etc\/passwd" leads out of it/],
    ["a symbolic link", [{ path: "x", type: "2", link: "/etc/passwd" }], /"x" is not a file \(SymbolicLink\)/],
    ["a link among blobs", [{ path: `blobs/sha256/${hex}`, type: "2", link: "../x" }], /a{64}" is not a file \(Sym/],
    [
      "a hard link",
      [{ path: `${hex}/layer.tar`, type: "1", link: "/etc/shadow" }],
      /layer\.tar" is not a file \(Link\)/,
    ],
    ["a device", [{ path: "x", type: "3" }], /"x" is not a file \(CharacterDevice\)/],
    [
      "content that does not match the digest in its name",
      [{ path: `blobs/sha256/${hex}`, content: "x" }],
      /the content of "blobs\/sha256\/a{64}" does not match the digest in its name/,
    ],
    [
      "a blob whose name is not a digest",
      [{ path: "blobs/sha256/x/y", content: "x" }],
      /the content of "blobs\/sha256\/x\/y" does not match/,
    ],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      await assert.rejects(read(entries), message);
    });
  }

  it("is refused if it is truncated, or not an archive", async () => {
    const bytes = tar(classicImage(["one"]).files);
    for (const part of [
      bytes.subarray(0, 3000),
      bytes.subarray(0, 2048),
      bytes.subarray(0, 2100),
      Buffer.from("Error response from daemon"),
      Buffer.alloc(5000, "x"),
    ]) {
      await assert.rejects(DockerArchive.read(inParts(part, 700), folder), /it is not a complete tar archive: /);
      fs.rmSync(folder, { recursive: true });
      fs.mkdirSync(folder);
    }
  });

  it("is refused if parts are missing, or a manifest is too large to be one", async () => {
    const image = classicImage(["one", "two"]);
    const cut = image.files.filter(({ content }) => content !== image.contents[1]);
    await assert.rejects(
      (await read(cut)).image(image.id, undefined),
      new RegExp(`the layer ${sha256("two")} is not in it`),
    );
    await assert.rejects((await read(cut)).image(`sha256:${hex}`, undefined), /the image sha256:a{64} is not in it/);
    const large = Buffer.alloc((4 << 20) + 1, " ");
    await assert.rejects((await read([blob(large)])).image(sha256(large), undefined), /has 4,194,305 bytes, too many/);
    const nothing = Buffer.from("{}");
    await assert.rejects(
      (await read([blob(nothing)])).image(sha256(nothing), undefined),
      /neither an image nor an index/,
    );
  });
});
