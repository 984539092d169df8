import assert from "node:assert/strict";
import { lifecycleLimits } from "../../../policies/lifecycle/lifecycleLimits";
import { judgeResource, type Props, remediateResource, types, unknownText } from "../harness";
import {
  anyCount,
  anyDays,
  archive,
  archivedDays,
  type Json,
  prefixCount,
  rule,
  rules,
  untaggedCount,
  untaggedDays,
} from "./lifecycleRules";

const nothing = { violations: [], urns: [], unjudged: [] };

function judge(policy: unknown, config: object = {}, props: Props = {}) {
  return judgeResource(
    lifecycleLimits,
    { type: types.lifecyclePolicy, props: { repository: "petclinic", policy, ...props } },
    config,
  );
}

describe("policies: ecr-lifecycle-limits", () => {
  it("is mandatory and has its metadata", () => {
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
    ["a limit on all images", [untaggedDays(7), prefixCount(2, "v", 40), anyCount(3, 60)], { maxImages: 100 }],
    ["no limit on all images if none is configured", [untaggedDays(7), prefixCount(2, "v", 40_000)], {}],
  ];
  for (const [title, list, config] of passing) {
    it(`passes ${title}, as string and as object`, async () => {
      assert.deepEqual(await judge(rules(...list), config), nothing);
      assert.deepEqual(await judge({ rules: list }, config), nothing);
    });
  }

  const failing: [title: string, policy: unknown, config: object, message: RegExp][] = [
    [
      "untagged images for 31 days",
      rules(untaggedDays(31)),
      {},
      /^policy\.rules\[0\]\.selection\.countNumber: untagged images stay 31 days\. Must expire untagged images within 30 days after the push, or keep at most 100 of them\. Write a rule such as \{ rulePriority: 1/,
    ],
    ["101 untagged images", rules(untaggedCount(101)), {}, /up to 101 untagged images stay/],
    ["more days than configured", rules(untaggedDays(4)), { untaggedMaxDays: 3 }, /within 3 days/],
    ["more images than configured", rules(untaggedCount(4)), { untaggedMaxImages: 3 }, /keep at most 3 of them/],
    [
      "a document without a rule for untagged images",
      rules(prefixCount(1, "v", 5)),
      {},
      /^policy: no rule expires untagged images\. .*Add the rule \{/,
    ],
    [
      "a rule for any images that is too generous",
      rules(prefixCount(1, "v", 5), anyDays(2, 90)),
      {},
      /^policy\.rules\[1\]\.selection\.countNumber: untagged images stay 90 days/,
    ],
    // Untagged images belong to the first rule, so the second never acts on them.
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
      /are archived, with no limit on how long they stay/,
    ],
    [
      "untagged images archived by count",
      rules({ ...untaggedCount(5), action: archive }, archivedDays(2, "untagged", 90)),
      {},
      /no limit on how long/,
    ],
    [
      "untagged images that stay too long in the archive",
      rules(untaggedDays(7, archive), archivedDays(2, "untagged", 90)),
      {},
      /stay 97 days, including their time in the archive/,
    ],
    ["a rule for the archive only", rules(archivedDays(1, "untagged", 90)), {}, /no rule expires untagged images/],
    [
      "a missing limit on all images",
      rules(untaggedDays(7)),
      { maxImages: 50 },
      /^policy: no rule limits the total number of images\. Must be at most 50\. Add.*tagStatus: "any".*countNumber: 50/,
    ],
    ["a limit by age only", rules(anyDays(1, 7)), { maxImages: 50 }, /no rule limits the total number/],
    [
      "a limit that is too high",
      rules(untaggedDays(7), prefixCount(2, "v", 40), anyCount(3, 61)),
      { maxImages: 100 },
      /^policy\.rules\[2\].*keep up to 101 images \(40 \+ 61\)\. Must be at most 100/,
    ],
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

  describe("with values that are not known yet", () => {
    it("reports once that the document is not known", async () => {
      const { violations, unjudged } = await judge(unknownText);
      assert.deepEqual(violations, []);
      assert.deepEqual(unjudged, ["policy, the lifecycle policy document, is not known yet. `pulumi up` checks it."]);
    });

    it("reports which part of a document is not known", async () => {
      const { violations, unjudged } = await judge({ rules: [{ ...untaggedDays(400), action: unknownText }] });
      assert.deepEqual(violations, []);
      assert.deepEqual(unjudged, [
        "policy.rules[0].action of the lifecycle policy is not known yet. `pulumi up` checks it.",
      ]);
    });
  });

  describe("with exempt repositories", () => {
    it("skips their policies", async () => {
      assert.deepEqual(await judge(rules(untaggedDays(99)), { exempt: ["pet*"] }), nothing);
      assert.notEqual((await judge(rules(untaggedDays(99)), { exempt: ["other"] })).violations.length, 0);
    });

    it("cannot decide about an unknown name, unless nothing is wrong", async () => {
      const { violations, unjudged } = await judge(
        rules(untaggedDays(99)),
        { exempt: ["other"] },
        { repository: unknownText },
      );
      assert.deepEqual(violations, []);
      assert.match(unjudged.join(), /stay 99 days.*is not known yet; config may exempt it/);
      assert.deepEqual(
        await judge(rules(untaggedDays(9)), { exempt: ["other"] }, { repository: unknownText }),
        nothing,
      );
    });
  });

  describe("of creation templates", () => {
    const template = (props: Props, config: object = {}) =>
      judgeResource(lifecycleLimits, { type: types.template, props: { prefix: "team", ...props } }, config);

    it("checks their documents", async () => {
      assert.deepEqual(await template({ lifecyclePolicy: rules(untaggedDays(7)) }), nothing);
      assert.match(
        (await template({ lifecyclePolicy: rules(untaggedDays(99)) })).violations.join(),
        /^lifecyclePolicy\.rules\[0\]/,
      );
      assert.equal((await template({ lifecyclePolicy: unknownText })).unjudged.length, 1);
    });

    it("requires one", async () => {
      for (const props of [{}, { lifecyclePolicy: "" }]) {
        assert.match(
          (await template(props)).violations.join(),
          /^lifecyclePolicy: not set, so repositories that ECR creates from the template keep every image\. Must be set and expire untagged images within 30 days .* Write lifecyclePolicy: JSON\.stringify\(\{ rules: \[\{ rulePriority: 1, .* countNumber: 30 \}, action: \{ type: "expire" \} \}\] \}\)\.$/,
        );
      }
      assert.deepEqual(await template({}, { exempt: ["team"] }), nothing);
    });
  });

  describe("of development tags", () => {
    const tagged = (rulePriority: number, pattern: string, countNumber: number, action?: Json) =>
      rule(
        rulePriority,
        {
          tagStatus: "tagged",
          tagPatternList: [pattern],
          countType: "sinceImagePushed",
          countUnit: "days",
          countNumber,
        },
        action,
      );
    const within = (days: number, ...list: unknown[]) =>
      judge(rules(untaggedDays(7), ...list), { developmentMaxDays: days, developmentTags: ["dev-*", "pr-*"] });

    it("passes where a rule deletes them in time", async () => {
      assert.deepEqual(await within(14, tagged(2, "dev-*", 14), tagged(3, "pr-*", 3)), nothing);
      assert.deepEqual(await within(14, tagged(2, "*-*", 14)), nothing);
      assert.deepEqual(await within(14, anyDays(2, 14)), nothing);
      assert.deepEqual(await judge(rules(untaggedDays(7))), nothing);
      // Archived images have their own rules.
      const archived = archivedDays(2, "any", 365);
      assert.deepEqual(await within(14, archived, tagged(3, "dev-*", 14), tagged(4, "pr-*", 3)), nothing);
    });

    it("fails where no rule deletes all of them", async () => {
      const { violations } = await within(14, tagged(2, "dev-*", 14), tagged(3, "pr-1*", 14));
      assert.equal(violations.length, 1);
      assert.match(
        violations[0] ?? "",
        /^policy: no rule expires all images tagged "pr-\*"\. Must expire images tagged "dev-\*", "pr-\*" within 14 days after the push\. Add a rule with tagPatternList: \["pr-\*"\].*countNumber: 14\.$/,
      );
    });

    it("fails where the rule that owns some of them is late, counts or archives", async () => {
      for (const owner of [
        tagged(2, "dev-1*", 15),
        tagged(2, "dev-1*", 14, archive),
        prefixCount(2, "dev-1", 5),
        { ...anyDays(9, 20) },
      ]) {
        const { violations } = await within(14, owner, tagged(3, "dev-*", 14), tagged(4, "pr-*", 14));
        const expected = owner.rulePriority === 9 ? [] : ["policy.rules[1]"];
        assert.deepEqual(
          violations.map((each) => each.split(":")[0]),
          expected,
        );
      }
      assert.match(
        (await within(14, anyDays(2, 20))).violations.join(),
        /^policy\.rules\[1\]: owns images tagged "dev-\*" and does not expire them in time\. .* Add an earlier rule with tagPatternList: \["dev-\*"\] that does\./,
      );
    });
  });

  describe("when it remediates", () => {
    const fixed = (policy: unknown, config: object = {}) =>
      remediateResource(
        lifecycleLimits,
        { type: types.lifecyclePolicy, props: { repository: "petclinic", policy } },
        config,
      );

    it("leaves a document without room for another rule unchanged", async () => {
      const full = Array.from({ length: 50 }, (_, index) => prefixCount(index + 1, `p${index}-`, 5));
      assert.equal(fixed(rules(...full)), undefined);
      assert.match((await judge(rules(...full))).violations.join(), /no rule expires untagged images/);
      const changed = fixed(rules(...full.slice(0, 49))) as { policy: string };
      assert.equal(JSON.parse(changed.policy).rules.length, 50);
      // Correcting an existing rule needs no room.
      const replaced = fixed(rules(untaggedDays(400), ...full.slice(1))) as { policy: string };
      assert.equal(JSON.parse(replaced.policy).rules.length, 50);
      const long = Array.from({ length: 49 }, (_, index) => {
        const [one, other] = ["a", "b"].map((each) => `${each}${index}`.padEnd(128, each));
        const selection = {
          tagStatus: "tagged",
          tagPrefixList: [one, other],
          countType: "imageCountMoreThan",
          countNumber: 5,
        };
        return { rulePriority: index + 1, selection, action: { type: "expire" }, description: "" };
      });
      const room = Math.floor((30_710 - JSON.stringify({ rules: long }).length) / 49);
      const texts = long.map((each) => ({ ...each, description: "x".repeat(room) }));
      assert.ok(room <= 256 && JSON.stringify({ rules: texts }).length > 30_600);
      assert.equal(fixed(rules(...texts)), undefined);
    });

    it("replaces a generous rule for untagged images, or adds one in front", async () => {
      for (const list of [
        [untaggedDays(400), anyCount(2, 5000)],
        [prefixCount(4, "v", 5), anyCount(5, 5000)],
      ]) {
        const props = fixed(rules(...list), { untaggedMaxDays: 9 });
        assert.deepEqual(await judge(props?.["policy"], { untaggedMaxDays: 9 }), nothing);
        const { rules: made } = JSON.parse(String(props?.["policy"]));
        assert.deepEqual(
          made.map((each: Json) => each["rulePriority"]),
          made.map((_: Json, index: number) => index + 1),
        );
        assert.deepEqual(made[0].selection, untaggedDays(9).selection);
        assert.deepEqual(made.at(-1).selection, list.at(-1)?.selection);
      }
    });

    it("leaves the other rules as they are, in their order, and the archive's own rule for untagged images", () => {
      const [archived, releases, all] = [archivedDays(5, "untagged", 365), prefixCount(3, "v", 5), anyCount(9, 5000)];
      const props = fixed(rules(all, archived, untaggedDays(400), releases), { untaggedMaxDays: 9 });
      assert.deepEqual(JSON.parse(String(props?.["policy"])), {
        rules: [
          { ...untaggedDays(9), description: "Expire untagged images 9 days after their push" },
          { ...releases, rulePriority: 2 },
          { ...archived, rulePriority: 3 },
          { ...all, rulePriority: 4 },
        ],
      });
    });

    it("leaves a repository that may be exempt unchanged", () => {
      const props = { repository: unknownText, policy: rules(untaggedDays(99)) };
      const resource = { type: types.lifecyclePolicy, props };
      assert.equal(remediateResource(lifecycleLimits, resource, { exempt: ["other"] }), undefined);
      assert.notEqual(remediateResource(lifecycleLimits, resource), undefined);
    });

    it("adds one to a template without a policy", () => {
      const props = remediateResource(lifecycleLimits, { type: types.template, props: { prefix: "team" } });
      assert.match(String(props?.["lifecyclePolicy"]), /"untagged"/);
    });

    it("changes nothing that is right, exempt, invalid or unknown", () => {
      assert.equal(fixed(rules(untaggedDays(7))), undefined);
      assert.equal(fixed(rules(untaggedDays(99)), { exempt: ["petclinic"] }), undefined);
      assert.equal(fixed("{"), undefined);
      assert.equal(fixed(unknownText), undefined);
      assert.equal(fixed({ rules: [{ ...untaggedDays(99), description: unknownText }] }), undefined);
      assert.equal(remediateResource(lifecycleLimits, { type: types.repository, props: {} }), undefined);
    });
  });

  it("ignores other resources", async () => {
    assert.deepEqual(await judgeResource(lifecycleLimits, { type: types.repository, props: {} }), nothing);
  });
});
