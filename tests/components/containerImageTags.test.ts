import assert from "node:assert/strict";
import { ContainerImage, type ContainerImageArgs, PrivateRepository, PublicRepository } from "../../components";
import { containerImageFaults } from "../../components/images/containerImage";
import { InputRefused } from "../../components/inputChecks";
import { copyOf, ImageFixture, imageType, otherDigest, privateUrl } from "./imageFixture";
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
    const name = Object.keys(await fixture.images()).find((each) => each.startsWith("petclinic-1.2.3-src-"));
    return name?.replace("petclinic-", "") ?? assert.fail("no identity");
  };

  it("is pushed beside the tag of the content, from the repository's own image", async () => {
    const image = create();
    assert.equal(image.tag, "1.2.3");
    const identity = await identityOf();
    assert.match(identity, /^1\.2\.3-src-[0-9a-f]{16}$/);
    const images = await fixture.images();
    assert.deepEqual(Object.keys(images).sort(), [
      `petclinic-${identity}`,
      `petclinic-private-petclinic:1.2.3-${identity}`,
    ]);
    const release = images[`petclinic-private-petclinic:1.2.3-${identity}`];
    assert.equal(release?.["imageName"], `${privateUrl}:1.2.3`);
    assert.deepEqual(release?.["build"], copyOf(`${privateUrl}@${digest}`));
    assert.equal(release?.["skipPush"], false);
  });

  it("is not pushed again to the same content", async () => {
    create();
    const identity = await identityOf();
    await fixture.start();
    fixture.held[`private:${identity}`] = digest;
    fixture.held["private:1.2.3"] = digest;
    create();
    const images = await fixture.images();
    assert.deepEqual(
      Object.values(images).map((inputs) => inputs["skipPush"]),
      [true, true],
    );
  });

  it("is refused for another content, in the preview and in the update, before anything is pushed", async () => {
    fixture.held["private:1.2.3"] = otherDigest;
    for (const preview of [true, false]) {
      await fixture.start(preview);
      create();
      await assert.rejects(fixture.firstBuild(), (error: Error) => {
        assert.match(
          error.message,
          /tagFrom\.fixed: "1\.2\.3" — the private repository "petclinic" holds another image under this tag \(sha256:e+\), and its tags cannot be moved\. Fix: give this image a tag of its own/,
        );
        return error instanceof InputRefused;
      });
      assert.deepEqual(fixture.mocks.ofType(imageType), []);
    }
  });

  it("moves where tags can be moved, and is judged repository by repository", async () => {
    fixture.held["public:1.2.3"] = otherDigest;
    const repositories = [new PrivateRepository("petclinic"), new PublicRepository("petclinic")];
    create({ repositories });
    const images = await fixture.images();
    const identity = await identityOf();
    const release = images[`petclinic-public-petclinic:1.2.3-${identity}`];
    assert.equal(release?.["imageName"], "public.ecr.aws/a1b2c3d4/petclinic:1.2.3");
    assert.equal(release?.["skipPush"], false);
  });

  it("counts as the same content when any repository holds that digest as this content", async () => {
    create();
    const identity = await identityOf();
    fixture.held[`public:${identity}`] = digest;
    fixture.held["private:1.2.3"] = digest;
    await fixture.start();
    create({ repositories: [new PrivateRepository("petclinic"), new PublicRepository("petclinic")] });
    const images = await fixture.images();
    assert.equal(images[`petclinic-private-petclinic:1.2.3-${identity}`]?.["skipPush"], true);
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
