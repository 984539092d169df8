import assert from "node:assert/strict";
import { buildArguments } from "../../../policies/images/buildArguments";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import { assertFails, assertPasses, assertUnjudged, judgeResource, unknownText } from "../harness";

const { image, builtImage } = resourceTypes;

describe("policies: ecr-build-arguments", () => {
  const publicName = "public.ecr.aws/a1b2c3d4/petclinic:1";
  const judge = (args: unknown, config: object = {}, imageName: unknown = publicName) =>
    judgeResource(
      buildArguments,
      { type: image, name: "app", props: { imageName, build: { context: "app", args } } },
      config,
    );

  it("passes arguments that are not secrets, and private images", async () => {
    assertPasses(await judge({ NODE_IMAGE: "node:22", VERSION: "1.0.0", EMPTY: null }));
    assertPasses(await judge(undefined));
    assertPasses(await judge(null));
    assertPasses(await judge({ TOKEN: "x" }, {}, "123456789012.dkr.ecr.us-east-1.amazonaws.com/petclinic:1"));
    assertPasses(await judge({ TOKEN: "x" }, {}, null));
    assertPasses(await judge({ TOKEN_OF_CI: "x" }, { allowedArguments: ["TOKEN_*"] }));
    assertPasses(await judgeResource(buildArguments, { type: image, props: { imageName: publicName } }));
  });

  it("fails arguments whose names look like secrets, and never shows a value", async () => {
    const verdict = await judge({ NPM_TOKEN: "hunter2", CACHE_KEY: "v1" });
    assertFails(
      verdict,
      /^build\.args\.NPM_TOKEN: its name looks like a secret, and everyone who has image "app" can read it\. Must not be a secret in an image for ECR Public\./,
    );
    assert.ok(!verdict.violations.join().includes("hunter2"));
  });

  it("fails values that look like secrets", async () => {
    const verdict = await judge({ A: "AKIAIOSFODNN7EXAMPLE" });
    assertFails(verdict, /^build\.args\.A: its value looks like a secret/);
    assert.ok(!verdict.violations.join().includes("AKIA"));
  });

  it("checks all images where config says so, and other resources that build", async () => {
    assertFails(await judge({ TOKEN: "x" }, { images: "all" }, "petclinic"), /Must not be a secret in an image\./);
    assertFails(await judge({ TOKEN: "x" }, { images: "all" }, unknownText), /^build\.args\.TOKEN: its name/);
    const props = { tags: ["petclinic:1", publicName], buildArgs: { TOKEN: "x" }, push: true };
    assertFails(await judgeResource(buildArguments, { type: builtImage, props }), /^buildArgs\.TOKEN: its name/);
    assertPasses(await judgeResource(buildArguments, { type: builtImage, props: { ...props, push: false } }));
  });

  it("reports unknown values", async () => {
    assertUnjudged(
      await judge({ TOKEN: "x" }, {}, unknownText),
      /^build\.args\.TOKEN: .* Whether the image is pushed to ECR Public is not known yet\./,
    );
    assertPasses(await judge({ VERSION: "1" }, {}, unknownText));
    assertUnjudged(await judge(unknownText), /^The build arguments of image "app" are not known yet/);
    assertFails(await judge({ TOKEN: unknownText, VERSION: unknownText }), /TOKEN: its name/);
    const all = await judgeResource(buildArguments, {
      type: image,
      name: "app",
      props: { imageName: publicName, build: unknownText },
    });
    assertUnjudged(all, /^The build arguments of image "app" are not known yet/);
  });
});
