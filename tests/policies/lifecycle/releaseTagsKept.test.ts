import assert from "node:assert/strict";
import { releaseTagsKept } from "../../../policies/lifecycle/releaseTagsKept";
import { assertFails, assertPasses, assertUnjudged, judgeResource, type Props, types, unknownText } from "../harness";

const rule = (rulePriority: number, tagPatternList: string[], countNumber: number) => ({
  rulePriority,
  selection: { tagStatus: "tagged", tagPatternList, countType: "imageCountMoreThan", countNumber },
  action: { type: "expire" },
});
const anyRule = (rulePriority: number) => ({
  rulePriority,
  selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 500 },
  action: { type: "expire" },
});
const judge = (rules: unknown, config: object = {}, props: Props = {}) =>
  judgeResource(
    releaseTagsKept,
    { type: types.lifecyclePolicy, props: { repository: "petclinic", policy: rules, ...props } },
    config,
  );
const document = (...rules: unknown[]) => JSON.stringify({ rules });

describe("policies: ecr-release-tags-kept", () => {
  it("passes policies that delete no release", async () => {
    assertPasses(await judge(document(rule(1, ["dev-*"], 5), rule(2, ["src-*"], 50))));
    assertPasses(await judge(document(rule(1, ["*.*.*"], 100_000), anyRule(2))));
    assertPasses(await judge(document(rule(1, ["v*"], 5)), { releaseTags: "release-[0-9]+" }));
  });

  it("fails each rule that deletes one, with an example image", async () => {
    assertFails(
      await judge(document(rule(1, ["v*"], 5), anyRule(2))),
      /^policy\.rules\[0\]: this rule deletes an image tagged "v0\.0\.0"\. Must not delete a release \(semver\) of repository "petclinic"\. Add an earlier rule/,
      /^policy\.rules\[1\]: this rule deletes an image tagged "0\.0\.0"/,
    );
    assertFails(await judge(document(rule(1, ["r-*"], 5)), { releaseTags: "r-[0-9]" }), /an image tagged "r-0"/);
  });

  it("names the rule that archives the releases", async () => {
    const archive = { ...anyRule(1), action: { type: "transition", targetStorageClass: "archive" } };
    const expire = {
      rulePriority: 2,
      selection: {
        tagStatus: "any",
        storageClass: "archive",
        countType: "sinceImageTransitioned",
        countUnit: "days",
        countNumber: 90,
      },
      action: { type: "expire" },
    };
    assertFails(await judge(document(archive, expire)), /^policy\.rules\[1\]:.*, which rules\[0\] archives\./);
  });

  it("takes other tags of a release into account where config says so", async () => {
    const policy = document(rule(1, ["dev-*"], 5));
    assertFails(await judge(policy, { withOtherTags: true }), /an image tagged "dev-" and "0\.0\.0"/);
    assertPasses(await judge(document(rule(1, ["*.*.*"], 100_000), rule(2, ["dev-*"], 5)), { withOtherTags: true }));
  });

  it("leaves invalid and missing documents to other rules", async () => {
    assertPasses(await judge("{"));
    assertPasses(await judgeResource(releaseTagsKept, { type: types.template, props: { prefix: "team" } }));
    assertPasses(await judgeResource(releaseTagsKept, { type: types.repository, props: {} }));
  });

  it("checks creation templates", async () => {
    const props = { prefix: "team", lifecyclePolicy: document(anyRule(1)) };
    assertFails(await judgeResource(releaseTagsKept, { type: types.template, props }), /creation template "team"/);
  });

  it("respects the list of exempt repositories", async () => {
    assertPasses(await judge(document(anyRule(1)), { exempt: ["pet*"] }));
    assertFails(await judge(document(anyRule(1)), { exempt: ["other"] }), /./);
    const open = await judge(document(anyRule(1)), { exempt: ["other"] }, { repository: unknownText });
    assertUnjudged(open, /this rule deletes.*name is not known yet; config may exempt it/);
  });

  it("reports once that a document is not known", async () => {
    assertUnjudged(await judge(unknownText), /^policy, the lifecycle policy document, is not known yet\./);
  });

  it("refuses an invalid format of release tags", async () => {
    await assert.rejects(judge(document(anyRule(1)), { releaseTags: "a(?=b)" }), /ecr-release-tags-kept\.releaseTags/);
  });
});
