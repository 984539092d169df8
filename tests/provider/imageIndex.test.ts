import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type PropertyMap, unknown } from "../../provider/protocol/values";
import { imageIndex } from "../../provider/resources/imageIndex";
import { type ArchiveEntry, classicImage, layoutImage, tar } from "../oci/testArchive";
import { sha256, TestRegistry } from "../oci/testRegistry";
import { callContext } from "./context";

describe("the resource ImageIndex", () => {
  let registry: TestRegistry;
  let folder: string;
  const searchPath = process.env["PATH"];
  beforeEach(async () => {
    registry = new TestRegistry();
    await registry.start();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "index-"));
    process.env["PATH"] = `${folder}:${searchPath}`;
    // A docker client that exports the file stored under an id, and records its arguments.
    const script = `#!/bin/sh\necho "$@" >>${folder}/asked\nfor id; do :; done\ncat ${folder}/$id.tar\n`;
    fs.writeFileSync(path.join(folder, "docker"), script, { mode: 0o755 });
  });
  afterEach(() => {
    process.env["PATH"] = searchPath;
    registry.stop();
    fs.rmSync(folder, { recursive: true });
  });

  const holds = (id: string, files: readonly ArchiveEntry[]) =>
    fs.writeFileSync(path.join(folder, `${id}.tar`), tar(files));
  /** The one for amd64 as the classic image store exports it, the one for arm64 as the containerd store does. */
  const amd64 = classicImage(["one"]);
  const arm64 = layoutImage("linux/arm64", "two");
  const holdBoth = () => {
    holds(amd64.id, amd64.files);
    holds(arm64.digest, arm64.files);
  };
  const inputs = (more: PropertyMap = {}): PropertyMap => ({
    images: [
      { platform: "linux/amd64", imageId: amd64.id },
      { platform: "linux/arm64", imageId: arm64.digest },
    ],
    dockerHosts: ["", "ssh://arm"],
    repository: `${registry.host}/team/app`,
    repositoryLogin: { username: "AWS", password: "secret" },
    tag: "1",
    ...more,
  });
  const create = (properties: PropertyMap, preview = false) =>
    imageIndex.create(properties, undefined, callContext(preview));

  it("reports all faults at once by property, and none for unknown values", async () => {
    const check = async (news: PropertyMap) =>
      (await imageIndex.check({ olds: {}, news, randomSeed: new Uint8Array() }, undefined, callContext())).failures;
    const wrong = { images: [{ platform: "linux/amd64", imageId: "app:1" }], repository: "UPPER", tag: "-x" };
    assert.deepEqual((await check(inputs(wrong)))?.map(({ property }) => property).sort(), [
      "images[0].imageId",
      "repository",
      "tag",
    ]);
    assert.equal((await check(inputs({ images: [] })))?.length, 1);
    assert.deepEqual(await check(inputs({ images: [{ platform: "linux/amd64", imageId: unknown }] })), []);
    assert.deepEqual(await check(inputs({ repository: unknown })), []);
  });

  it("pushes the images by digest and an index of them, and tags only the index", async () => {
    holdBoth();
    const { id, outputs } = await create(inputs());
    const url = `${registry.host}/team/app`;
    const digest = registry.tags("team/app")["1"] ?? assert.fail();
    assert.equal(id, url);
    assert.deepEqual(Object.keys(registry.tags("team/app")), ["1"]);
    assert.equal(outputs["digest"], digest);
    assert.equal(outputs["tagged"], digest);
    assert.equal(outputs["reference"], `${url}@${digest}`);
    assert.equal(outputs["repositoryLogin"], undefined);
    const index = JSON.parse(String(registry.manifests.get(`team/app ${digest}`)?.body)) as {
      mediaType: string;
      manifests: { digest: string; platform: { os: string; architecture: string } }[];
    };
    assert.equal(index.mediaType, "application/vnd.oci.image.index.v1+json");
    assert.deepEqual(
      index.manifests.map(({ platform }) => `${platform.os}/${platform.architecture}`),
      ["linux/amd64", "linux/arm64"],
    );
    assert.equal(index.manifests[1]?.digest, arm64.digest, "the very bytes of the containerd store");
    assert.deepEqual(fs.readFileSync(path.join(folder, "asked"), "utf8").split("\n"), [
      `image save ${amd64.id}`,
      `--host ssh://arm image save ${arm64.digest}`,
      "",
    ]);
    // A second time it is the same index, and nothing that exists already is sent.
    registry.requests.length = 0;
    assert.equal((await create(inputs())).outputs["digest"], digest);
    assert.equal(registry.count(/^(POST|PATCH|PUT) /), 0, registry.requests.join("\n"));
  });

  it("refuses an image for a platform other than its own, by its path in the program", async () => {
    holdBoth();
    const swapped = [{ platform: "linux/arm64", imageId: amd64.id }];
    await assert.rejects(
      create(inputs({ images: swapped })),
      /^Error: images\[0\]: the image for linux\/arm64 \(sha256:.{64}\) cannot be taken from Docker: platform: found "linux\/arm64"\. Docker has the image only for linux\/amd64(?!.*Run the update)/,
    );
    assert.deepEqual(registry.tags("team/app"), {});
  });

  it("tags nothing if one of the images is missing, or if two are for one platform", async () => {
    holds(amd64.id, amd64.files);
    await assert.rejects(
      create(inputs()),
      /^Error: images\[1\]: the image for linux\/arm64 .* cannot be taken from Docker: .*Run the update again: an index that is not in the state is built again\.$/s,
    );
    const other = classicImage(["other"]);
    holds(other.id, other.files);
    const twice = [amd64, other].map(({ id }) => ({ platform: "linux/amd64", imageId: id }));
    await assert.rejects(create(inputs({ images: twice })), /two images are for linux\/amd64/);
    assert.deepEqual(registry.tags("team/app"), {});
  });

  it("does not take a tag from another image", async () => {
    holdBoth();
    registry.addManifest(
      "team/app",
      { schemaVersion: 2, layers: [] },
      "application/vnd.oci.image.manifest.v1+json",
      "1",
    );
    const held = registry.tags("team/app")["1"];
    await assert.rejects(create(inputs()), /^Error: tag: .*\/team\/app:1 points to a different image/);
    assert.equal(registry.tags("team/app")["1"], held);
  });

  it("contacts neither Docker nor the registry in a preview", async () => {
    const { repositoryLogin: _, ...kept } = inputs();
    assert.deepEqual(await create(inputs(), true), { id: "", outputs: kept });
    assert.deepEqual(registry.requests, []);
    assert.ok(!fs.existsSync(path.join(folder, "asked")));
  });

  it("sets a new tag without Docker, unless the registry has lost the images", async () => {
    holdBoth();
    const { id, outputs } = await create(inputs({ tag: "before" }));
    fs.rmSync(path.join(folder, "asked"));
    const update = (news: PropertyMap) =>
      imageIndex.update(
        { id, oldInputs: inputs({ tag: "before" }), oldOutputs: outputs, news },
        undefined,
        callContext(),
      );
    const updated = await update(inputs());
    assert.deepEqual(updated, { ...outputs, tag: "1" });
    assert.equal(registry.tags("team/app")["1"], outputs["digest"]);
    assert.ok(!fs.existsSync(path.join(folder, "asked")));
    registry.manifests.clear();
    assert.equal((await update(inputs()))["digest"], outputs["digest"]);
    assert.ok(fs.existsSync(path.join(folder, "asked")));
  });

  it("notices that the registry has lost its tag, and sets it again without Docker", async () => {
    holdBoth();
    const { id, outputs } = await create(inputs());
    fs.rmSync(path.join(folder, "asked"));
    const read = async () =>
      (await imageIndex.read({ id, inputs: inputs(), outputs }, undefined, callContext()))?.outputs;
    assert.deepEqual(await read(), outputs);
    registry.manifests.delete("team/app 1");
    const lost = (await read()) ?? assert.fail();
    assert.deepEqual(lost, { ...outputs, tagged: null });
    const request = { id, oldInputs: inputs(), oldOutputs: lost, news: inputs() };
    const { changes } = await imageIndex.diff({ ...request, ignoreChanges: [] }, undefined, callContext());
    assert.deepEqual(changes, { tag: { kind: "update" } });
    registry.requests.length = 0;
    assert.deepEqual(await imageIndex.update(request, undefined, callContext()), outputs);
    assert.deepEqual(registry.tags("team/app"), { "1": outputs["digest"] });
    assert.equal(registry.count(/^(POST|PATCH|PUT) /), 1, registry.requests.join("\n"));
    assert.ok(!fs.existsSync(path.join(folder, "asked")));
  });

  it("changes only with its images, repository and tag", async () => {
    const diff = async (news: PropertyMap) =>
      (
        await imageIndex.diff(
          { id: "", oldInputs: inputs(), oldOutputs: {}, news: inputs(news), ignoreChanges: [] },
          undefined,
          callContext(),
        )
      ).changes;
    assert.deepEqual(await diff({ dockerHosts: ["ssh://x", ""], repositoryLogin: { username: "u" } }), {});
    const found = await diff({
      images: [{ platform: "linux/amd64", imageId: sha256("x") }],
      repository: `${registry.host}/other`,
      tag: "2",
    });
    assert.deepEqual(Object.keys(found).sort(), ["images", "repository", "tag"]);
    assert.equal(found["repository"]?.replace, true);
  });

  it("is read from the registry, and is gone once the registry has lost it; deletion leaves it there", async () => {
    holdBoth();
    const { id, outputs } = await create(inputs());
    const read = () => imageIndex.read({ id, inputs: inputs(), outputs }, undefined, callContext());
    assert.equal((await read())?.outputs["tagged"], outputs["digest"]);
    await imageIndex.delete({ id, outputs, inputs: inputs() } as never, undefined, callContext());
    assert.equal(registry.tags("team/app")["1"], outputs["digest"]);
    registry.manifests.clear();
    assert.equal(await read(), undefined);
  });
});
