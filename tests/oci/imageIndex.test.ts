import assert from "node:assert/strict";
import { indexChildren, makeIndex, pushIndex } from "../../oci/imageIndex";
import { dockerManifest, ociIndex } from "../../oci/manifestContent";
import { TwoRegistries } from "./fixture";
import { addImage, addIndex } from "./testImages";
import { sha256 } from "./testRegistry";

describe("a new index", () => {
  const test = new TwoRegistries();

  it("contains the named images with their platforms, and is pushed once", async () => {
    const arm = addImage(test.source, "app", { platform: "linux/arm/v7" });
    const amd = addImage(test.source, "app", { platform: "linux/amd64", type: dockerManifest });
    const children = (await Promise.all([arm, amd].map(({ digest }) => indexChildren(test.from, digest)))).flat();
    const index = makeIndex(children);
    assert.deepEqual(JSON.parse(index.bytes.toString()), {
      schemaVersion: 2,
      mediaType: ociIndex,
      manifests: [
        {
          mediaType: amd.type,
          digest: amd.digest,
          size: amd.body.length,
          platform: { architecture: "amd64", os: "linux" },
        },
        {
          mediaType: arm.type,
          digest: arm.digest,
          size: arm.body.length,
          platform: { architecture: "arm", os: "linux", variant: "v7" },
        },
      ],
    });
    assert.equal(index.digest, sha256(index.bytes));
    for (let time = 0; time < 2; time++) await pushIndex(test.from, index);
    assert.equal(test.source.count(/^PUT /), 1);
    assert.ok((await test.from.manifest(index.digest)).body.equals(index.bytes));
  });

  it("is the same whatever the order of its images, and however often they are named", () => {
    const child = (architecture: string) => ({
      digest: sha256(architecture),
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      size: 1,
      platform: { os: "linux", architecture },
    });
    const [a, b, c] = ["amd64", "arm64", "s390x"].map(child);
    assert.ok(a && b && c);
    const { digest } = makeIndex([a, b, c]);
    for (const order of [
      [c, b, a],
      [b, a, c, b],
      [a, c, b].map((each) => ({
        platform: { ...each.platform },
        size: 1,
        mediaType: each.mediaType,
        digest: each.digest,
      })),
    ]) {
      assert.equal(makeIndex(order).digest, digest);
    }
    assert.notEqual(makeIndex([a, b]).digest, digest);
  });

  it("takes over the images and attestations of an index, as BuildKit pushes it for a single platform", async () => {
    const image = addImage(test.source, "app", { platform: "linux/arm64" });
    const annotations = { "vnd.docker.reference.digest": image.digest };
    const attestation = { image: addImage(test.source, "app"), platform: "unknown/unknown", annotations };
    const built = addIndex(test.source, "app", [attestation, { image, platform: "linux/arm64" }]);
    const { bytes } = makeIndex(await indexChildren(test.from, built.digest));
    const { manifests } = JSON.parse(bytes.toString());
    assert.deepEqual(
      manifests.map(({ digest, annotations: notes }: { digest: string; annotations?: object }) => [digest, notes]),
      [
        [image.digest, undefined],
        [attestation.image.digest, annotations],
      ],
    );
  });

  it("is refused for two images of one platform, for an artifact, and for content that does not match its digest", async () => {
    const [one, other] = [addImage(test.source, "app"), addImage(test.source, "app")];
    const children = (await Promise.all([one, other].map(({ digest }) => indexChildren(test.from, digest)))).flat();
    assert.throws(() => makeIndex(children), { message: "two images are for linux/amd64" });
    const config = {
      mediaType: "application/vnd.oci.empty.v1+json",
      digest: test.source.addBlob("app", Buffer.from("{}")),
      size: 2,
    };
    const artifact = addImage(test.source, "app", { extra: { config } });
    await assert.rejects(
      indexChildren(test.from, artifact.digest),
      /it is an artifact \(application\/vnd\.oci\.empty\.v1\+json\) and has no platform/,
    );
    test.source.manifests.set(`app ${one.digest}`, other);
    await assert.rejects(indexChildren(test.from, one.digest), /sent other content than sha256:/);
  });
});
