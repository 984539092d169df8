import assert from "node:assert/strict";
import { type PropertyMap, type PropertyValue, unknown } from "../../provider/protocol/values";
import { imageTags } from "../../provider/resources/imageTags";
import { TwoRegistries } from "../oci/fixture";
import { type AddedImage, addImage } from "../oci/testImages";
import { sha256 } from "../oci/testRegistry";
import { callContext } from "./context";

describe("the resource ImageTags", () => {
  const test = new TwoRegistries();
  const first = () => `${test.source.host}/app`;
  const second = () => `${test.target.host}/team/app`;
  const inputsOf = (tags: string[], keptTags: string[] = [], more: PropertyMap = {}): PropertyMap => ({
    image: `${first()}:src-1`,
    repositories: [{ url: first() }, { url: second(), keptTags }] as PropertyValue,
    tags,
    ...more,
  });
  const check = async (news: PropertyMap) =>
    (await imageTags.check({ olds: {}, news, randomSeed: new Uint8Array() }, undefined, callContext())).failures;
  const create = (inputs: PropertyMap, preview = false) => imageTags.create(inputs, undefined, callContext(preview));
  const diff = async (oldInputs: PropertyMap, oldOutputs: PropertyMap, news: PropertyMap) =>
    (await imageTags.diff({ id: "", oldInputs, oldOutputs, news, ignoreChanges: [] }, undefined, callContext()))
      .changes;
  const read = (inputs: PropertyMap, outputs: PropertyMap) =>
    imageTags.read({ id: first(), inputs, outputs }, undefined, callContext());
  const update = (news: PropertyMap, oldInputs = news, oldOutputs: PropertyMap = {}, preview = false) =>
    imageTags.update({ id: first(), oldInputs, oldOutputs, news }, undefined, callContext(preview));
  /** One image in both repositories, under its own tag. */
  const addToBoth = (tag = "src-1"): AddedImage => {
    const image = addImage(test.source, "app", { tag });
    for (const [key, content] of test.source.blobs) test.target.blobs.set(key.replace("app ", "team/app "), content);
    test.target.addManifest("team/app", image.body, image.type, tag);
    return image;
  };

  it("reports all faults at once by property, and accepts unknown values", async () => {
    const news = { ...inputsOf(["ok", "-x"]), repositories: [{ url: unknown, keptTags: ["-y"] }], logins: unknown };
    const failures = await check({ ...news, image: "UPPER" });
    assert.deepEqual(failures?.map(({ property }) => property).sort(), [
      "image",
      "repositories[0].keptTags[0]",
      "tags[1]",
    ]);
    assert.deepEqual(await check({ image: unknown, repositories: [{ url: unknown }], logins: [{}], tags: [] }), []);
    assert.equal((await check({ ...inputsOf([]), repositories: [] }))?.length, 1);
  });

  it("returns in a preview the digest of an existing image, and puts nothing", async () => {
    assert.equal((await create(inputsOf(["latest"]), true)).outputs["digest"], undefined);
    const { digest } = addToBoth();
    assert.equal((await create(inputsOf(["latest"]), true)).outputs["digest"], digest);
    assert.equal(test.source.count(/^PUT/) + test.target.count(/^PUT/), 0);
    test.source.stop();
    assert.equal((await create(inputsOf(["latest"]), true)).outputs["digest"], undefined);
  });

  it("logs in a preview which tags will move, and leaves an unreachable registry to the update", async () => {
    const one = addToBoth();
    await create(inputsOf(["latest"]));
    const news = { ...inputsOf(["latest", "new"]), image: `${first()}:src-2` };
    const preview = async () => {
      const context = callContext(true);
      await imageTags.update({ id: "", oldInputs: {}, oldOutputs: {}, news }, undefined, context);
      return context.logs;
    };
    const moved = (to: string) => [first(), second()].map((url) => `${url}:latest moves from ${one.digest} to ${to}`);
    assert.deepEqual(await preview(), moved(`the image that ${first()}:src-2 will point to`));
    const two = addToBoth("src-2");
    assert.deepEqual(await preview(), moved(two.digest));
    test.source.stop();
    assert.deepEqual(await preview(), []);
  });

  it("logs no move of a tag that cannot move, whose image may turn out to be the same", async () => {
    const { digest } = addToBoth();
    await create(inputsOf(["1.0.0"]));
    const context = callContext(true);
    // Immutable in the second repository only.
    const news = { ...inputsOf(["1.0.0"], ["1.0.0"]), image: `${first()}:src-2` };
    await imageTags.update({ id: "", oldInputs: {}, oldOutputs: {}, news }, undefined, context);
    assert.deepEqual(context.logs, [
      `${first()}:1.0.0 moves from ${digest} to the image that ${first()}:src-2 will point to`,
    ]);
  });

  it("puts missing tags in each repository, and does not keep the logins", async () => {
    const { digest } = addToBoth();
    const { id, outputs } = await create(
      inputsOf(["1.0.0", "latest"], [], { logins: [{}, { username: "a", password: "b" }] }),
    );
    assert.equal(id, first());
    assert.equal(outputs["logins"], undefined);
    assert.equal(outputs["digest"], digest);
    assert.deepEqual(outputs["references"], [`${first()}@${digest}`, `${second()}@${digest}`]);
    for (const tags of [test.source.tags("app"), test.target.tags("team/app")]) {
      assert.deepEqual(tags, { "1.0.0": digest, latest: digest, "src-1": digest });
    }
    await create(inputsOf(["1.0.0", "latest"]));
    assert.equal(test.source.count(/^PUT/) + test.target.count(/^PUT/), 4);
  });

  it("puts nothing in any repository if one of them keeps a tag for another image", async () => {
    const { digest } = addToBoth();
    const other = addImage(test.target, "team/app", { tag: "1.0.0" });
    await assert.rejects(create(inputsOf(["latest", "1.0.0"], ["1.0.0"])), ({ message }: Error) => {
      assert.ok(message.startsWith(`tags: these point to another image than ${digest}`), message);
      assert.ok(message.includes(`${second()}:1.0.0 (${other.digest})`), message);
      return true;
    });
    assert.deepEqual(Object.keys(test.source.tags("app")), ["src-1"]);
    assert.equal(test.source.count(/^PUT/) + test.target.count(/^PUT/), 0);
  });

  it("reports a missing image, and says how to restore it", async () => {
    await assert.rejects(
      create(inputsOf(["latest"])),
      /^Error: image: .*\/app:src-1: its registry has no such image\. .*`pulumi refresh`, then `pulumi up`/,
    );
  });

  it("says whose tags a registry refused", async () => {
    addToBoth();
    const { outputs } = await create(inputsOf(["latest"]));
    test.target.meet = ({ response }) => {
      response.writeHead(403).end();
      return true;
    };
    const said = /^Error: tags of .*\/app:src-1: .*403.* Grant the login this permission/;
    await assert.rejects(create(inputsOf(["latest"])), said);
    await assert.rejects(read(inputsOf(["latest"]), outputs), said);
  });

  it("restores an image that its first repository has lost from another one, with its tags", async () => {
    const { digest, body, blobs } = addToBoth();
    test.source.manifests.clear();
    test.source.blobs.clear();
    const { outputs } = await create(inputsOf(["latest"]));
    assert.equal(outputs["digest"], digest);
    assert.deepEqual(test.source.tags("app"), { latest: digest, "src-1": digest });
    assert.deepEqual(test.source.contents("app"), [digest, ...blobs].sort());
    assert.ok(test.source.manifests.get(`app ${digest}`)?.body.equals(body));

    test.source.manifests.clear();
    const other = { ...outputs, digest: sha256("another image") };
    await assert.rejects(update(inputsOf(["latest"]), inputsOf(["latest"]), other), /has no such image/);
    assert.deepEqual(test.source.tags("app"), {}, "not what is another image by now");
  });

  it("changes with image, repositories and tags, but not with logins", async () => {
    addToBoth();
    const inputs = inputsOf(["latest"]);
    const { outputs } = await create(inputs);
    assert.deepEqual(await diff(inputs, outputs, { ...inputs, logins: [{ username: "AWS", password: "x" }] }), {});
    for (const [property, value] of [
      ["image", `${first()}:src-2`],
      ["tags", []],
      ["repositories", [{ url: first() }]],
    ] as const) {
      const changes = await diff(inputs, outputs, { ...inputs, [property]: value as PropertyValue });
      assert.deepEqual(changes, { [property]: { kind: "update", inputDiff: true } });
    }
  });

  it("follows the image: the new one gets the moving tag, the previous one keeps its own", async () => {
    const one = addToBoth();
    const inputs = inputsOf(["latest"]);
    const { outputs } = await create(inputs);
    const two = addToBoth("src-2");
    const news = { ...inputs, image: `${first()}:src-2` };
    assert.equal((await update(news, inputs, outputs, true))["digest"], two.digest);
    assert.equal(test.source.tags("app")["latest"], one.digest);
    await update(news, inputs, outputs);
    assert.deepEqual(test.target.tags("team/app"), { latest: two.digest, "src-1": one.digest, "src-2": two.digest });
  });

  it("detects a tag that was moved or removed in either repository, and restores it", async () => {
    const { digest } = addToBoth();
    const inputs = inputsOf(["latest"]);
    const { outputs } = await create(inputs);
    assert.deepEqual((await read(inputs, outputs))?.outputs, outputs);
    addImage(test.target, "team/app", { tag: "latest" });
    const moved = (await read(inputs, outputs))?.outputs ?? {};
    assert.deepEqual(await diff(inputs, moved, inputs), { tags: { kind: "update" } });
    await update(inputs, inputs, moved);
    test.source.manifests.delete("app latest");
    const removed = (await read(inputs, outputs))?.outputs ?? {};
    assert.deepEqual(await diff(inputs, removed, inputs), { tags: { kind: "update" } });
    await update(inputs, inputs, removed);
    assert.equal(test.source.tags("app")["latest"], digest);
    assert.equal(test.target.tags("team/app")["latest"], digest);
  });

  it("is gone when its first repository has lost the image or the image's own tag", async () => {
    const { digest, body, type } = addToBoth();
    const inputs = inputsOf(["latest"]);
    const { outputs } = await create(inputs);
    test.source.manifests.delete("app src-1");
    assert.equal(await read(inputs, outputs), undefined, "whatever brings it there gives it its tag again");
    test.source.addManifest("app", body, type, "src-1");
    for (const reference of [digest, "src-1", "latest"]) test.source.manifests.delete(`app ${reference}`);
    assert.equal(await read(inputs, outputs), undefined);
    await assert.rejects(read({}, {}), /cannot be imported/);
  });

  it("does not accept another image to which the image's own tag was moved", async () => {
    const { digest } = addToBoth();
    const inputs = inputsOf(["latest"]);
    const { outputs } = await create(inputs);
    const other = addImage(test.source, "app", { tag: "src-1" });
    const moved = (await read(inputs, outputs))?.outputs ?? {};
    assert.deepEqual(await diff(inputs, moved, inputs), { tags: { kind: "update" } });
    await assert.rejects(update(inputs, inputs, moved), ({ message }: Error) => {
      assert.ok(message.includes(other.digest) && message.includes(digest), message);
      return true;
    });
    assert.equal(test.source.tags("app")["latest"], digest);
  });
});
