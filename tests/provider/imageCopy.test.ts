import assert from "node:assert/strict";
import { type PropertyMap, unknown } from "../../provider/protocol/values";
import { imageCopy } from "../../provider/resources/imageCopy";
import { TwoRegistries } from "../oci/fixture";
import { addImage, addIndex, descriptorOf } from "../oci/testImages";
import { refuse } from "../oci/testRegistry";
import { callContext } from "./context";

describe("the resource ImageCopy", () => {
  const test = new TwoRegistries();
  const from = (reference: string) => `${test.source.host}/app${reference}`;
  const to = () => `${test.target.host}/team/app`;
  const check = async (news: PropertyMap) =>
    (await imageCopy.check({ olds: {}, news, randomSeed: new Uint8Array() }, undefined, callContext())).failures;
  const create = (inputs: PropertyMap, preview = false) => imageCopy.create(inputs, undefined, callContext(preview));
  const diff = async (oldInputs: PropertyMap, oldOutputs: PropertyMap, news: PropertyMap) =>
    (await imageCopy.diff({ id: "", oldInputs, oldOutputs, news, ignoreChanges: [] }, undefined, callContext()))
      .changes;
  const read = (inputs: PropertyMap, outputs: PropertyMap) =>
    imageCopy.read({ id: to(), inputs, outputs }, undefined, callContext());

  it("reports all faults at once by property, and accepts unknown values", async () => {
    const failures = await check({ source: "UPPER", repository: unknown, tag: "-x", platforms: [], more: true });
    assert.deepEqual(failures?.map(({ property }) => property).sort(), ["", "platforms", "source", "tag"]);
    assert.deepEqual(await check({ source: unknown, repository: to(), repositoryLogin: unknown, tag: null }), []);
  });

  it("returns in a preview what is known, without contacting a registry", async () => {
    const { digest } = addImage(test.source, "app", { tag: "1" });
    const known = { source: from(`@${digest}`), repository: to(), tag: "1" };
    const { id, outputs } = await create({ ...known, repositoryLogin: { username: "AWS", password: "secret" } }, true);
    assert.deepEqual([id, outputs], ["", { ...known, digest, reference: `${to()}@${digest}` }]);
    const byTag = { ...known, source: from(":1") };
    assert.deepEqual((await create(byTag, true)).outputs, byTag);
    const part = { ...known, platforms: ["linux/amd64"] };
    assert.deepEqual((await create(part, true)).outputs, part);
    assert.deepEqual([...test.source.requests, ...test.target.requests], []);
  });

  it("copies by tag or digest and does not keep the login", async () => {
    const { digest, type } = addImage(test.source, "app", { tag: "1" });
    const inputs = { source: from(":1"), repository: to(), tag: "2", sourceLogin: { username: "u", password: "p" } };
    const { id, outputs } = await create(inputs);
    const { sourceLogin: _, ...kept } = inputs;
    assert.equal(id, to());
    assert.deepEqual(outputs, {
      ...kept,
      digest,
      mediaType: type,
      reference: `${to()}@${digest}`,
      tagged: digest,
    });
    assert.deepEqual(test.target.tags("team/app"), { "2": digest });
    await assert.rejects(create({ ...inputs, source: from(":none") }), /^Error: source: .*\/app:none: /);
  });

  it("does not take a tag from another image, and then sends nothing", async () => {
    const { digest } = addImage(test.source, "app");
    const other = addImage(test.target, "team/app", { tag: "1" });
    const failed = create({ source: from(`@${digest}`), repository: to(), tag: "1" });
    await assert.rejects(failed, ({ message }: Error) => {
      assert.ok(message.startsWith(`tag: ${to()}:1 points to a different image (${other.digest})`), message);
      return true;
    });
    assert.deepEqual(test.target.tags("team/app"), { "1": other.digest });
    assert.equal(test.target.count(/^(POST|PUT|PATCH)/), 0);
  });

  it("warns of differences from the source: layers that stay there, signatures kept at the target", async () => {
    const layerType = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
    const content = Buffer.from("base");
    const layers = [descriptorOf(content, layerType, { urls: ["https://example.com/base"] })];
    const image = addImage(test.source, "app", { layers: [content], extra: { layers } });
    const tag = `${image.digest.replace(":", "-")}.sig`;
    addImage(test.source, "app", { tag });
    addImage(test.target, "team/app", { tag });
    const logged: string[] = [];
    const context = { ...callContext(), log: (severity: string, text: string) => logged.push(`${severity} ${text}`) };
    await imageCopy.create({ source: from(`@${image.digest}`), repository: to() }, undefined, context);
    const [foreign = "", kept = "", ...more] = logged;
    assert.ok(foreign.startsWith("warning source: 1 of its layers must not be distributed"), foreign);
    assert.ok(kept.startsWith(`warning repository: ${to()}:${tag} has other signatures`), kept);
    assert.deepEqual(more, []);
  });

  it("sets no tag if a layer fails to arrive, and succeeds on the next attempt", async () => {
    const { digest } = addImage(test.source, "app");
    test.target.meet = ({ request, response }) => {
      if (request.method !== "POST") return false;
      refuse(response, 403, "DENIED");
      return true;
    };
    const inputs = { source: from(`@${digest}`), repository: to(), tag: "1" };
    await assert.rejects(create(inputs), {
      message: `source: ${from(`@${digest}`)} to ${to()}: 403 DENIED: refused: DENIED. Grant the login this permission, then run the same command again.`,
    });
    assert.deepEqual(test.target.contents("team/app"), []);
    test.target.meet = () => false;
    await create(inputs);
    assert.deepEqual(test.target.tags("team/app"), { "1": digest });
  });

  it("names the copy that a registry refused, and says to run the same command again", async () => {
    const { digest } = addImage(test.source, "app");
    test.target.meet = ({ response }) => {
      refuse(response, 429, "TOOMANYREQUESTS");
      return true;
    };
    const copied = create({ source: from(`@${digest}`), repository: to() });
    await assert.rejects(copied, ({ message }: Error) => {
      assert.match(message, /^source: .*\/app@sha256:\S+ to .*\/team\/app: 429 .*\. Run the same command again: /);
      return true;
    });
    const known = { repository: to() };
    await assert.rejects(read(known, { digest }), /^Error: repository: .*\/team\/app: 429/);
  });

  it("copies more of an index, under another tag, when other platforms are wanted", async () => {
    const images = ["linux/amd64", "linux/arm64"].map((platform) => ({
      image: addImage(test.source, "app", { platform }),
      platform,
    }));
    const { digest } = addIndex(test.source, "app", images);
    const inputs = { source: from(`@${digest}`), repository: to(), tag: "amd64", platforms: ["linux/amd64"] };
    const { outputs } = await create(inputs);
    assert.notEqual(outputs["digest"], digest);
    assert.equal(outputs["tagged"], outputs["digest"]);
    const news = { ...inputs, platforms: ["linux/amd64", "linux/arm64"], tag: "both" };
    const known = { id: to(), oldInputs: inputs, oldOutputs: outputs, news };
    const updated = await imageCopy.update(known, undefined, callContext());
    assert.equal(updated["digest"], digest);
  });

  it("changes with its inputs but not with logins, and is replaced for another repository", async () => {
    const inputs = { source: from(":1"), repository: to(), tag: "1" };
    const outputs = { ...inputs, digest: "sha256:1", tagged: "sha256:1" };
    const login = { username: "AWS", password: "another" };
    assert.deepEqual(await diff(inputs, outputs, { ...inputs, repositoryLogin: login, sourceLogin: login }), {});
    assert.deepEqual(await diff(inputs, outputs, { ...inputs, tag: "2" }), {
      tag: { kind: "update", replace: false, inputDiff: true },
    });
    assert.equal(
      (await diff(inputs, outputs, { ...inputs, repository: "other.example/app" }))["repository"]?.replace,
      true,
    );
  });

  it("is gone with its image; a missing or moved tag is a change that the next update fixes or refuses", async () => {
    const { digest } = addImage(test.source, "app");
    const inputs = { source: from(`@${digest}`), repository: to(), tag: "1" };
    const { outputs } = await create(inputs);
    assert.deepEqual((await read(inputs, outputs))?.outputs, outputs);

    test.target.manifests.delete("team/app 1");
    const untagged = (await read(inputs, outputs))?.outputs ?? {};
    assert.equal(untagged["tagged"], null);
    assert.deepEqual(await diff(inputs, untagged, inputs), { tag: { kind: "update" } });
    const known = { id: to(), oldInputs: inputs, oldOutputs: untagged, news: inputs };
    const again = await imageCopy.update(known, undefined, callContext());
    assert.deepEqual(again, outputs);

    const other = addImage(test.target, "team/app", { tag: "1" });
    const moved = (await read(inputs, outputs))?.outputs ?? {};
    assert.equal(moved["tagged"], other.digest);
    await assert.rejects(
      imageCopy.update({ ...known, oldOutputs: moved }, undefined, callContext()),
      /points to a different image/,
    );

    test.target.manifests.delete(`team/app ${digest}`);
    assert.equal(await read(inputs, outputs), undefined);
    await assert.rejects(read({}, {}), /cannot be imported/);
  });
});
