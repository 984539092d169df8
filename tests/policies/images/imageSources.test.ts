// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles have a syntax of their own.
import { imageSources } from "../../../policies/images/imageSources";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import { assertFails, assertPasses, assertUnjudged, judgeResource, type Props, unknownText } from "../harness";

const { image, builtImage, registryImage, imageCopy, imageTags, imageUpload, platformIndex } = resourceTypes;
const copiesOf = ["210987654321.dkr.ecr.*.amazonaws.com/*"];
const tested = `210987654321.dkr.ecr.eu-central-1.amazonaws.com/petclinic@sha256:${"0".repeat(64)}`;

describe("policies: ecr-image-sources", () => {
  const judge = (type: string, props: Props, config: object = { copiesOf }) =>
    judgeResource(imageSources, { type, name: "app", props }, config);
  const inline = (text: unknown, buildArgs?: unknown, config?: object) =>
    judge(builtImage, { dockerfile: { inline: text }, buildArgs }, config);

  it("passes everything where no registry is named", async () => {
    assertPasses(await inline("FROM node\nRUN make", undefined, {}));
    assertPasses(await judge(registryImage, { name: "app:1" }, {}));
    assertPasses(await judge(image, { build: unknownText }, {}));
  });

  it("checks copies over the registry protocol, but not tags on existing images", async () => {
    assertPasses(await judge(imageCopy, { source: tested, repository: "own/app" }));
    assertFails(
      await judge(imageCopy, { source: "node:22", repository: "own/app" }),
      /is a copy of "node:22"\. Must be a copy/,
    );
    assertUnjudged(await judge(imageCopy, { source: unknownText }), /^The sources of image "app" are not known yet/);
    assertPasses(await judge(imageTags, { image: "node:22", repositories: [{ url: "own/app" }], tags: ["latest"] }));
  });

  it("leaves an index to the builds of its images", async () => {
    const images = [{ platform: "linux/arm64", imageId: `sha256:${"0".repeat(64)}` }];
    assertPasses(await judge(platformIndex, { images, repository: "own/app", tag: "1" }));
    assertFails(await judge(image, { build: { context: "/nowhere" }, skipPush: true }), /is built here/);
  });

  it("fails images that are pushed from this machine", async () => {
    const upload = { localImage: tested, imageId: `sha256:${"0".repeat(64)}`, repository: "own/app", tag: "1" };
    assertFails(
      await judge(imageUpload, upload),
      /image "app" is pushed from this machine, and its origin is unknown\. Must be a copy/,
    );
    assertPasses(await judge(imageUpload, upload, {}));
  });

  it("passes copies of the named registries' images", async () => {
    assertPasses(await inline(`FROM ${tested}`));
    assertPasses(await inline("ARG SOURCE\n# a copy\nFROM ${SOURCE}", { SOURCE: tested }));
  });

  it("passes copies by every endpoint of a named registry", async () => {
    for (const host of ["210987654321.dkr.ecr-fips.us-east-1.amazonaws.com", "210987654321.dkr-ecr.us-east-1.on.aws"]) {
      assertPasses(await inline(`FROM ${host}/petclinic@sha256:${"0".repeat(64)}`));
    }
  });

  it("fails every copy of another image", async () => {
    assertFails(
      await inline("FROM node:22"),
      /^image "app" is a copy of "node:22"\. Must be a copy of "210987654321\.dkr\.ecr\.\*\.amazonaws\.com\/\*"\. Promote an image of the previous environment\.$/,
    );
    assertFails(await inline(`FROM a AS one\nFROM ${tested}\nFROM b`), /copy of "a"/, /copy of "b"/);
    assertFails(await inline("ARG SOURCE\nFROM ${SOURCE}"), /copy of "\$\{SOURCE\}"/);
  });

  it("fails builds, even on an allowed image, and images of unknown origin", async () => {
    assertFails(await inline(`FROM ${tested}\nCOPY . /app\nRUN make`), /^image "app" is built here: .* has COPY\./);
    assertFails(await inline(`FROM ${tested}\nRUN make`, unknownText), /is built here: its Dockerfile has RUN\./);
    assertFails(await inline("FROM scratch"), /its Dockerfile names no image\./);
    assertFails(await judge(image, { build: { context: "/nowhere" } }), /its Dockerfile cannot be read\./);
    assertFails(await judge(image, { imageName: "app:1" }), /is pushed from this machine, and its origin is unknown/);
    assertFails(await judge(registryImage, { name: "app:1" }), /is pushed from this machine/);
  });

  it("fails a copy whose source a named context replaces", async () => {
    const props = {
      context: { named: { [tested]: { location: "docker-image://node" } } },
      dockerfile: { inline: `FROM ${tested}` },
    };
    assertFails(await judge(builtImage, props), /is built here, with the context "2109.*" instead of an image/);
  });

  it("reports unknown values, and checks the rest", async () => {
    const open = /^The sources of image "app" are not known yet/;
    assertUnjudged(await judge(image, { build: unknownText }), open);
    assertUnjudged(await judge(image, { build: { context: unknownText } }), open);
    assertUnjudged(await inline(unknownText), open);
    assertUnjudged(await inline("ARG SOURCE\nFROM ${SOURCE}", { SOURCE: unknownText }), open);
    assertUnjudged(await inline("ARG SOURCE\nFROM ${SOURCE}", unknownText), open);
    const mixed = await inline("ARG SOURCE\nFROM ${SOURCE}\nFROM node", { SOURCE: unknownText });
    assertFails({ ...mixed, unjudged: [] }, /copy of "node"/);
  });
});
