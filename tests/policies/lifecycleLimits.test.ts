import assert from "node:assert/strict";
import fc from "fast-check";
import { lifecyclePolicyFaults } from "../../ecr/lifecyclePolicy";
import { lifecycleLimits } from "../../policies/lifecycleLimits";
import { judgeResource, type Props, types, unknownText } from "./harness";

type Json = Record<string, unknown>;
const nothing = { violations: [], urns: [], unjudged: [] };

const rule = (rulePriority: number, selection: Json, action: Json = { type: "expire" }) => ({
  rulePriority,
  selection,
  action,
});
const untaggedDays = (countNumber: number, action?: Json) =>
  rule(1, { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber }, action);
const untaggedCount = (countNumber: number) =>
  rule(1, { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber });
const anyCount = (rulePriority: number, countNumber: number) =>
  rule(rulePriority, { tagStatus: "any", countType: "imageCountMoreThan", countNumber });
const anyDays = (rulePriority: number, countNumber: number) =>
  rule(rulePriority, { tagStatus: "any", countType: "sinceImagePushed", countUnit: "days", countNumber });
const prefixCount = (rulePriority: number, prefix: string, countNumber: number) =>
  rule(rulePriority, { tagStatus: "tagged", tagPrefixList: [prefix], countType: "imageCountMoreThan", countNumber });
const archive = { type: "transition", targetStorageClass: "archive" };
const archivedDays = (rulePriority: number, tagStatus: string, countNumber: number) =>
  rule(rulePriority, {
    tagStatus,
    storageClass: "archive",
    countType: "sinceImageTransitioned",
    countUnit: "days",
    countNumber,
  });

function judge(policy: unknown, config: object = {}, props: Props = {}) {
  return judgeResource(
    lifecycleLimits,
    { type: types.lifecyclePolicy, props: { repository: "petclinic", policy, ...props } },
    config,
  );
}
const rules = (...list: unknown[]) => JSON.stringify({ rules: list });

describe("policies: ecr-lifecycle-limits", () => {
  it("is mandatory and says what it is about", () => {
    assert.equal(lifecycleLimits.name, "ecr-lifecycle-limits");
    assert.equal(lifecycleLimits.enforcementLevel, "mandatory");
    assert.equal(lifecycleLimits.framework?.reference, "ECR.3");
    assert.ok(
      lifecycleLimits.url &&
        lifecycleLimits.displayName &&
        lifecycleLimits.severity &&
        lifecycleLimits.remediationSteps,
    );
  });

  const passing: [title: string, list: unknown[], config: object][] = [
    ["untagged images for 30 days", [untaggedDays(30)], {}],
    ["a hundred untagged images", [untaggedCount(100)], {}],
    ["any image for 30 days", [anyDays(1, 30)], {}],
    ["a hundred images", [anyCount(1, 100)], {}],
    ["the configured number of days", [untaggedDays(3)], { untaggedMaxDays: 3 }],
    ["the configured number of images", [untaggedCount(3)], { untaggedMaxImages: 3 }],
    ["a rule for any images after one for untagged", [untaggedDays(7), anyCount(2, 5000)], {}],
    [
      "untagged images archived and then deleted in time",
      [untaggedDays(10, archive), archivedDays(2, "untagged", 90)],
      { untaggedMaxDays: 100 },
    ],
    [
      "the same with an archive rule for any image",
      [untaggedDays(10, archive), archivedDays(2, "any", 90)],
      { untaggedMaxDays: 100 },
    ],
    ["a cap", [untaggedDays(7), prefixCount(2, "v", 40), anyCount(3, 60)], { maxImages: 100 }],
    ["no cap where none is configured", [untaggedDays(7), prefixCount(2, "v", 40_000)], {}],
  ];
  for (const [title, list, config] of passing) {
    it(`passes ${title}, as text and as object`, async () => {
      assert.deepEqual(await judge(rules(...list), config), nothing);
      assert.deepEqual(await judge({ rules: list }, config), nothing);
    });
  }

  const failing: [title: string, policy: unknown, config: object, message: RegExp][] = [
    [
      "31 days",
      rules(untaggedDays(31)),
      {},
      /^policy\.rules\[0\]\.selection\.countNumber: untagged images stay 31 days; allowed is that untagged images expire within 30 days after their push, or at most 100 of them stay\. Write a rule such as \{ rulePriority: 1/,
    ],
    ["101 images", rules(untaggedCount(101)), {}, /up to 101 untagged images stay/],
    ["more days than configured", rules(untaggedDays(4)), { untaggedMaxDays: 3 }, /within 3 days/],
    ["more images than configured", rules(untaggedCount(4)), { untaggedMaxImages: 3 }, /at most 3 of them stay/],
    [
      "no rule for untagged images",
      rules(prefixCount(1, "v", 5)),
      {},
      /^policy: no rule expires untagged images;.*Add the rule \{/,
    ],
    [
      "a rule for any images that is too generous",
      rules(prefixCount(1, "v", 5), anyDays(2, 90)),
      {},
      /^policy\.rules\[1\]\.selection\.countNumber: untagged images stay 90 days/,
    ],
    // They belong to the first rule, so the second never acts on them.
    [
      "a generous untagged rule before a strict one for any",
      rules(untaggedDays(365), anyDays(2, 5)),
      {},
      /untagged images stay 365 days/,
    ],
    [
      "untagged images that are archived for good",
      rules(untaggedDays(7, archive)),
      {},
      /are archived, and nothing bounds how long they stay/,
    ],
    [
      "untagged images archived by count",
      rules({ ...untaggedCount(5), action: archive }, archivedDays(2, "untagged", 90)),
      {},
      /nothing bounds/,
    ],
    [
      "untagged images that stay long in the archive",
      rules(untaggedDays(7, archive), archivedDays(2, "untagged", 90)),
      {},
      /stay 97 days, their time in the archive included/,
    ],
    ["a rule for the archive alone", rules(archivedDays(1, "untagged", 90)), {}, /no rule expires untagged images/],
    [
      "no cap",
      rules(untaggedDays(7)),
      { maxImages: 50 },
      /^policy: no rule caps the number of all images; allowed are 50\. Add.*tagStatus: "any".*countNumber: 50/,
    ],
    ["a cap by age only", rules(anyDays(1, 7)), { maxImages: 50 }, /no rule caps the number/],
    [
      "a cap that is too high",
      rules(untaggedDays(7), prefixCount(2, "v", 40), anyCount(3, 61)),
      { maxImages: 100 },
      /^policy\.rules\[2\].*keep up to 101 images \(40 \+ 61\); allowed are 100/,
    ],
    ["text that is no JSON", "{", {}, /^policy: .*JSON document/],
    ["nothing", undefined, {}, /^policy: \(not set\).*an object with `rules`/],
    [
      "a key that ECR does not know",
      rules({ ...untaggedDays(7), enabled: true }),
      {},
      /^policy\.rules\[0\]\.enabled: true — ECR knows no "enabled"/,
    ],
    ["a null", rules({ ...untaggedDays(7), description: null }), {}, /ECR refuses null\. Fix:/],
  ];
  for (const [title, policy, config, message] of failing) {
    it(`fails ${title}`, async () => {
      const { violations, unjudged } = await judge(policy, config);
      assert.deepEqual(unjudged, []);
      assert.ok(
        violations.some((each) => message.test(each)),
        violations.join("\n"),
      );
    });
  }

  it("reports every fault of a document that ECR would refuse", async () => {
    const { violations } = await judge(rules(untaggedDays(0), { ...anyCount(1, 5), extra: 1 }));
    assert.deepEqual(violations.map((each) => each.split(":")[0]).sort(), [
      "policy.rules[0].selection.countNumber",
      "policy.rules[1].extra",
      "policy.rules[1].rulePriority",
    ]);
  });

  it("refuses whatever ecr/ refuses, never throws, and judges text and object alike", async () => {
    const value = fc.constantFrom(
      1,
      2,
      0,
      "any",
      "untagged",
      "tagged",
      "days",
      "expire",
      "imageCountMoreThan",
      "sinceImagePushed",
      null,
      ["v"],
    );
    const selection = fc.record(
      { tagStatus: value, countType: value, countNumber: value, countUnit: value, tagPrefixList: value },
      { requiredKeys: ["tagStatus", "countType", "countNumber"], noNullPrototype: true },
    );
    const one = fc.record(
      { rulePriority: value, selection, action: fc.record({ type: value }, { noNullPrototype: true }) },
      { noNullPrototype: true },
    );
    const json = fc.oneof(
      fc.jsonValue(),
      fc.record({ rules: fc.array(one, { maxLength: 3 }) }, { noNullPrototype: true }),
    );
    await fc.assert(
      fc.asyncProperty(json, async (policy) => {
        const asText = await judge(JSON.stringify(policy));
        assert.ok(lifecyclePolicyFaults(JSON.stringify(policy), "policy").length === 0 || asText.violations.length > 0);
        if (typeof policy !== "string") {
          assert.equal((await judge(policy)).violations.length > 0, asText.violations.length > 0);
        }
      }),
      { numRuns: 500 },
    );
  });

  describe("with values that are not known yet", () => {
    it("says once that the document is not known", async () => {
      const { violations, unjudged } = await judge(unknownText);
      assert.deepEqual(violations, []);
      assert.deepEqual(unjudged, ["policy, the lifecycle policy document, is not known yet. `pulumi up` judges it."]);
    });

    it("judges the rest of a document that is known in part, and the part not", async () => {
      const { violations, unjudged } = await judge({
        rules: [
          untaggedDays(7),
          { ...anyCount(1, 5), selection: { tagStatus: "any", countType: unknownText, countNumber: 5 }, wrong: true },
        ],
      });
      assert.deepEqual(violations.map((each) => each.split(":")[0]).sort(), [
        "policy.rules[1].rulePriority",
        "policy.rules[1].wrong",
      ]);
      assert.deepEqual(unjudged, [
        "policy.rules[1].selection.countType of the lifecycle policy is not known yet. `pulumi up` judges it.",
      ]);
    });

    it("judges rule 10 when rule 1 is not known", async () => {
      const list = Array.from({ length: 11 }, (_, index) => prefixCount(index + 1, `v${index}`, 5));
      const { violations } = await judge({
        rules: [list[0], unknownText, ...list.slice(2, 10), { ...list[10], wrong: true }],
      });
      assert.deepEqual(
        violations.map((each) => each.split(":")[0]),
        ["policy.rules[10].wrong"],
      );
    });

    it("names every part that is not known, and takes none for a fault", async () => {
      const { violations, unjudged } = await judge({
        rules: [
          { ...untaggedDays(7), action: unknownText },
          rule(2, {
            tagStatus: "tagged",
            tagPatternList: unknownText,
            countType: "imageCountMoreThan",
            countNumber: 5,
          }),
        ],
      });
      assert.deepEqual(violations, []);
      assert.match(
        unjudged.join(),
        /^policy\.rules\[0\]\.action, policy\.rules\[1\]\.selection\.tagPatternList of the/,
      );
    });

    it("takes no part that is not known for a fault", async () => {
      for (const part of ["rulePriority", "selection", "action", "description"]) {
        const verdict = await judge({ rules: [{ ...untaggedDays(400), [part]: unknownText }] });
        assert.deepEqual(verdict.violations, [], part);
        assert.equal(verdict.unjudged.length, 1);
      }
      for (const part of ["tagStatus", "tagPrefixList", "storageClass", "countType", "countUnit", "countNumber"]) {
        const selection = {
          tagStatus: "tagged",
          tagPrefixList: ["v"],
          countType: "sinceImagePushed",
          countUnit: "days",
          countNumber: 4,
        };
        const verdict = await judge({ rules: [rule(1, { ...selection, [part]: unknownText })] });
        assert.deepEqual(verdict.violations, [], part);
        assert.equal(verdict.unjudged.length, 1);
      }
      assert.deepEqual((await judge({ rules: unknownText })).violations, []);
    });
  });

  describe("with exempt repositories", () => {
    it("does not look at their policies", async () => {
      assert.deepEqual(await judge("{", { exempt: ["pet*"] }), nothing);
      assert.notEqual((await judge("{", { exempt: ["other"] })).violations.length, 0);
    });

    it("cannot judge a name that is not known yet, unless there is nothing wrong", async () => {
      const { violations, unjudged } = await judge(
        rules(untaggedDays(99)),
        { exempt: ["other"] },
        { repository: unknownText },
      );
      assert.deepEqual(violations, []);
      assert.match(unjudged.join(), /stay 99 days.*which may be exempt, is not known yet/);
      assert.deepEqual(
        await judge(rules(untaggedDays(9)), { exempt: ["other"] }, { repository: unknownText }),
        nothing,
      );
    });
  });

  describe("of creation templates", () => {
    const template = (props: Props, config: object = {}) =>
      judgeResource(lifecycleLimits, { type: types.template, props: { prefix: "team", ...props } }, config);

    it("judges their documents", async () => {
      assert.deepEqual(await template({ lifecyclePolicy: rules(untaggedDays(7)) }), nothing);
      assert.match(
        (await template({ lifecyclePolicy: rules(untaggedDays(99)) })).violations.join(),
        /^lifecyclePolicy\.rules\[0\]/,
      );
      assert.equal((await template({ lifecyclePolicy: unknownText })).unjudged.length, 1);
    });

    it("needs one", async () => {
      for (const props of [{}, { lifecyclePolicy: "" }]) {
        assert.match(
          (await template(props)).violations.join(),
          /^lifecyclePolicy: not set, so repositories that the template creates keep every image/,
        );
      }
      assert.deepEqual(await template({}, { exempt: ["team"] }), nothing);
    });
  });

  it("leaves other resources alone", async () => {
    assert.deepEqual(await judgeResource(lifecycleLimits, { type: types.repository, props: {} }), nothing);
  });
});
