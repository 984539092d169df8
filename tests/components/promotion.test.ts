import assert from "node:assert/strict";
import { PrivateRepository, promoteImage } from "../../components";
import { mirrorTag } from "../../components/images/mirroredImage";
import { FakeRegistry } from "./fakeRegistry";
import { copyType, ImageFixture, otherDigest, privateUrl, tagsType } from "./imageFixture";
import { account, region } from "./mocks";

const from = { registryId: "210987654321", region: "eu-central-1" };

describe("promoteImage", () => {
  let fixture: ImageFixture;
  let registry: FakeRegistry;
  let digest: string;
  beforeEach(async () => {
    fixture = new ImageFixture();
    registry = new FakeRegistry();
    await registry.start();
    digest = registry.addImage("petclinic", "1", { os: "linux", architecture: "amd64" });
    registry.login = "AWS:private-token";
    registry.authentication = "basic";
    await fixture.start();
  });
  afterEach(() => {
    registry.stop();
    fixture.stop();
  });

  const promote = (source: string, sourceRegistry: typeof from | undefined) =>
    promoteImage(
      "petclinic",
      { source, sourceRegistry, repositories: [new PrivateRepository("petclinic")] },
      fixture.opts,
    );
  const sent = () => registry.requests.filter((request) => / (Basic|Bearer) /.test(request));

  for (const sourceRegistry of [from, { registryId: account, region }]) {
    it(`sends no login to a host that is not the registry of ${sourceRegistry.registryId}`, async () => {
      await fixture.startEngine(true);
      promote(`${registry.host}/petclinic@${digest}`, sourceRegistry);
      const { registryId, region } = sourceRegistry;
      const owner = `${registryId}.dkr.ecr.${region}.amazonaws.com`;
      await assert.rejects(fixture.brought(), (error: Error) => {
        const message = `${registry.host}/petclinic@${digest}: the login belongs to the registry ${owner} and is not sent to ${registry.host}.`;
        assert.ok(error.message.endsWith(message), error.message);
        return true;
      });
      assert.deepEqual(registry.requests, []);
      assert.deepEqual(fixture.mocks.ofType(copyType), []);
    });
  }

  it("sends its login to the registry that the token names, such as a sandbox's", async () => {
    await fixture.startEngine(true, { endpoints: { [from.registryId]: `http://${registry.host}` } });
    promote(`${registry.host}/petclinic@${digest}`, from);
    const images = await fixture.images();
    assert.equal(images[`${copyType} petclinic`]?.["source"], `${registry.host}/petclinic@${digest}`);
    assert.equal(sent().length, 1);
    const [call] = fixture.mocks.calls.filter(({ args }) => args["registryId"] === from.registryId);
    assert.deepEqual(call?.args, from);
  });

  it("refuses a repository that has another image under the copy's tag, before anything is tagged", async () => {
    registry.authentication = "none";
    const source = `${registry.host}/petclinic@${digest}`;
    const identity = mirrorTag({ source });
    const image = `${privateUrl}:${identity}`;
    const refused =
      /source: found "sha256:\w+"\. The private repository "petclinic" has a different image under the tag of its copy, mirror-\w+: sha256:e+\. Remove that tag/;
    for (const inState of [false, true]) {
      await fixture.start();
      fixture.held[`private:${identity}`] = otherDigest;
      if (inState) {
        fixture.has("ecr:index:MirroredImage", tagsType, "petclinic", { image, tags: [], digest: otherDigest });
      }
      promote(source, undefined);
      await assert.rejects(fixture.brought(), refused);
      assert.deepEqual([...fixture.mocks.ofType(copyType), ...fixture.mocks.ofType(tagsType)], []);
    }
    delete fixture.held[`private:${identity}`];
  });

  it("sends no login for a source that needs none", async () => {
    registry.authentication = "none";
    promote(`${registry.host}/petclinic@${digest}`, undefined);
    await fixture.images();
    assert.equal(registry.requests.length, 1);
    assert.deepEqual(sent(), []);
  });
});
