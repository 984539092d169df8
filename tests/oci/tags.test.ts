import assert from "node:assert/strict";
import { RegistryRefusal } from "../../oci/registryRequest";
import { findImage, putTags } from "../../oci/tags";
import { TwoRegistries } from "./fixture";
import { addImage } from "./testImages";
import { sha256 } from "./testRegistry";

describe("tags over the registry protocol", () => {
  const test = new TwoRegistries();

  it("are found with digest, media type and size from the headers alone", async () => {
    const { digest, body, type } = addImage(test.source, "app", { tag: "1" });
    for (const reference of ["1", digest]) {
      assert.deepEqual(await findImage(test.from, reference), { digest, mediaType: type, size: body.length });
    }
    assert.equal(await findImage(test.from, "2"), undefined);
    assert.equal(test.source.count(/^GET /), 0);
  });

  it("are found if the registry's headers lack the digest", async () => {
    const { digest, body, type } = addImage(test.source, "app", { tag: "1" });
    test.source.meet = ({ request, response }) => {
      if (request.method !== "HEAD") return false;
      response.writeHead(200).end();
      return true;
    };
    assert.deepEqual(await findImage(test.from, "1"), { digest, mediaType: type, size: body.length });
  });

  it("are found by their content if the headers have no valid digest and media type", async () => {
    const { digest, body } = addImage(test.source, "app", { tag: "1" });
    for (const said of [`sha1:${"a".repeat(40)}`, "../../other/manifests/1", "sha256:\u009b2J", digest]) {
      test.source.meet = ({ response, request }) => {
        response.writeHead(200, {
          "Docker-Content-Digest": said,
          "Content-Type": "application/\u009b2Jx",
          "Content-Length": body.length,
        });
        response.end(request.method === "HEAD" ? undefined : body);
        return true;
      };
      assert.deepEqual(await findImage(test.from, "1"), { digest, mediaType: "", size: body.length });
    }
  });

  it("are set with the same bytes: one GET, one PUT per tag, and none for a tag that is already there", async () => {
    const { digest, body } = addImage(test.source, "app", { tag: "1" });
    assert.deepEqual(await putTags(test.from, digest, ["1", "latest", "2"]), ["latest", "2"]);
    assert.deepEqual(test.source.tags("app"), { "1": digest, "2": digest, latest: digest });
    assert.deepEqual([test.source.count(/^GET /), test.source.count(/^PUT /)], [1, 2]);
    assert.equal(sha256(body), digest);
    assert.deepEqual(await putTags(test.from, digest, ["1", "latest"]), []);
    assert.equal(test.source.count(/^(?:GET|PUT) /), 3);
  });

  it("are refused with the registry's code if they are immutable, and the tags after them are not set", async () => {
    const { digest } = addImage(test.source, "app", { tag: "1" });
    addImage(test.source, "app", { tag: "2" });
    test.source.immutable = true;
    await assert.rejects(putTags(test.from, digest, ["1", "2", "3"]), (error: RegistryRefusal) => {
      assert.deepEqual(
        [error.status, error.code, error.message],
        [400, "TAG_INVALID", "400 TAG_INVALID: refused: TAG_INVALID"],
      );
      return error instanceof RegistryRefusal;
    });
    assert.deepEqual(Object.keys(test.source.tags("app")), ["1", "2"]);
  });

  it("are not set on content that is missing or does not match its digest", async () => {
    const { digest } = addImage(test.source, "app");
    const other = addImage(test.source, "app");
    test.source.manifests.set(`app ${digest}`, { body: other.body, type: other.type });
    await assert.rejects(putTags(test.from, digest, ["1"]), /sent other content than sha256:/);
    await assert.rejects(putTags(test.from, sha256("none"), ["1"]), { status: 404, code: "MANIFEST_UNKNOWN" });
    assert.deepEqual(test.source.tags("app"), {});
  });

  it("are not considered set if the registry stores something else", async () => {
    const { digest } = addImage(test.source, "app");
    test.source.meet = ({ request, response }) => {
      if (request.method !== "PUT") return false;
      response.writeHead(201, { "Docker-Content-Digest": sha256("other") }).end();
      return true;
    };
    await assert.rejects(putTags(test.from, digest, ["1"]), /stored sha256:[0-9a-f]{64} instead of sha256:/);
  });
});
