import assert from "node:assert/strict";
import * as path from "node:path";
import { ContainerImage, type ContainerImageArgs, PrivateRepository } from "../../components";
import { contentTag } from "./contentTag";
import { ImageFixture, imageType, indexType, privateUrl, tagsType } from "./imageFixture";
import { digest, localImageId } from "./mocks";

const component = "ecr:index:ContainerImage";

/** In every run the Docker provider rereads the folder of each image in the state, at its old path. */
describe("ContainerImage whose folder has moved", () => {
  let fixture: ImageFixture;
  beforeEach(async () => {
    fixture = new ImageFixture();
    await fixture.start();
  });
  afterEach(() => fixture.stop());

  const create = (args: Partial<ContainerImageArgs> = {}) => {
    const repositories = [new PrivateRepository("petclinic")];
    return new ContainerImage("app", { context: fixture.context, repositories, ...args }, fixture.opts);
  };
  const wasBuilt = (tag: string, place: object) => {
    const image = `${privateUrl}:${tag}`;
    fixture.has(component, imageType, `app-${tag}`, { imageName: image, ...place });
    fixture.has(component, tagsType, "app", { image, tags: [], digest });
  };
  const tagOf = (more: object = {}) => contentTag({ context: fixture.context, platform: "linux/amd64", ...more });
  const names = async () => Object.keys(await fixture.images());

  it("is left to the registry that holds it, and rebuilt if none does", async () => {
    wasBuilt(tagOf(), { context: "elsewhere", dockerfile: "Dockerfile" });
    fixture.held[`private:${tagOf()}`] = digest;
    create();
    assert.deepEqual(await names(), [`${tagsType} app`]);
    await fixture.start();
    delete fixture.held[`private:${tagOf()}`];
    create();
    assert.deepEqual(await names(), [`${imageType} app-${tagOf()}:2`, `${tagsType} app`]);
  });

  it("keeps its build if neither the folder nor its Dockerfile has moved", async () => {
    fixture.write("docker/Own", "FROM scratch\n");
    const dockerfile = path.join(fixture.context, "docker", "Own");
    const tag = tagOf({ dockerfile });
    wasBuilt(tag, { context: fixture.context, dockerfile: "docker/Own" });
    create({ dockerfile });
    assert.deepEqual(await names(), [`${imageType} app-${tag}`, `${tagsType} app`]);
    await fixture.start();
    wasBuilt(tag, { context: fixture.context, dockerfile: "../Own" });
    fixture.held[`private:${tag}`] = digest;
    create({ dockerfile });
    assert.deepEqual(await names(), [`${tagsType} app`]);
  });

  it("keeps a multi-platform index and drops the builds that it was made from", async () => {
    const tag = tagOf({ platform: "linux/amd64,linux/arm64" });
    const images = ["linux/amd64", "linux/arm64"].map((platform) => ({ platform, imageId: localImageId(platform) }));
    for (const { platform } of images) {
      const name = `app-${tag}-${platform.replace("/", "-")}`;
      fixture.has(component, imageType, name, { imageName: name, context: "elsewhere", dockerfile: "Dockerfile" });
    }
    fixture.has(component, indexType, "app", { repository: privateUrl, tag, images, digest });
    fixture.has(component, tagsType, "app", { image: `${privateUrl}:${tag}`, tags: [], digest });
    create({ platforms: ["linux/amd64", "linux/arm64"] });
    const found = await fixture.images();
    assert.deepEqual(Object.keys(found), [`${indexType} app`, `${tagsType} app`]);
    const made = found[`${indexType} app`] as unknown as { images: { imageId: string }[] };
    assert.deepEqual(
      made.images.map(({ imageId }) => imageId),
      images.map(({ imageId }) => imageId),
    );
  });
});
