import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { CallContext } from "../../provider/protocol/definition";
import { type PropertyMap, unknown } from "../../provider/protocol/values";
import { imageUpload } from "../../provider/resources/imageUpload";
import { type ArchiveEntry, classicImage, layoutImage, layoutIndex, tar } from "../oci/testArchive";
import { sha256, TestRegistry } from "../oci/testRegistry";

describe("the resource ImageUpload", () => {
  let registry: TestRegistry;
  let folder: string;
  const before = { PATH: process.env["PATH"], TMPDIR: process.env["TMPDIR"] };
  beforeEach(async () => {
    registry = new TestRegistry();
    await registry.start();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "upload-"));
    fs.mkdirSync(path.join(folder, "tmp"));
    process.env["PATH"] = `${folder}:${before.PATH}`;
    process.env["TMPDIR"] = path.join(folder, "tmp");
  });
  afterEach(() => {
    process.env["PATH"] = before.PATH;
    if (before.TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before.TMPDIR;
    registry.stop();
    fs.rmSync(folder, { recursive: true });
  });

  /** A docker client that exports these files, and records its arguments. */
  const docker = (files: readonly ArchiveEntry[], more = "") => {
    fs.writeFileSync(path.join(folder, "archive"), tar(files));
    const script = `#!/bin/sh\necho "$@" >>${folder}/asked\nls -ld ${folder}/tmp/* >>${folder}/seen\ncat ${folder}/archive\n${more}\n`;
    fs.writeFileSync(path.join(folder, "docker"), script, { mode: 0o755 });
  };
  const asked = () => fs.readFileSync(path.join(folder, "asked"), "utf8");
  const left = () => fs.readdirSync(path.join(folder, "tmp"));
  const context = (preview = false): CallContext => ({
    urn: "urn:pulumi:dev::ecr::ecr:index:ImageUpload::app",
    preview,
    signal: new AbortController().signal,
    log: () => {},
    status: () => {},
  });
  const image = classicImage(["one", "two"]);
  const inputs = (more: PropertyMap = {}): PropertyMap => ({
    localImage: "app:1",
    imageId: image.id,
    repository: `${registry.host}/team/app`,
    repositoryLogin: { username: "AWS", password: "secret" },
    tag: "1",
    ...more,
  });
  const create = (properties: PropertyMap, preview = false) =>
    imageUpload.create(properties, undefined, context(preview));

  it("reports all faults at once by property", async () => {
    const check = async (news: PropertyMap) =>
      (await imageUpload.check({ olds: {}, news, randomSeed: new Uint8Array() }, undefined, context())).failures;
    const failures = await check(inputs({ imageId: "app:1", repository: "UPPER", tag: "-x" }));
    assert.deepEqual(failures?.map(({ property }) => property).sort(), ["imageId", "repository", "tag"]);
    assert.deepEqual(await check(inputs({ repository: unknown, platform: null })), []);
  });

  it("exports the image by id, pushes and tags it, and keeps neither the login nor a file", async () => {
    docker(image.files);
    const { id, outputs } = await create(inputs({ dockerHost: "ssh://builder" }));
    const digest = registry.tags("team/app")["1"] ?? assert.fail();
    const url = `${registry.host}/team/app`;
    const { repositoryLogin: _, ...kept } = inputs({ dockerHost: "ssh://builder" });
    assert.equal(id, url);
    assert.deepEqual(outputs, {
      ...kept,
      digest,
      mediaType: "application/vnd.docker.distribution.manifest.v2+json",
      reference: `${url}@${digest}`,
      tagged: digest,
    });
    assert.equal(asked(), `--host ssh://builder image save ${image.id}\n`);
    assert.match(fs.readFileSync(path.join(folder, "seen"), "utf8"), /^drwx------ /);
    assert.deepEqual(left(), []);
    // A second time, nothing that exists already is sent.
    registry.requests.length = 0;
    await create(inputs());
    assert.equal(registry.count(/^(POST|PATCH|PUT) /), 0, registry.requests.join("\n"));
  });

  it("pushes one platform of an index, or all of it", async () => {
    const images = [layoutImage("linux/amd64", "a"), layoutImage("linux/arm64", "b")];
    const index = layoutIndex(images);
    docker([...images.flatMap(({ files }) => files), ...index.files]);
    const { outputs } = await create(inputs({ imageId: index.digest, platform: "linux/arm64" }));
    assert.equal(outputs["digest"], images[1]?.digest);
    const whole = await create(inputs({ imageId: index.digest, tag: "2" }));
    assert.equal(whole.outputs["digest"], index.digest);
  });

  it("sets a new tag without Docker, and gets another image from Docker", async () => {
    docker(image.files);
    const { id, outputs } = await create(inputs({ tag: "before" }));
    const update = (oldInputs: PropertyMap) =>
      imageUpload.update({ id, oldInputs, oldOutputs: outputs, news: inputs() }, undefined, context());
    fs.rmSync(path.join(folder, "asked"));
    assert.deepEqual(await update(inputs({ tag: "before" })), { ...outputs, tag: "1" });
    assert.equal(registry.tags("team/app")["1"], outputs["digest"]);
    assert.ok(!fs.existsSync(path.join(folder, "asked")));
    await update(inputs({ imageId: sha256("other") }));
    assert.equal(asked(), `image save ${image.id}\n`);
  });

  it("notices that the registry has lost its tag, and sets it again without Docker", async () => {
    docker(image.files);
    const { id, outputs } = await create(inputs());
    fs.rmSync(path.join(folder, "asked"));
    registry.manifests.delete("team/app 1");
    const lost = await imageUpload.read({ id, inputs: inputs(), outputs }, undefined, context());
    assert.deepEqual(lost?.outputs, { ...outputs, tagged: null });
    const request = { id, oldInputs: inputs(), oldOutputs: lost.outputs, news: inputs() };
    const { changes } = await imageUpload.diff({ ...request, ignoreChanges: [] }, undefined, context());
    assert.deepEqual(changes, { tag: { kind: "update" } });
    registry.requests.length = 0;
    assert.deepEqual(await imageUpload.update(request, undefined, context()), outputs);
    assert.deepEqual(registry.tags("team/app"), { "1": outputs["digest"] });
    assert.equal(registry.count(/^(POST|PATCH|PUT) /), 1, registry.requests.join("\n"));
    assert.ok(!fs.existsSync(path.join(folder, "asked")));
  });

  it("does not take a tag from another image, and then sends nothing", async () => {
    docker(image.files);
    registry.addManifest(
      "team/app",
      { schemaVersion: 2, layers: [] },
      "application/vnd.oci.image.manifest.v1+json",
      "1",
    );
    await assert.rejects(create(inputs()), /^Error: tag: .*\/team\/app:1 points to a different image/);
    assert.equal(registry.count(/^(POST|PATCH|PUT) /), 0);
    assert.deepEqual(left(), []);
  });

  for (const [what, prepare, message] of [
    [
      "the client fails with an error message",
      () => docker([], "echo 'Error response from daemon: No such image' >&2; exit 1"),
      /^Error: localImage: "app:1" \(sha256:.{64}\) cannot be taken from Docker: Error response from daemon: No such image$/,
    ],
    [
      "the client fails silently",
      () => docker(image.files, "exit 7"),
      /cannot be taken from Docker: docker ends with 7$/,
    ],
    [
      "there is no docker client",
      () => (process.env["PATH"] = "/nowhere"),
      /cannot be taken from Docker: spawn docker ENOENT$/,
    ],
    [
      "the archive is hostile",
      () =>
        docker([{ path: "../x" }, { path: "large", content: Buffer.alloc(1 << 22) }], "echo 'broken pipe' >&2; exit 1"),
      /cannot be taken from Docker: the path "\.\.\/x" leads out of it$/,
    ],
    [
      "the archive does not contain the image",
      () => docker(image.files.slice(0, 2)),
      /cannot be taken from Docker: the image sha256:.* is not in it$/,
    ],
  ] as const) {
    it(`pushes nothing and leaves no file if ${what}`, async () => {
      prepare();
      await assert.rejects(create(inputs()), message);
      assert.deepEqual(registry.requests, []);
      assert.deepEqual(left(), []);
    });
  }

  it("contacts neither Docker nor the registry in a preview", async () => {
    const { repositoryLogin: _, ...kept } = inputs();
    assert.deepEqual(await create(inputs(), true), { id: "", outputs: kept });
    assert.deepEqual(registry.requests, []);
    assert.ok(!fs.existsSync(path.join(folder, "asked")));
  });

  it("changes only with its id, platform, repository and tag", async () => {
    const diff = async (news: PropertyMap, outputs: PropertyMap = {}) =>
      (
        await imageUpload.diff(
          { id: "", oldInputs: inputs(), oldOutputs: outputs, news: inputs(news), ignoreChanges: [] },
          undefined,
          context(),
        )
      ).changes;
    const other = { localImage: "other:1", dockerHost: "ssh://x", repositoryLogin: { username: "u", password: "p" } };
    assert.deepEqual(await diff(other), {});
    const changes = { imageId: sha256("x"), platform: "linux/arm64", repository: `${registry.host}/other`, tag: "2" };
    const found = await diff(changes);
    assert.deepEqual(Object.keys(found).sort(), Object.keys(changes).sort());
    assert.deepEqual(
      Object.keys(found).filter((key) => found[key]?.replace),
      ["repository"],
    );
    assert.deepEqual(Object.keys(await diff({}, { digest: "sha256:a", tagged: null })), ["tag"]);
  });

  it("is read from the registry, and is gone once the registry has lost it; deletion leaves it there", async () => {
    docker(image.files);
    const { id, outputs } = await create(inputs());
    const read = () => imageUpload.read({ id, inputs: inputs(), outputs }, undefined, context());
    assert.deepEqual((await read())?.outputs, outputs);
    await imageUpload.delete({ id, inputs: inputs(), outputs } as never, undefined, context());
    assert.deepEqual((await read())?.outputs, outputs);
    registry.manifests.delete("team/app 1");
    assert.equal((await read())?.outputs["tagged"], null);
    registry.manifests.clear();
    assert.equal(await read(), undefined);
  });
});
