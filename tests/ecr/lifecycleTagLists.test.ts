import assert from "node:assert/strict";
import { type LifecyclePolicyDocument, splitTagLists, splitTagListText } from "../../ecr/lifecyclePolicy";

const document = (...selections: object[]): LifecyclePolicyDocument =>
  ({
    rules: selections.map((selection, index) => ({
      rulePriority: index + 1,
      selection: { tagStatus: "tagged", countType: "imageCountMoreThan", countNumber: 5, ...selection },
      action: { type: "expire" },
    })),
  }) as LifecyclePolicyDocument;

describe("ecr/lifecyclePolicy: lists of tags", () => {
  it("that no single tag fits are found, with two entries that say so", () => {
    const found = splitTagLists(
      document(
        { tagPatternList: ["dev-*", "pr-*"] },
        { tagPrefixList: ["v1", "v2"] },
        { tagPatternList: ["*", "release-*", "*-amd64", "main"] },
      ),
    );
    assert.deepEqual(found, [
      { index: 0, list: "tagPatternList", entries: ["dev-*", "pr-*"] },
      { index: 1, list: "tagPrefixList", entries: ["v1", "v2"] },
      { index: 2, list: "tagPatternList", entries: ["release-*", "main"] },
    ]);
    assert.match(splitTagListText(found[0] ?? assert.fail()), /"dev-\*" and another one of "pr-\*" at once: ECR takes/);
  });

  it("that one tag can fit are not, nor are lists of one entry", () => {
    assert.deepEqual(
      splitTagLists(
        document(
          { tagPatternList: ["release-*", "*-amd64"] },
          { tagPrefixList: ["v", "v1", "v1.2"] },
          { tagPatternList: ["dev-*"] },
          { tagPatternList: ["dev-*", "dev-*"] },
          { tagStatus: "any" },
        ),
      ),
      [],
    );
  });
});
