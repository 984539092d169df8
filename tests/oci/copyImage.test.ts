import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { findSourceImage } from "../../components/images/sourceImage";
import { limits } from "../../oci/copyManifests";
import { dockerList, dockerManifest, ociIndex, ociManifest } from "../../oci/manifestContent";
import { RegistryClient } from "../../oci/registryClient";
import { RegistryRefusal } from "../../oci/registryRequest";
import { TwoRegistries } from "./fixture";
import { addImage, addIndex, descriptorOf } from "./testImages";

describe("an image copy", () => {
  const test = new TwoRegistries();

  for (const type of [ociManifest, dockerManifest]) {
    it(`copies a manifest and its blobs byte for byte, and no tag (${type})`, async () => {
      const image = addImage(test.source, "app", { type, tag: "1.0.0", layers: [10, 300_000, 1] });
      const copied = await test.copy(image.digest);
      const { bytesSent } = copied;
      const nothing = { referrers: [], foreignLayers: [], keptTags: [] };
      assert.deepEqual(copied, { digest: image.digest, mediaType: type, ...nothing, blobsSent: 4, bytesSent });
      const config = test.source.blobs.get(`app ${image.blobs[0]}`)?.length ?? 0;
      assert.equal(bytesSent, 300_011 + config);
      test.assertWhole();
      assert.deepEqual(test.target.tags("team/app"), {});
    });
  }

  for (const type of [ociIndex, dockerList]) {
    it(`copies an index after its images (${type})`, async () => {
      const images = ["linux/amd64", "linux/arm64"].map((platform) => ({
        image: addImage(test.source, "app", { platform }),
        platform,
      }));
      const index = addIndex(test.source, "app", images, { type });
      assert.equal((await test.copy(index.digest)).mediaType, type);
      test.assertWhole();
      const puts = test.target.requests.filter((line) => /^PUT .*\/manifests\//.test(line));
      assert.equal(puts.at(-1), `PUT /v2/team/app/manifests/${index.digest}`);
      assert.equal(puts.length, 3);
    });
  }

  it("copies whatever a registry holds: zstd layers, charts, artifacts without a configuration, BuildKit caches", async () => {
    const { source } = test;
    const empty = {
      mediaType: "application/vnd.oci.empty.v1+json",
      digest: source.addBlob("app", Buffer.from("{}")),
      size: 2,
    };
    const chart = Buffer.from("a chart");
    source.addBlob("app", chart);
    const digests = [
      addImage(source, "app", { layerType: "application/vnd.oci.image.layer.v1.tar+zstd" }).digest,
      addImage(source, "app", { layers: [], extra: { layers: [] } }).digest,
      source.addManifest(
        "app",
        {
          schemaVersion: 2,
          config: empty,
          layers: [descriptorOf(chart, "application/vnd.cncf.helm.chart.content.v1.tar+gzip")],
        },
        ociManifest,
      ),
      source.addManifest(
        "app",
        { schemaVersion: 2, artifactType: "text/x", config: empty, layers: [empty] },
        ociManifest,
      ),
      source.addManifest(
        "app",
        {
          schemaVersion: 2,
          mediaType: ociIndex,
          manifests: [descriptorOf(chart, "application/vnd.oci.image.layer.v1.tar+gzip")],
        },
        ociIndex,
      ),
    ];
    for (const digest of digests) assert.equal((await test.copy(digest)).digest, digest);
    test.assertWhole();
  });

  it("leaves layers that must not be distributed where they are, and says so", async () => {
    const layers = [
      "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
      "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
    ].map((type, index) => descriptorOf(Buffer.from(`layer ${index}`), type, { urls: ["https://example.com/layer"] }));
    const image = addImage(test.source, "app", { extra: { layers } });
    const { foreignLayers, blobsSent } = await test.copy(image.digest);
    assert.deepEqual([foreignLayers, blobsSent], [layers.map(({ digest }) => digest), 1]);
    assert.ok(test.target.manifests.get(`team/app ${image.digest}`)?.body.equals(image.body));
  });

  it("sends nothing that is already there", async () => {
    const { source, target } = test;
    const shared = Array.from({ length: 19 }, () => randomBytes(50));
    const first = addImage(source, "app", { layers: shared });
    await test.copy(first.digest);
    target.requests.length = 0;
    const second = addImage(source, "app", { layers: [...shared, randomBytes(70)] });
    assert.equal((await test.copy(second.digest)).blobsSent, 2);
    assert.equal(target.count(/^PATCH /), 2);
    test.assertWhole();
    for (const { digest } of [first, second]) {
      target.requests.length = source.requests.length = 0;
      const { blobsSent, bytesSent, mediaType } = await test.copy(digest);
      assert.deepEqual([blobsSent, bytesSent, mediaType], [0, 0, ociManifest]);
      assert.deepEqual([target.count(/^(?!HEAD)/), source.count(/\/(?:blobs|manifests\/sha256:)/)], [0, 0]);
    }
  });

  it("sends a blob once, even if an image names it many times or several images share it", async () => {
    const layer = randomBytes(5000);
    const images = ["linux/amd64", "linux/arm64"].map((platform) => ({
      image: addImage(test.source, "app", { platform, layers: [layer, layer, layer] }),
      platform,
    }));
    assert.equal((await test.copy(addIndex(test.source, "app", images).digest)).blobsSent, 3);
    assert.equal(test.target.count(/^POST /), 3);
    test.assertWhole();
  });

  it("continues after an earlier copy: sends the rest of an index whose first image is there", async () => {
    const images = ["linux/amd64", "linux/arm64"].map((platform) => ({
      image: addImage(test.source, "app", { platform }),
      platform,
    }));
    const index = addIndex(test.source, "app", images);
    const [there, missing] = images.map(({ image }) => image);
    await test.copy(there?.digest ?? "");
    test.target.requests.length = 0;
    await test.copy(index.digest);
    assert.equal(test.target.count(/^POST /), missing?.blobs.length);
    test.assertWhole();
  });

  describe("within one registry", () => {
    const within = (digest: string, mountFrom?: string) =>
      test.copy(digest, { target: new RegistryClient(test.source.host, "other", undefined), mountFrom });

    it("mounts blobs instead of sending them", async () => {
      const image = addImage(test.source, "app");
      const { blobsSent, bytesSent } = await within(image.digest);
      assert.deepEqual([blobsSent, bytesSent, test.source.count(/^(?:PATCH|GET .*\/blobs\/)/)], [0, 0, 0]);
      assert.equal(test.source.count(/^POST .*\?mount=sha256%3A[0-9a-f]{64}&from=app$/), 3);
      assert.deepEqual(test.source.contents("other"), test.source.contents("app"));
    });

    it("sends blobs that the registry does not mount, in the upload that it opened instead", async () => {
      test.source.mounts = false;
      const image = addImage(test.source, "app");
      assert.equal((await within(image.digest)).blobsSent, 3);
      assert.deepEqual([test.source.count(/^POST /), test.source.count(/^PATCH /)], [3, 3]);
      assert.deepEqual(test.source.contents("other"), test.source.contents("app"));
    });
  });

  it("mounts from the named repository, whatever the source is", async () => {
    const image = addImage(test.source, "app");
    for (const digest of image.blobs) {
      test.target.addBlob("base", test.source.blobs.get(`app ${digest}`) ?? Buffer.alloc(0));
    }
    assert.equal((await test.copy(image.digest, { mountFrom: "base" })).blobsSent, 0);
    test.assertWhole();
  });

  it("says which child of an index is missing at the source, and pushes no index", async () => {
    const image = addImage(test.source, "app");
    const index = addIndex(test.source, "app", [{ image, platform: "linux/amd64" }]);
    test.source.manifests.delete(`app ${image.digest}`);
    await assert.rejects(test.copy(index.digest), (error: RegistryRefusal) => {
      assert.equal(error.message, `${image.digest}: 404 MANIFEST_UNKNOWN: refused: MANIFEST_UNKNOWN`);
      assert.deepEqual([error.status, error.code], [404, "MANIFEST_UNKNOWN"]);
      return error instanceof RegistryRefusal;
    });
    assert.deepEqual(test.target.contents("team/app"), []);
  });

  it("starts nothing more once a part has failed, and pushes no manifest whose blobs are missing", async () => {
    const images = Array.from({ length: 30 }, () => ({ image: addImage(test.source, "app", { layers: [100] }) }));
    const index = addIndex(test.source, "app", images);
    test.source.blobs.delete(`app ${images[3]?.image.blobs[1]}`);
    await assert.rejects(test.copy(index.digest), /^Error: 404 BLOB_UNKNOWN: refused: BLOB_UNKNOWN$/);
    assert.ok(test.target.count(/^POST /) < 30, String(test.target.count(/^POST /)));
    const put = test.target.requests.filter((line) => /^PUT .*\/manifests\//.test(line));
    for (const line of put) assert.ok(test.target.manifests.has(`team/app ${line.split("/").at(-1)}`), line);
  });

  it("reports what it has copied", async () => {
    const image = addImage(test.source, "app", { layers: [10] });
    const told: string[] = [];
    const onProgress = ({ kind, how }: { kind: string; how: string }) => told.push(`${kind} ${how}`);
    await test.copy(image.digest, { onProgress });
    await test.copy(image.digest, { onProgress });
    assert.deepEqual(told, ["blob sent", "blob sent", "manifest sent", "manifest present"]);
  });
});

describe("an image copy from a hostile source", () => {
  const test = new TwoRegistries();

  it("refuses a manifest or blob that does not match its digest, and cancels the upload", async () => {
    const image = addImage(test.source, "app", { layers: [500] });
    const [, layer = ""] = image.blobs;
    const right = test.source.blobs.get(`app ${layer}`) ?? Buffer.alloc(0);
    test.source.blobs.set(`app ${layer}`, Buffer.concat([right.subarray(1), Buffer.from("x")]));
    await assert.rejects(test.copy(image.digest), new RegExp(`sent other content than ${layer}`));
    assert.deepEqual([test.target.count(/^PUT .*digest=/), test.target.uploads.size], [1, 0]);
    test.source.blobs.set(`app ${layer}`, right);
    test.source.manifests.set(`app ${image.digest}`, { body: Buffer.from("{}"), type: ociManifest });
    await assert.rejects(test.copy(image.digest), new RegExp(`sent other content than ${image.digest}`));
    assert.ok(!test.target.contents("team/app").includes(image.digest));
  });

  it("refuses a manifest that is both an image and an index", async () => {
    const image = addImage(test.source, "app", { extra: { manifests: [] } });
    await assert.rejects(test.copy(image.digest), /it is both an image and an index/);
    const { body } = addImage(test.source, "app");
    const digest = test.source.addManifest("app", body, ociIndex);
    await assert.rejects(test.copy(digest), /it is both an image and an index/);
    assert.deepEqual(test.target.contents("team/app"), []);
  });

  it("refuses indexes that are nested too deeply or have too many manifests", async () => {
    let index = addIndex(test.source, "app", [{ image: addImage(test.source, "app") }]);
    for (let depth = 0; depth < 6; depth++) index = addIndex(test.source, "app", [{ image: index }]);
    await assert.rejects(test.copy(index.digest), /its indexes are nested more than 4 deep/);
    const manifests = Array.from({ length: 10_001 }, (_, size) => descriptorOf(Buffer.from(String(size)), ociManifest));
    const many = test.source.addManifest("app", { schemaVersion: 2, mediaType: ociIndex, manifests }, ociIndex);
    await assert.rejects(test.copy(many), /it has more than 10,000 manifests/);
    assert.equal(test.target.count(/^PUT /), 0);
  });

  it("limits the blobs of all its manifests together, as their list alone could exhaust memory", async () => {
    const images = [addImage(test.source, "app"), addImage(test.source, "app")].map((image) => ({ image }));
    const { digest } = addIndex(test.source, "app", images);
    const usual = limits.blobs;
    assert.ok(usual <= 100_000);
    try {
      limits.blobs = 5;
      await assert.rejects(test.copy(digest), /it has more than 5 blobs/);
      limits.blobs = 6;
      await test.copy(digest);
    } finally {
      limits.blobs = usual;
    }
  });

  it("refuses a manifest that case-insensitive readers would read differently", async () => {
    const { body, type } = addImage(test.source, "app", { platform: "linux/arm64" });
    const other = [descriptorOf(body, type)];
    for (const [name, extra] of [
      ["layers", { Layers: other }],
      ["manifests", { MANIFESTS: other }],
      ["manifests", { manifeſts: other }],
      ["mediaType", { mediatype: ociIndex }],
      ["digest", { config: { ...descriptorOf(body, type), Digest: other[0]?.digest } }],
    ] as const) {
      const image = addImage(test.source, "app", { extra });
      await assert.rejects(test.copy(image.digest), new RegExp(`an invalid manifest: .*it spells ${name} differently`));
      const found = await findSourceImage(`${test.source.host}/app@${image.digest}`, undefined);
      assert.match(JSON.stringify(found), new RegExp(`it spells ${name} differently`));
    }
    assert.deepEqual(test.target.contents("team/app"), []);
  });

  it("refuses a manifest with an invalid digest", async () => {
    const layer = { mediaType: "application/octet-stream", size: 1, digest: "sha256:../../../v2/other/blobs/x" };
    const image = addImage(test.source, "app", { extra: { layers: [layer] } });
    await assert.rejects(test.copy(image.digest), /an invalid manifest: layers\.0\.digest: it is not a digest/);
  });
});
