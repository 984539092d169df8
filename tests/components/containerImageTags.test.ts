import assert from "node:assert/strict";
import { ContainerImage, type ContainerImageArgs, PrivateRepository, PublicRepository } from "../../components";
import { containerImageFaults } from "../../components/images/containerImage";
import { InputRefused } from "../../components/inputChecks";
import { ImageFixture, imageType, otherDigest, privateUrl, tagsType } from "./imageFixture";
import { digest } from "./mocks";

/**
 * A release tag is given once. The same content can get it again without a push; other content cannot if tags are
 * immutable.
 */
describe("ContainerImage with a fixed tag", () => {
  let fixture: ImageFixture;
  beforeEach(async () => {
    fixture = new ImageFixture();
    await fixture.start();
  });
  afterEach(() => fixture.stop());

  const create = (args: Partial<ContainerImageArgs> = {}) =>
    new ContainerImage(
      "petclinic",
      {
        context: fixture.context,
        repositories: [new PrivateRepository("petclinic")],
        tagFrom: { fixed: "1.2.3" },
        ...args,
      },
      fixture.opts,
    );
  /** The tag that identifies the content. */
  const identityOf = async () => {
    const image = (await fixture.images())[`${tagsType} petclinic`]?.["image"];
    return String(image).replace(/^.*:/, "");
  };
  const keptTags = async () => {
    const { repositories } = (await fixture.images())[`${tagsType} petclinic`] as {
      repositories: { keptTags: string[] }[];
    };
    return repositories.map((each) => each.keptTags);
  };
  const lookUps = () => fixture.mocks.calls.filter(({ token }) => /getImages?$/.test(token));

  it("is set beside the content's tag, and not taken from another image in an immutable repository", async () => {
    const image = create({ repositories: [new PrivateRepository("petclinic"), new PublicRepository("petclinic")] });
    assert.equal(image.tag, "1.2.3");
    assert.match(await identityOf(), /^1\.2\.3-src-[0-9a-f]{16}$/);
    assert.deepEqual((await fixture.images())[`${tagsType} petclinic`]?.["tags"], ["1.2.3"]);
    assert.deepEqual(await keptTags(), [["1.2.3"], []]);
  });

  it("is set again for the same content without a build or push", async () => {
    create();
    const identity = await identityOf();
    await fixture.start();
    fixture.held[`private:${identity}`] = digest;
    fixture.held["private:1.2.3"] = digest;
    create();
    assert.deepEqual(Object.keys(await fixture.images()), [`${tagsType} petclinic`]);
  });

  it("is looked up once: a stack that has already set it makes no look-ups", async () => {
    create();
    const identity = await identityOf();
    const image = `${privateUrl}:${identity}`;
    fixture.has("ecr:index:ContainerImage", imageType, `petclinic-${identity}`, { imageName: image });
    fixture.has("ecr:index:ContainerImage", tagsType, "petclinic", { image, tags: ["1.2.3"], digest });
    await fixture.start();
    create();
    assert.equal(Object.keys(await fixture.images()).length, 2);
    assert.deepEqual(lookUps(), []);
  });

  it("is refused for other content, in preview and update, before anything is created", async () => {
    fixture.held["private:1.2.3"] = otherDigest;
    for (const preview of [true, false]) {
      await fixture.start(preview);
      create();
      await assert.rejects(fixture.brought(), (error: Error) => {
        assert.match(
          error.message,
          /tagFrom\.fixed: found "1\.2\.3"\. The private repository "petclinic" has a different image under this tag \(sha256:e+\), and its tags cannot be moved\. Give this image its own tag/,
        );
        return error instanceof InputRefused;
      });
      assert.deepEqual(fixture.mocks.ofType(imageType), []);
      assert.deepEqual(fixture.mocks.ofType(tagsType), []);
    }
  });

  it("moves where tags are mutable", async () => {
    fixture.held["public:1.2.3"] = otherDigest;
    create({ repositories: [new PrivateRepository("petclinic"), new PublicRepository("petclinic")] });
    assert.deepEqual(await keptTags(), [["1.2.3"], []]);
  });

  it("counts as the same content if any repository holds the digest under the content's tag", async () => {
    create();
    const identity = await identityOf();
    fixture.held[`public:${identity}`] = digest;
    fixture.held["private:1.2.3"] = digest;
    await fixture.start();
    create({ repositories: [new PrivateRepository("petclinic"), new PublicRepository("petclinic")] });
    await fixture.brought();
  });

  it("is refused, with all other faults, for an unknown strategy, an invalid tag and an unreadable commit", () => {
    const settings = { context: fixture.context, repositories: [] };
    const paths = (args: Partial<ContainerImageArgs>) =>
      containerImageFaults({ ...settings, ...args, repositories: [] }).map(({ path }) => path);
    assert.deepEqual(paths({ tagFrom: "commit" as "git" }), ["tagFrom", "repositories"]);
    assert.deepEqual(paths({ tagFrom: { fixed: "a b" } }), ["tagFrom.fixed", "repositories"]);
    // Without `git` on the PATH no commit can be read.
    assert.deepEqual(paths({ tagFrom: "git" }), ["repositories", "tagFrom"]);
  });
});
