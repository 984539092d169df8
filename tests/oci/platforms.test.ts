import assert from "node:assert/strict";
import { ociIndex } from "../../oci/manifestContent";
import { TwoRegistries } from "./fixture";
import { addImage, addIndex, descriptorOf } from "./testImages";
import { sha256 } from "./testRegistry";

describe("a copy of some platforms", () => {
  const test = new TwoRegistries();

  const images = (...platforms: string[]) =>
    platforms.map((platform) => ({ image: addImage(test.source, "app", { platform }), platform }));
  /** An attestation as BuildKit makes it. */
  const attestation = (of: string) => ({
    image: addImage(test.source, "app", { layers: [5] }),
    platform: "unknown/unknown",
    annotations: { "vnd.docker.reference.digest": of, "vnd.docker.reference.type": "attestation-manifest" },
  });

  it("makes a new index of them and their attestations, the same each time, and returns its digest", async () => {
    const children = images("linux/amd64", "linux/arm64", "linux/arm/v6", "linux/arm/v7");
    const attested = children.map(({ image }) => attestation(image.digest));
    const index = addIndex(test.source, "app", [...children, ...attested], {
      extra: { annotations: { made: "once" } },
    });
    const signature = addImage(test.source, "app", { extra: { subject: descriptorOf(index.body, index.type) } });
    const copied = await test.copy(index.digest, { platforms: ["linux/arm", "linux/arm64"] });
    assert.notEqual(copied.digest, index.digest);
    assert.deepEqual(copied.referrers, [], `${signature.digest} is about the other index`);
    const { body } = await test.to.manifest(copied.digest);
    assert.equal(sha256(body), copied.digest);
    const { manifests, ...rest } = JSON.parse(body.toString());
    assert.deepEqual(rest, { schemaVersion: 2, mediaType: ociIndex, annotations: { made: "once" } });
    const kept = [...children.slice(1), ...attested.slice(1)].map(({ image }) => image.digest);
    assert.deepEqual(
      manifests.map(({ digest }: { digest: string }) => digest),
      kept,
    );
    assert.ok(!test.target.contents("team/app").includes(children[0]?.image.digest ?? ""));
    assert.equal((await test.copy(index.digest, { platforms: ["linux/arm64", "linux/arm"] })).digest, copied.digest);
  });

  it("leaves out an image of another platform that claims to be an attestation", async () => {
    const [one, other] = images("linux/amd64", "linux/arm64");
    assert.ok(one && other);
    const { annotations } = attestation(one.image.digest);
    const index = addIndex(test.source, "app", [one, { ...other, annotations }]);
    const { digest } = await test.copy(index.digest, { platforms: ["linux/amd64"] });
    assert.notEqual(digest, index.digest);
    assert.ok(!test.target.contents("team/app").includes(other.image.digest));
  });

  it("includes referrers of the images that it takes", async () => {
    const [one, other] = images("linux/amd64", "linux/arm64");
    assert.ok(one && other);
    const index = addIndex(test.source, "app", [one, other]);
    const [sbom] = [one, other].map(({ image }) =>
      addImage(test.source, "app", { extra: { subject: descriptorOf(image.body, image.type) } }),
    );
    const { referrers } = await test.copy(index.digest, { platforms: ["linux/amd64"] });
    assert.deepEqual(referrers, [sbom?.digest]);
  });

  it("is the index itself if it has no other platforms", async () => {
    const index = addIndex(test.source, "app", images("linux/amd64", "linux/arm64"));
    const { digest } = await test.copy(index.digest, { platforms: ["linux/arm64", "linux/amd64"] });
    assert.equal(digest, index.digest);
    test.assertWhole();
  });

  it("takes a single-platform image for its own platform only", async () => {
    const image = addImage(test.source, "app", { platform: "linux/arm64" });
    const refused = `${image.digest} has no image for linux/amd64, only for linux/arm64`;
    await assert.rejects(test.copy(image.digest, { platforms: ["linux/amd64"] }), { message: refused });
    assert.deepEqual(test.target.contents("team/app"), []);
    assert.equal((await test.copy(image.digest, { platforms: ["linux/arm64"] })).digest, image.digest);
  });

  it("lists the platforms that exist if one does not, and copies nothing", async () => {
    const index = addIndex(test.source, "app", images("linux/amd64", "linux/arm64"));
    const message = `${index.digest} has no image for windows/amd64, only for linux/amd64, linux/arm64`;
    await assert.rejects(test.copy(index.digest, { platforms: ["linux/amd64", "windows/amd64"] }), { message });
    assert.deepEqual(test.target.contents("team/app"), []);
    const none = addIndex(test.source, "app", [{ image: addImage(test.source, "app") }]);
    await assert.rejects(test.copy(none.digest, { platforms: ["linux/amd64"] }), /, and no others$/);
  });
});
