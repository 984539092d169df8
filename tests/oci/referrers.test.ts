import assert from "node:assert/strict";
import { ociIndex, ociManifest } from "../../oci/manifestContent";
import { referrersTag } from "../../oci/referrers";
import { TwoRegistries } from "./fixture";
import { type AddedImage, addImage, addIndex, descriptorOf } from "./testImages";
import { refuse } from "./testRegistry";

describe("referrers of a copied image", () => {
  const test = new TwoRegistries();

  /** A signature, an SBOM or an attestation. */
  const about = ({ body, type }: AddedImage, artifactType = "application/spdx+json") =>
    addImage(test.source, "app", { layers: [50], extra: { artifactType, subject: descriptorOf(body, type) } });

  /** Under the tag that clients use for the list if a registry has none. */
  const note = (subject: AddedImage, ...referrers: AddedImage[]) =>
    test.source.addManifest(
      "app",
      {
        schemaVersion: 2,
        mediaType: ociIndex,
        manifests: referrers.map(({ body, type }) =>
          descriptorOf(body, type, { artifactType: "application/spdx+json" }),
        ),
      },
      ociIndex,
      referrersTag(subject.digest),
    );

  it("are copied with their own referrers, for an index and its images, from the registry's list", async () => {
    const image = addImage(test.source, "app");
    const index = addIndex(test.source, "app", [{ image, platform: "linux/amd64" }]);
    const [sbom, signature] = [about(image), about(index, "application/vnd.dev.sigstore.bundle.v0.3+json")];
    const signedSbom = about(sbom);
    const { digest, referrers } = await test.copy(index.digest);
    assert.equal(digest, index.digest);
    assert.deepEqual(new Set(referrers), new Set([sbom.digest, signature.digest, signedSbom.digest]));
    test.assertWhole();
    assert.deepEqual(test.target.tags("team/app"), {}, "the target lists them by itself");
  });

  it("are not copied unless requested", async () => {
    const image = addImage(test.source, "app");
    about(image);
    assert.deepEqual((await test.copy(image.digest, { referrers: false })).referrers, []);
    assert.equal(test.target.contents("team/app").length, 4);
    assert.equal(test.source.count(/referrers/), 0);
  });

  it("are copied to an image that is already there", async () => {
    const image = addImage(test.source, "app");
    await test.copy(image.digest);
    const late = about(image);
    assert.deepEqual((await test.copy(image.digest)).referrers, [late.digest]);
    test.assertWhole();
  });

  for (const [listsAtSource, listsAtTarget] of [
    [false, true],
    [true, false],
    [false, false],
  ]) {
    it(`are found ${listsAtSource ? "in the list" : "under the tag"} and recorded ${listsAtTarget ? "in the list" : "under the tag"}`, async () => {
      test.source.listsReferrers = listsAtSource ?? true;
      test.target.listsReferrers = listsAtTarget ?? true;
      const image = addImage(test.source, "app");
      const sbom = about(image);
      if (!listsAtSource) note(image, sbom);
      assert.deepEqual((await test.copy(image.digest)).referrers, [sbom.digest]);
      const { descriptors, isListed } = await test.to.referrers(image.digest);
      assert.deepEqual([descriptors.map(({ digest }) => digest), isListed], [[sbom.digest], listsAtTarget]);
      assert.equal(descriptors[0]?.artifactType, "application/spdx+json");
      assert.deepEqual(Object.keys(test.target.tags("team/app")), listsAtTarget ? [] : [referrersTag(image.digest)]);
    });
  }

  it("are added once to those that the tag already names", async () => {
    test.target.listsReferrers = false;
    const image = addImage(test.source, "app");
    const first = about(image);
    await test.copy(image.digest);
    const second = about(image);
    for (let time = 0; time < 2; time++) await test.copy(image.digest);
    const { descriptors } = await test.to.referrers(image.digest);
    assert.deepEqual(descriptors.map(({ digest }) => digest).sort(), [first.digest, second.digest].sort());
    const tag = referrersTag(image.digest);
    assert.equal(test.target.requests.filter((line) => line === `PUT /v2/team/app/manifests/${tag}`).length, 2);
  });

  it("are found by cosign's tags, which are set at the target and move when a signature is added", async () => {
    const image = addImage(test.source, "app");
    const hex = image.digest.replace(":", "-");
    const first = Buffer.from("a signature");
    const [signature, sbom] = [".sig", ".sbom"].map((suffix) =>
      addImage(test.source, "app", { tag: hex + suffix, layers: [first] }),
    );
    const digests = [signature?.digest, sbom?.digest];
    assert.deepEqual((await test.copy(image.digest)).referrers, digests);
    assert.deepEqual(test.target.tags("team/app"), { [`${hex}.sbom`]: digests[1], [`${hex}.sig`]: digests[0] });
    const more = addImage(test.source, "app", { tag: `${hex}.sig`, layers: [first, 9] });
    test.target.requests.length = 0;
    await test.copy(image.digest);
    assert.equal(test.target.tags("team/app")[`${hex}.sig`], more.digest);
    assert.equal(test.target.count(/^PUT .*\/manifests\/sha256-/), 1);
  });

  it("take no tag from signatures made at the target or from an image there, and this is reported", async () => {
    const image = addImage(test.source, "app");
    const [sig, list] = [`${image.digest.replace(":", "-")}.sig`, referrersTag(image.digest)];
    test.target.listsReferrers = false;
    const sbom = about(image);
    addImage(test.source, "app", { tag: sig, layers: [9] });
    const own = addImage(test.target, "team/app", { tag: sig, layers: [9] });
    const other = addImage(test.target, "team/app", { tag: list });
    const { referrers, keptTags } = await test.copy(image.digest);
    assert.deepEqual([referrers, keptTags.sort()], [[sbom.digest], [list, sig].sort()]);
    assert.deepEqual(test.target.tags("team/app"), { [sig]: own.digest, [list]: other.digest });
  });

  it("take no tag from another key's signature of the same content", async () => {
    const image = addImage(test.source, "app");
    const tag = `${image.digest.replace(":", "-")}.sig`;
    const content = Buffer.from("what both have signed");
    const signed = (by: string) => ({ layers: [descriptorOf(content, "application/json", { annotations: { by } })] });
    addImage(test.source, "app", { tag, layers: [content], extra: signed("source") });
    const own = addImage(test.target, "team/app", { tag, layers: [content], extra: signed("target") });
    assert.deepEqual((await test.copy(image.digest)).keptTags, [tag]);
    assert.equal(test.target.tags("team/app")[tag], own.digest);
  });

  it("leave immutable tags where they are, and the image is still copied", async () => {
    test.target.listsReferrers = false;
    const image = addImage(test.source, "app");
    const [sig, list] = [`${image.digest.replace(":", "-")}.sig`, referrersTag(image.digest)];
    const first = Buffer.from("a signature");
    addImage(test.source, "app", { tag: sig, layers: [first] });
    about(image);
    assert.deepEqual((await test.copy(image.digest)).keptTags, []);
    const before = test.target.tags("team/app");
    test.target.immutable = true;
    addImage(test.source, "app", { tag: sig, layers: [first, 9] });
    const late = about(image);
    assert.deepEqual((await test.copy(image.digest)).keptTags.sort(), [list, sig].sort());
    assert.deepEqual(test.target.tags("team/app"), before);
    assert.ok(test.target.contents("team/app").includes(late.digest));
  });

  it("are not listed endlessly: more than 10,000 are refused, whatever the pages", async () => {
    let page = 0;
    test.source.meet = ({ url, response }) => {
      if (!url.pathname.includes("/referrers/")) return false;
      page += 1;
      const manifests = Array.from({ length: 4000 }, (_, index) =>
        descriptorOf(Buffer.from(`${page} ${index}`), ociManifest),
      );
      response.writeHead(200, { "Content-Type": ociIndex, Link: `<${url.pathname}?page=${page}>; rel="next"` });
      response.end(JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests }));
      return true;
    };
    await assert.rejects(test.from.referrers(`sha256:${"a".repeat(64)}`), /lists more than 10,000 referrers/);
    assert.equal(page, 3);
  });

  it("are read page by page, only from the registry itself", async () => {
    const image = addImage(test.source, "app");
    const page = (name: string) => {
      const { body, type } = addImage(test.source, "app", { extra: { name } });
      return { schemaVersion: 2, mediaType: ociIndex, manifests: [descriptorOf(body, type)] };
    };
    const pages = [page("first"), page("second")];
    let link = () => `</v2/app/referrers/${image.digest}?page=2>; rel="next"`;
    test.source.meet = ({ url, response }) => {
      if (!url.pathname.endsWith(`referrers/${image.digest}`)) return false;
      const isSecond = url.searchParams.has("page");
      response.writeHead(200, { "Content-Type": ociIndex, ...(!isSecond && { Link: link() }) });
      response.end(JSON.stringify(pages[isSecond ? 1 : 0]));
      return true;
    };
    const { descriptors } = await test.from.referrers(image.digest);
    assert.equal(descriptors.length, 2);
    link = () => `<http://${test.target.host}/v2/app/referrers/x>; rel="next"`;
    await assert.rejects(test.from.referrers(image.digest), /continues its list of referrers at 127\.0\.0\.1:/);
    assert.deepEqual(test.target.requests, []);
  });

  it("are not considered absent if the registry refuses to list them", async () => {
    const image = addImage(test.source, "app");
    test.source.meet = ({ line, response }) => {
      if (!line.includes("/referrers/")) return false;
      refuse(response, 403, "DENIED");
      return true;
    };
    await assert.rejects(test.copy(image.digest), /403 DENIED/);
  });

  it("have a tag in the specification's form", () => {
    assert.equal(referrersTag(`sha256:${"a".repeat(64)}`), `sha256-${"a".repeat(64)}`);
    assert.equal(referrersTag(`sha512:${"b".repeat(128)}`), `sha512-${"b".repeat(64)}`);
  });
});
