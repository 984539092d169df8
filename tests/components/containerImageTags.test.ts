import assert from "node:assert/strict";
import { ContainerImage, type ContainerImageArgs, PrivateRepository, PublicRepository } from "../../components";
import { containerImageFaults } from "../../components/images/containerImage";
import { InputRefused } from "../../components/inputChecks";
import { ImageFixture, imageType, otherDigest, privateUrl, tagsType } from "./imageFixture";
import { digest } from "./mocks";

/** A release tag is given once: to the same content again without a push, to another one never where it cannot move. */
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
  /** The tag by which the content is known again. */
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

  it("is given beside the tag of the content, and not taken from another image where it cannot move", async () => {
    const image = create({ repositories: [new PrivateRepository("petclinic"), new PublicRepository("petclinic")] });
    assert.equal(image.tag, "1.2.3");
    assert.match(await identityOf(), /^1\.2\.3-src-[0-9a-f]{16}$/);
    assert.deepEqual((await fixture.images())[`${tagsType} petclinic`]?.["tags"], ["1.2.3"]);
    assert.deepEqual(await keptTags(), [["1.2.3"], []]);
  });

  it("is given again to the same content, as nothing is put that is there", async () => {
    create();
    const identity = await identityOf();
    await fixture.start();
    fixture.held[`private:${identity}`] = digest;
    fixture.held["private:1.2.3"] = digest;
    create();
    assert.deepEqual(Object.keys(await fixture.images()), [`${tagsType} petclinic`]);
  });

  it("is looked up once: the stack that has given it asks nobody", async () => {
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

  it("is refused for another content, in the preview and in the update, before anything is made", async () => {
    fixture.held["private:1.2.3"] = otherDigest;
    for (const preview of [true, false]) {
      await fixture.start(preview);
      create();
      await assert.rejects(fixture.brought(), (error: Error) => {
        assert.match(
          error.message,
          /tagFrom\.fixed: "1\.2\.3" — the private repository "petclinic" holds another image under this tag \(sha256:e+\), and its tags cannot be moved\. Fix: give this image a tag of its own/,
        );
        return error instanceof InputRefused;
      });
      assert.deepEqual(fixture.mocks.ofType(imageType), []);
      assert.deepEqual(fixture.mocks.ofType(tagsType), []);
    }
  });

  it("moves where tags can be moved", async () => {
    fixture.held["public:1.2.3"] = otherDigest;
    create({ repositories: [new PrivateRepository("petclinic"), new PublicRepository("petclinic")] });
    assert.deepEqual(await keptTags(), [["1.2.3"], []]);
  });

  it("counts as the same content when any repository holds that digest as this content", async () => {
    create();
    const identity = await identityOf();
    fixture.held[`public:${identity}`] = digest;
    fixture.held["private:1.2.3"] = digest;
    await fixture.start();
    create({ repositories: [new PrivateRepository("petclinic"), new PublicRepository("petclinic")] });
    await fixture.brought();
  });

  it("refuses a strategy that does not exist, and a commit that cannot be read, with the other faults", () => {
    const settings = { context: fixture.context, repositories: [] };
    const paths = (args: Partial<ContainerImageArgs>) =>
      containerImageFaults({ ...settings, ...args, repositories: [] }).map(({ path }) => path);
    assert.deepEqual(paths({ tagFrom: "commit" as "git" }), ["tagFrom", "repositories"]);
    assert.deepEqual(paths({ tagFrom: { fixed: "a b" } }), ["tagFrom.fixed", "repositories"]);
    // Without a `git` on the search path nothing can be read.
    assert.deepEqual(paths({ tagFrom: "git" }), ["repositories", "tagFrom"]);
  });
});
