import { imagePlatforms } from "../../../policies/images/imagePlatforms";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import { assertFails, assertPasses, assertUnjudged, judgeResource, type Props, unknownText } from "../harness";

const { image, builtImage } = resourceTypes;

describe("policies: ecr-image-platforms", () => {
  const judge = (props: Props, type: string = image) => judgeResource(imagePlatforms, { type, name: "app", props });

  it("passes builds that name a platform, and resources that do not build", async () => {
    assertPasses(await judge({ build: { platform: "linux/amd64" } }));
    assertPasses(await judge({ platforms: ["linux/amd64", "linux/arm64"] }, builtImage));
    assertPasses(await judge({ imageName: "a" }));
    assertPasses(await judge({}, resourceTypes.registryImage));
  });

  it("fails builds without a platform", async () => {
    for (const build of [{}, { platform: "" }, { platform: null }, "app"]) {
      assertFails(
        await judge({ build }),
        /^build\.platform: not set in image "app".*Write build\.platform: "linux\/amd64"\.$/,
      );
    }
    assertFails(await judge({}, builtImage), /^platforms: not set.*Write platforms: \["linux\/amd64"\]\.$/);
    assertFails(await judge({ platforms: [] }, builtImage), /^platforms: not set/);
  });

  it("reports unknown values", async () => {
    assertUnjudged(await judge({ build: { platform: unknownText } }), /^The platform of image "app" is not known yet/);
    assertUnjudged(await judge({ build: unknownText }), /^The platform of image "app"/);
    assertUnjudged(await judge({ platforms: unknownText }, builtImage), /^The platform/);
  });
});
