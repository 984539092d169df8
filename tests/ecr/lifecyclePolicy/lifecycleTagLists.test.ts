import assert from "node:assert/strict";
import { type LifecyclePolicyDocument, splitTagLists, splitTagListText } from "../../../ecr/lifecyclePolicy";

const document = (...selections: object[]): LifecyclePolicyDocument =>
  ({
    rules: selections.map((selection, index) => ({
      rulePriority: index + 1,
      selection: { tagStatus: "tagged", countType: "imageCountMoreThan", countNumber: 5, ...selection },
      action: { type: "expire" },
    })),
  }) as LifecyclePolicyDocument;

describe("ecr/lifecyclePolicy: lists of tags", () => {
  it("that no single tag can match are found, with two entries that show it", () => {
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
    assert.match(
      splitTagListText(found[0] ?? assert.fail()),
      /"dev-\*" and another one matching "pr-\*": ECR combines/,
    );
  });

  it("that one tag can match are not found, nor are lists with one entry", () => {
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
