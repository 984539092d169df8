import assert from "node:assert/strict";
import * as path from "node:path";
import { ContainerImage, type ContainerImageArgs, PrivateRepository, PublicRepository } from "../../components";
import { contentTag } from "./contentTag";
import {
  copyType,
  ImageFixture,
  imageType,
  indexType,
  loginOf,
  privateLogin,
  privateUrl,
  secret,
  tagsType,
} from "./imageFixture";
import { digest, known, localImageId } from "./mocks";

const component = "ecr:index:ContainerImage";
const providerType = "pulumi:providers:docker";

describe("ContainerImage for several platforms", () => {
  let fixture: ImageFixture;
  beforeEach(async () => {
    fixture = new ImageFixture();
    await fixture.start();
  });
  afterEach(() => fixture.stop());

  const create = (args: Partial<ContainerImageArgs> = {}) =>
    new ContainerImage(
      "app",
      {
        context: fixture.context,
        repositories: [new PrivateRepository("petclinic", { exclusionFilters: ["latest"] })],
        platforms: ["linux/arm64", "linux/amd64"],
        ...args,
      },
      fixture.opts,
    );
  const tag = () => contentTag({ context: fixture.context, platform: "linux/amd64,linux/arm64" });
  const nameFor = (platform: string) => `app-${tag()}-${platform}`;
  const idFor = (platform: string) => localImageId(`${privateUrl}:${tag()}-${platform}`);
  const wasMade = (...names: string[]) => {
    const images = [
      { platform: "linux/amd64", imageId: idFor("linux-amd64") },
      { platform: "linux/arm64", imageId: idFor("linux-arm64") },
    ];
    for (const name of names) fixture.has(component, imageType, name, { imageName: `${privateUrl}:${name.slice(4)}` });
    fixture.has(component, indexType, "app", { repository: privateUrl, tag: tag(), images, digest });
    fixture.has(component, tagsType, "app", { image: `${privateUrl}:${tag()}`, tags: [], digest });
  };

  it("builds each platform without pushing it under a tag, and combines them in the first repository", async () => {
    const image = create({ tags: ["latest"] });
    const build = (platform: string) => ({
      imageName: `${privateUrl}:${tag()}-${platform.replace("/", "-")}`,
      build: {
        context: fixture.context,
        dockerfile: path.join(fixture.context, "Dockerfile"),
        platform,
      },
      registry: privateLogin,
      skipPush: true,
      buildOnPreview: false,
    });
    assert.deepEqual(await fixture.images(), {
      [`${imageType} ${nameFor("linux-amd64")}`]: build("linux/amd64"),
      [`${imageType} ${nameFor("linux-arm64")}`]: build("linux/arm64"),
      [`${indexType} app`]: {
        images: [
          { platform: "linux/amd64", imageId: idFor("linux-amd64") },
          { platform: "linux/arm64", imageId: idFor("linux-arm64") },
        ],
        dockerHosts: ["", ""],
        repository: privateUrl,
        repositoryLogin: secret(loginOf(privateLogin)),
        tag: tag(),
      },
      [`${tagsType} app`]: {
        image: `${privateUrl}:${tag()}`,
        repositories: [{ url: privateUrl, keptTags: [] }],
        logins: secret([loginOf(privateLogin)]),
        tags: ["latest"],
      },
    });
    assert.equal(image.tag, tag());
    assert.equal(await known(image.reference), `${privateUrl}@${digest}`);
    assert.equal(image.build.platform, "linux/amd64,linux/arm64");
  });

  it("copies the index, not its parts, to the other repositories", async () => {
    const repository = new PrivateRepository("petclinic", { exclusionFilters: ["latest"] });
    create({ repositories: [repository, new PublicRepository("petclinic")] });
    const copies = Object.entries(await fixture.images()).filter(([name]) => name.startsWith(copyType));
    assert.deepEqual(
      copies.map(([name, { source }]) => [name, source]),
      [[`${copyType} app:public:petclinic`, `${privateUrl}:${tag()}`]],
    );
  });

  it("has the same tag whatever the order of its platforms, and another one for a single platform", () => {
    const one = create().tag;
    assert.equal(new ContainerImage("b", { ...argsOf(["linux/amd64", "linux/arm64"]) }, fixture.opts).tag, one);
    assert.notEqual(new ContainerImage("c", { ...argsOf(["linux/amd64"]) }, fixture.opts).tag, one);
    assert.notEqual(new ContainerImage("d", { ...argsOf(undefined) }, fixture.opts).tag, one);
  });
  const argsOf = (platforms: string[] | undefined) => ({
    context: fixture.context,
    repositories: [new PrivateRepository(`r${platforms?.length ?? 0}`)],
    platforms,
  });

  it("builds each platform on its builder, whose Docker engine then holds the image", async () => {
    create({ builders: { "linux/arm64": "ssh://me@arm.example" } });
    const images = await fixture.images();
    assert.deepEqual(images[`${indexType} app`]?.["dockerHosts"], ["", "ssh://me@arm.example"]);
    const providers = fixture.mocks.registrations.filter(({ type }) => type === providerType);
    assert.deepEqual(
      providers.map(({ name, inputs }) => [name, inputs["host"]]),
      [["app-linux-arm64", "ssh://me@arm.example"]],
    );
    const builder = (platform: string) => fixture.options[`${imageType} ${nameFor(platform)}`]?.provider;
    assert.match(
      await known(builder("linux-arm64")?.urn ?? assert.fail()),
      /pulumi:providers:docker::app-linux-arm64$/,
    );
    assert.equal(builder("linux-amd64"), undefined);
  });

  it("keeps the stack's own builds and index, without registry look-ups", async () => {
    wasMade(nameFor("linux-amd64"), `${nameFor("linux-arm64")}:2`);
    create();
    const images = await fixture.images();
    assert.deepEqual(Object.keys(images).sort(), [
      `${imageType} ${nameFor("linux-amd64")}`,
      `${imageType} ${nameFor("linux-arm64")}:2`,
      `${indexType} app`,
      `${tagsType} app`,
    ]);
    assert.deepEqual(fixture.options[`${imageType} ${nameFor("linux-amd64")}`]?.ignoreChanges, ["build", "skipPush"]);
    assert.equal(fixture.mocks.calls.filter(({ token }) => /getImages?$/.test(token)).length, 0);
  });

  it("rebuilds all platforms if the registry has lost the index, because Docker may no longer hold them", async () => {
    wasMade(nameFor("linux-amd64"), nameFor("linux-arm64"));
    // As if a refresh had found the tag missing and removed the tags resource from the state.
    for (const urn of Object.keys(fixture.state)) if (urn.includes(tagsType)) delete fixture.state[urn];
    for (const urn of Object.keys(fixture.state)) if (urn.includes(indexType)) delete fixture.state[urn];
    create();
    assert.deepEqual(
      Object.keys(await fixture.images()).filter((name) => name.startsWith(imageType)),
      [`${imageType} ${nameFor("linux-amd64")}:2`, `${imageType} ${nameFor("linux-arm64")}:2`],
    );
  });

  it("builds nothing if the registry holds the image", async () => {
    fixture.held[`private:${tag()}`] = digest;
    create();
    assert.deepEqual(Object.keys(await fixture.images()), [`${tagsType} app`]);
  });

  it("is replaced with its repository, including the builds", async () => {
    const repository = new PrivateRepository("petclinic", { exclusionFilters: ["latest"] });
    create({ repositories: [repository] });
    await fixture.images();
    for (const [name, options] of Object.entries(fixture.options)) {
      assert.deepEqual(options.replaceWith, [repository.repository], name);
    }
    assert.equal(Object.keys(fixture.options).length, 4);
  });
});
