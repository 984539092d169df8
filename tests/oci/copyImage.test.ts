import assert from "node:assert/strict";
import { copyImage, type ImageCopyOptions } from "../../oci/copyImage";
import { dockerList, dockerManifest, ociIndex, ociManifest } from "../../oci/manifestContent";
import { RegistryClient } from "../../oci/registryClient";
import { addImage, addIndex } from "./testImages";
import { TestRegistry } from "./testRegistry";

describe("an image copy", () => {
  let source: TestRegistry;
  let target: TestRegistry;
  beforeEach(async () => {
    [source, target] = [new TestRegistry(), new TestRegistry()];
    await Promise.all([source.start(), target.start()]);
  });
  afterEach(() => {
    source.stop();
    target.stop();
  });

  const client = (registry: TestRegistry, repository: string) =>
    new RegistryClient(registry.host, repository, undefined);
  const copy = (digest: string, options: Partial<ImageCopyOptions> = {}) =>
    copyImage({
      source: client(source, "app"),
      target: client(target, "team/app"),
      digest,
      referrers: true,
      ...options,
    });

  /** All that the source has is in the target, byte for byte. */
  function assertWhole() {
    assert.deepEqual(target.contents("team/app"), source.contents("app"));
    for (const [key, { body, type }] of source.manifests) {
      const found = target.manifests.get(key.replace("app ", "team/app "));
      if (!key.includes(":")) continue;
      assert.ok(found?.body.equals(body), key);
      assert.equal(found?.type, type);
    }
  }

  for (const type of [ociManifest, dockerManifest]) {
    it(`brings the very bytes of a manifest and its blobs, and no tag (${type})`, async () => {
      const image = addImage(source, "app", { type, tag: "1.0.0", layers: [10, 300_000, 1] });
      const copied = await copy(image.digest);
      assert.deepEqual(copied, {
        digest: image.digest,
        mediaType: type,
        referrers: [],
        foreignLayers: [],
        blobsSent: 4,
        bytesSent: copied.bytesSent,
      });
      assert.ok(copied.bytesSent > 300_011);
      assertWhole();
      assert.deepEqual(target.tags("team/app"), {});
    });
  }

  for (const type of [ociIndex, dockerList]) {
    it(`brings an index after its images (${type})`, async () => {
      const images = ["linux/amd64", "linux/arm64"].map((platform) => ({
        image: addImage(source, "app", { platform }),
        platform,
      }));
      const index = addIndex(source, "app", images, { type });
      assert.equal((await copy(index.digest)).mediaType, type);
      assertWhole();
      assert.equal(
        target.requests.filter((line) => line.startsWith("PUT") && line.includes("/manifests/")).at(-1),
        `PUT /v2/team/app/manifests/${index.digest}`,
      );
    });
  }
});
