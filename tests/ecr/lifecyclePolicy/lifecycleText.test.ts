import assert from "node:assert/strict";
import {
  type LifecyclePolicyDocument,
  lifecyclePolicyFaults,
  lifecyclePolicyFromRules,
  lifecyclePolicyText,
  lifecyclePresets,
} from "../../../ecr/lifecyclePolicy";

describe("ecr/lifecyclePolicy: canonical text", () => {
  it("is sorted by priority, with ordered keys and without null and undefined", () => {
    const scrambled = {
      rules: [
        {
          action: { targetStorageClass: "archive", type: "transition" },
          selection: {
            countNumber: 3,
            countUnit: null,
            countType: "imageCountMoreThan",
            tagStatus: "any",
            storageClass: undefined,
          },
          rulePriority: 10,
          description: null,
        },
        {
          action: { type: "expire", targetStorageClass: null },
          selection: {
            countNumber: 30,
            countUnit: "days",
            countType: "sinceImagePushed",
            tagPatternList: ["v*"],
            tagStatus: "tagged",
          },
          description: "Old releases",
          rulePriority: 2,
        },
      ],
    } as unknown as LifecyclePolicyDocument;
    assert.equal(
      lifecyclePolicyText(scrambled),
      '{"rules":[{"rulePriority":2,"description":"Old releases","selection":{"tagStatus":"tagged","tagPatternList":["v*"],' +
        '"countType":"sinceImagePushed","countUnit":"days","countNumber":30},"action":{"type":"expire"}},' +
        '{"rulePriority":10,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":3},' +
        '"action":{"type":"transition","targetStorageClass":"archive"}}]}',
    );
  });

  it("leaves the given document unchanged, and is stable", () => {
    const document = lifecyclePolicyFromRules([
      { images: "any", keepNewest: 5 },
      { images: { tagPrefixes: ["v"] }, archiveAfterDaysUnpulled: 60 },
      { images: "any", expireAfterDaysArchived: 400 },
    ]);
    const before = structuredClone(document);
    const text = lifecyclePolicyText(document);
    assert.deepEqual(document, before);
    assert.equal(lifecyclePolicyText(JSON.parse(text)), text);
    assert.deepEqual(lifecyclePolicyFaults(text, ""), []);
  });

  it("is as expected for the default lifecycle", () => {
    assert.equal(
      lifecyclePolicyText(lifecyclePolicyFromRules(lifecyclePresets.service.rules)),
      '{"rules":[{"rulePriority":1,"description":"Expire untagged images 7 days after their push","selection":{"tagStatus":"untagged",' +
        '"countType":"sinceImagePushed","countUnit":"days","countNumber":7},"action":{"type":"expire"}},{"rulePriority":2,' +
        '"description":"Keep the 50 newest images tagged src-*","selection":{"tagStatus":"tagged","tagPrefixList":["src-"],' +
        '"countType":"imageCountMoreThan","countNumber":50},"action":{"type":"expire"}}]}',
    );
  });
});
