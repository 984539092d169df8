import assert from "node:assert/strict";
import fc from "fast-check";
import { lifecyclePolicyFaults } from "../../../ecr/lifecyclePolicy";
import { lifecycleDocument } from "../../../policies/lifecycle/lifecycleDocument";
import { judgeResource, type Props, types, unknownText } from "../harness";
import { anyCount, anyDays, archive, archivedDays, prefixCount, rule, rules, untaggedDays } from "./lifecycleRules";

const nothing = { violations: [], urns: [], unjudged: [] };

function judge(policy: unknown, config: object = {}, props: Props = {}) {
  return judgeResource(
    lifecycleDocument,
    { type: types.lifecyclePolicy, props: { repository: "petclinic", policy, ...props } },
    config,
  );
}

describe("policies: ecr-lifecycle-document", () => {
  const failing: [title: string, policy: unknown, config: object, message: RegExp][] = [
    ["a string that is not JSON", "{", {}, /^policy: .*JSON document/],
    ["a missing document", undefined, {}, /^policy: found nothing.*an object with `rules`/],
    [
      "a key that ECR does not know",
      rules({ ...untaggedDays(7), enabled: true }),
      {},
      /^policy\.rules\[0\]\.enabled: found true\. ECR has no property "enabled"/,
    ],
    ["a null value", rules({ ...untaggedDays(7), description: null }), {}, /ECR does not accept null\./],
    [
      "a rule that an earlier one shadows",
      rules(untaggedDays(7), prefixCount(2, "v", 5), prefixCount(3, "v1", 5)),
      {},
      /^policy\.rules\[2\]: this rule of repository "petclinic" never acts, as every image that it matches belongs to rules\[1\]\. Must match images that no earlier rule owns\. Put it before rules\[1\]/,
    ],
    [
      "a rule that two earlier ones shadow together",
      rules(
        untaggedDays(7),
        rule(2, { tagStatus: "tagged", tagPatternList: ["*"], countType: "imageCountMoreThan", countNumber: 5 }),
        anyDays(3, 90),
      ),
      {},
      /^policy\.rules\[2\]: .* belongs to rules\[0\] and rules\[1\]\. .* Put it before rules\[0\] and rules\[1\], or/,
    ],
    ["an archive rule of fewer than 90 days", rules(archivedDays(1, "any", 89)), {}, /at least 90 days/],
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

  it("passes valid documents whose rules all take effect", async () => {
    for (const list of [
      [untaggedDays(7)],
      [untaggedDays(7, archive), archivedDays(2, "any", 90)],
      [prefixCount(1, "v1", 5), prefixCount(2, "v", 5), anyDays(3, 90)],
    ]) {
      assert.deepEqual(await judge(rules(...list)), nothing);
    }
  });

  it("reports every fault of a document that ECR would refuse", async () => {
    const { violations } = await judge(rules(untaggedDays(0), { ...anyCount(1, 5), extra: 1 }));
    assert.deepEqual(violations.map((each) => each.split(":")[0]).sort(), [
      "policy.rules[0].selection.countNumber",
      "policy.rules[1].extra",
      "policy.rules[1].rulePriority",
    ]);
  });

  it("refuses whatever ecr/ refuses, never throws, and treats string and object alike", async () => {
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
      { seed: 3, numRuns: 500 },
    );
  });

  describe("with values that are not known yet", () => {
    it("reports once that the document is not known", async () => {
      assert.deepEqual(await judge(unknownText), {
        violations: [],
        urns: [],
        unjudged: ["policy, the lifecycle policy document, is not known yet. `pulumi up` checks it."],
      });
    });

    it("checks the known part of a document, and reports the unknown part", async () => {
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
        "policy.rules[1].selection.countType of the lifecycle policy is not known yet. `pulumi up` checks it.",
      ]);
    });

    it("checks rule 10 when rule 1 is not known", async () => {
      const list = Array.from({ length: 11 }, (_, index) => prefixCount(index + 1, `v${index}`, 5));
      const { violations } = await judge({
        rules: [list[0], unknownText, ...list.slice(2, 10), { ...list[10], wrong: true }],
      });
      assert.deepEqual(
        violations.map((each) => each.split(":")[0]),
        ["policy.rules[10].wrong"],
      );
    });

    it("names every unknown part, and counts none as a fault", async () => {
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

    it("does not count an unknown part as a fault", async () => {
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

  it("skips exempt repositories, and cannot decide about one that may be exempt", async () => {
    assert.deepEqual(await judge("{", { exempt: ["pet*"] }), nothing);
    assert.notEqual((await judge("{", { exempt: ["other"] })).violations.length, 0);
    const open = await judge("{", { exempt: ["other"] }, { repository: unknownText });
    assert.deepEqual(open.violations, []);
    assert.match(open.unjudged.join(), /JSON document.*is not known yet; config may exempt it/);
  });

  it("checks creation templates, except those without a document", async () => {
    const template = (props: Props) =>
      judgeResource(lifecycleDocument, { type: types.template, props: { prefix: "team", ...props } });
    assert.deepEqual(await template({}), nothing);
    assert.deepEqual(await template({ lifecyclePolicy: rules(untaggedDays(7)) }), nothing);
    assert.match((await template({ lifecyclePolicy: "{" })).violations.join(), /^lifecyclePolicy: /);
    assert.match(
      (await template({ lifecyclePolicy: rules(untaggedDays(0)) })).violations.join(),
      /^lifecyclePolicy\.rules\[0\]\.selection\.countNumber: found 0/,
    );
    assert.match(
      (
        await template({ lifecyclePolicy: rules(untaggedDays(7), prefixCount(2, "v", 1), prefixCount(3, "v1", 1)) })
      ).violations.join(),
      /creation template "team"/,
    );
  });

  it("notes at advisory level a list that cannot match what its entries suggest", async () => {
    const list = (...tagPatternList: string[]) =>
      rules(rule(1, { tagStatus: "tagged", tagPatternList, countType: "imageCountMoreThan", countNumber: 5 }));
    const { violations, unjudged } = await judge(list("dev-*", "pr-*"));
    assert.deepEqual(violations, []);
    assert.match(
      unjudged.join(),
      /^policy\.rules\[0\]\.selection of repository "petclinic": tagPatternList matches only images that have both a tag matching "dev-\*" and another one matching "pr-\*": .* If either should match, write a rule for each\.$/,
    );
    assert.deepEqual(await judge(list("dev-*", "*-amd64")), nothing);
  });
});
