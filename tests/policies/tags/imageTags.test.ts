import assert from "node:assert/strict";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import { imageTags, movingImageTags } from "../../../policies/tags/imageTags";
import {
  assertFails,
  assertPasses,
  assertUnjudged,
  judgeStack,
  type Props,
  type StackResource,
  types,
  unknownList,
  unknownText,
} from "../harness";

const host = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const url = `${host}/petclinic`;
const image = (imageName: unknown, name = "app"): StackResource => ({
  type: resourceTypes.image,
  name,
  props: { imageName },
});

describe("policies: ecr-image-tags", () => {
  const judge = (resources: StackResource[], config: object = {}) => judgeStack(imageTags, resources, config);

  it("passes images with a tag of their own, with or without latest", async () => {
    assertPasses(await judge([image(`${url}:1.0.0`), image(`${url}:latest`, "latest")]));
    assertPasses(await judge([image(`${url}:1.0.0`)]));
    assertPasses(await judge([image("not a reference")]));
    assertPasses(await judge([image(undefined)]));
    assertPasses(await judge([]));
    assertPasses(
      await judge([
        { type: resourceTypes.builtImage, name: "b", props: { push: true, tags: [`${url}:latest`, `${url}:1`] } },
      ]),
    );
    assertPasses(
      await judge([{ type: resourceTypes.builtImage, name: "b", props: { push: false, tags: [`${url}:latest`] } }]),
    );
  });

  it("does not count names of an image that stays in Docker", async () => {
    const local = (skipPush: unknown): StackResource => ({
      ...image(`${url}:latest`),
      props: { imageName: `${url}:latest`, skipPush },
    });
    assertPasses(await judge([local(true)]));
    assertFails(await judge([local(false)]), /^imageName: /);
  });

  it("counts the tags of copies, and tags on existing images", async () => {
    const copied = (props: Props): StackResource => ({ type: resourceTypes.imageCopy, name: "c", props });
    const tagged = (props: Props): StackResource => ({ type: resourceTypes.imageTags, name: "t", props });
    const other = `${host}/other`;
    assertPasses(await judge([copied({ repository: url, tag: "1" }), copied({ repository: other })]));
    assertFails(
      await judge([copied({ repository: url, tag: "latest" })]),
      /^tag: image "c" is pushed to .*"latest" only/,
    );
    const uploaded = { type: resourceTypes.imageUpload, name: "u", props: { repository: url, tag: "latest" } };
    assertFails(await judge([uploaded]), /^tag: image "u" is pushed to .*"latest" only/);
    const index = { type: resourceTypes.platformIndex, name: "i", props: { repository: url, tag: "latest" } };
    assertFails(await judge([index]), /^tag: image "i" is pushed to .*"latest" only/);
    const tags = ["latest"];
    assertPasses(await judge([tagged({ image: `${url}:src-1`, repositories: [{ url }], tags })]));
    assertFails(
      await judge([tagged({ image: `${url}:src-1`, repositories: [{ url }, { url: other }], tags })]),
      /^tags\[0\]: image "t" is pushed to .*\/other as "latest" only/,
    );
    assertUnjudged(
      await judge([tagged({ image: unknownText, repositories: [{ url }], tags })]),
      /Other names that the stack pushes are not known yet/,
    );
  });

  it("fails images that are latest only, once for each repository", async () => {
    const verdict = await judge([
      image(`${url}:latest`),
      image(`${url}:latest`, "again"),
      image(`${host}/other:1`, "o"),
    ]);
    assertFails(
      verdict,
      /^imageName: image "app" is pushed to 123456789012\.dkr.*\/petclinic as "latest" only, .* Push ".*:<version>" in addition to "latest"\.$/,
    );
    assert.deepEqual(verdict.urns, [`urn:pulumi:dev::test::${resourceTypes.image}::app`]);
    assertFails(await judge([image(url)]), /"latest" only/);
    assertFails(
      await judge([image("public.ecr.aws/a1b2c3d4/petclinic")]),
      /pushed to public\.ecr\.aws\/a1b2c3d4\/petclinic as/,
    );
    assertFails(await judge([image("petclinic")]), /pushed to petclinic as/);
    assertFails(
      await judge([{ type: resourceTypes.registryImage, name: "r", props: { name: url } }]),
      /^name: image "r"/,
    );
    assertFails(
      await judge([{ type: resourceTypes.builtImage, name: "b", props: { tags: [`${url}:latest`] } }]),
      /^tags\[0\]: image "b"/,
    );
  });

  it("respects the list of exempt repositories", async () => {
    assertPasses(await judge([image(url)], { exempt: [`${host}/*`] }));
    assertFails(await judge([image(url)], { exempt: ["petclinic"] }), /./);
  });

  it("cannot decide while other names are not known", async () => {
    assertUnjudged(
      await judge([image(url), image(unknownText, "x")]),
      /as "latest" only.*Other names that the stack pushes are not known yet\./,
    );
    assertUnjudged(
      await judge([image(url), { type: resourceTypes.builtImage, name: "b", props: { tags: unknownList } }]),
      /Other names/,
    );
    assertPasses(await judge([image(unknownText)]));
  });
});

describe("policies: ecr-moving-tags", () => {
  const repository = (props: Props = {}): StackResource => ({
    type: types.repository,
    name: "repo",
    props: { name: "petclinic", repositoryUrl: url, imageTagMutability: "IMMUTABLE", ...props },
  });
  const excluding = (...filters: unknown[]) => ({
    imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
    imageTagMutabilityExclusionFilters: filters.map((filter) => ({ filter, filterType: "WILDCARD" })),
  });
  const judge = (resources: StackResource[], config: object = {}) => judgeStack(movingImageTags, resources, config);

  it("passes moving tags where they may move, and other tags anywhere", async () => {
    assertPasses(await judge([repository(excluding("latest")), image(`${url}:latest`), image(`${url}:1.0.0`, "v")]));
    assertPasses(await judge([repository({ imageTagMutability: "MUTABLE" }), image(url)]));
    assertPasses(await judge([repository({ imageTagMutability: undefined }), image(url)]));
    assertPasses(await judge([image(url)]));
    assertPasses(await judge([repository({ repositoryUrl: `${host}/other` }), image(url)]));
    assertPasses(await judge([repository(), image(`${url}:latest`)], { movingTags: ["main"] }));
    const open = {
      type: resourceTypes.publicRepository,
      name: "p",
      props: { repositoryUri: "public.ecr.aws/a1b2c3d4/petclinic" },
    };
    assertPasses(await judge([open, image("public.ecr.aws/a1b2c3d4/petclinic:latest")]));
  });

  it("matches a repository by name only in its account and region", async () => {
    const unknown = { repositoryUrl: unknownText, registryId: unknownText, region: "us-east-1" };
    const by = (account: string) => ({
      ...repository(unknown),
      provider: account,
      providerConfig: { allowedAccountIds: `["${account}"]` },
    });
    const own = host.slice(0, 12);
    assertFails(await judge([by(own), image(url)]), /moving tag "latest"/);
    assertPasses(await judge([by("999999999999"), image(url)]));
    assertUnjudged(await judge([repository(unknown), image(url)]), /moving tag "latest".* is not known yet/);
    const european = { ...by(own), props: { ...repository(unknown).props, region: undefined } };
    assertPasses(
      await judge([{ ...european, providerConfig: { ...european.providerConfig, region: "eu-west-1" } }, image(url)]),
    );
  });

  it("fails moving tags in repositories where they cannot move", async () => {
    for (const tag of ["latest", "main", "dev-1", "pr-7"]) {
      assertFails(
        await judge([repository(excluding("other")), image(`${url}:${tag}`)]),
        new RegExp(
          `^imageName: image "app" is pushed under the moving tag "${tag}", but repository "petclinic" does not allow this tag to move: .* Write imageTagMutability`,
        ),
      );
    }
    assertFails(await judge([repository(), image(url)]), /moving tag "latest"/);
    assertFails(
      await judge([repository({ repositoryUrl: unknownText, region: "us-east-1" }), image(url)]),
      /moving tag/,
    );
    assertFails(await judge([repository({ repositoryUrl: undefined }), image(url)]), /moving tag/);
    assertPasses(await judge([repository({ repositoryUrl: unknownText, region: "eu-west-1" }), image(url)]));
    assertPasses(await judge([repository({ repositoryUrl: unknownText, name: "other" }), image(url)]));
    // The same name in another registry is another repository.
    for (const elsewhere of ["petclinic:latest", "public.ecr.aws/a1b2c3d4/petclinic:latest"]) {
      assertPasses(await judge([repository({ repositoryUrl: unknownText }), image(elsewhere)]));
    }
    const filters = { ...excluding("latest"), imageTagMutabilityExclusionFilters: [null, {}, "latest"] };
    assertFails(await judge([repository(filters), image(url)]), /moving tag "latest"/);
    // A value that ECR does not know is left to ecr-tag-immutability.
    assertPasses(await judge([repository({ imageTagMutability: "NEVER" }), image(url)]));
  });

  it("reports unknown values", async () => {
    assertUnjudged(
      await judge([repository({ imageTagMutability: unknownText }), image(url)]),
      /Whether the tag can move there is not known yet\./,
    );
    assertUnjudged(await judge([repository(excluding(unknownText)), image(url)]), /Whether the tag can move there/);
    assertPasses(await judge([repository(), image(unknownText)]));
  });
});
