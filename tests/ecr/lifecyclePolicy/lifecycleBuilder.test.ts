import assert from "node:assert/strict";
import fc from "fast-check";
import { InvalidInputError } from "../../../ecr/faults";
import {
  type ImageSelector,
  type LifecycleRuleInput,
  lifecyclePolicyFaults,
  lifecyclePolicyFromRules,
  lifecyclePolicyText,
  lifecycleRuleFaults,
} from "../../../ecr/lifecyclePolicy";

describe("ecr/lifecyclePolicy: builder", () => {
  it("numbers rules in the order given and puts `any` last", () => {
    assert.deepEqual(
      lifecyclePolicyFromRules([
        { images: "any", keepNewest: 100, description: "At most 100" },
        { images: "untagged", expireAfterDays: 1 },
        { images: { tagPatterns: ["pr-*"] }, archiveAfterDays: 14 },
      ]),
      {
        rules: [
          {
            rulePriority: 1,
            description: "Expire untagged images 1 day after their push",
            selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 1 },
            action: { type: "expire" },
          },
          {
            rulePriority: 2,
            description: "Archive images tagged pr-* 14 days after their push",
            selection: {
              tagStatus: "tagged",
              tagPatternList: ["pr-*"],
              countType: "sinceImagePushed",
              countUnit: "days",
              countNumber: 14,
            },
            action: { type: "transition", targetStorageClass: "archive" },
          },
          {
            rulePriority: 3,
            description: "At most 100",
            selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 100 },
            action: { type: "expire" },
          },
        ],
      },
    );
  });

  it("writes each kind of rule in ECR's form", () => {
    const one = (rule: LifecycleRuleInput) => {
      const [built] = lifecyclePolicyFromRules([rule]).rules;
      return [built?.selection, built?.action.type, built?.description];
    };
    assert.deepEqual(one({ images: { tagPrefixes: ["v", "w"] }, archiveKeepNewest: 3 }), [
      { tagStatus: "tagged", tagPrefixList: ["v", "w"], countType: "imageCountMoreThan", countNumber: 3 },
      "transition",
      "Archive all but the 3 newest images tagged v* and w*",
    ]);
    assert.deepEqual(one({ images: "any", archiveAfterDaysUnpulled: 60 }), [
      { tagStatus: "any", countType: "sinceImagePulled", countUnit: "days", countNumber: 60 },
      "transition",
      "Archive images 60 days after their last pull",
    ]);
    assert.deepEqual(one({ images: "untagged", expireAfterDaysArchived: 90 }), [
      {
        tagStatus: "untagged",
        storageClass: "archive",
        countType: "sinceImageTransitioned",
        countUnit: "days",
        countNumber: 90,
      },
      "expire",
      "Expire untagged images 90 days after they were archived",
    ]);
    assert.equal(
      one({ images: { tagPatterns: ["a", "b", "c", "d"] }, keepNewest: 1 })[2],
      "Keep the 1 newest images tagged a and b and c and more",
    );
  });

  it("describes a rule by its first three tags", () => {
    const text = (tagPatterns: string[]) =>
      lifecyclePolicyFromRules([{ images: { tagPatterns }, keepNewest: 1 }]).rules[0]?.description;
    assert.equal(text(["a", "b", "c"]), "Keep the 1 newest images tagged a and b and c");
  });

  it("shows the conflicting counts, and says what to do about none or several", () => {
    const [none] = lifecycleRuleFaults([{ images: "any" }], "lifecycle");
    assert.equal(none?.value, undefined);
    assert.match(none?.fix ?? "", /add the one/);
    const [several] = lifecycleRuleFaults([{ images: "any", keepNewest: 1, expireAfterDays: 2 }], "lifecycle");
    assert.deepEqual(several?.value, ["keepNewest", "expireAfterDays"]);
    assert.match(several?.fix ?? "", /one rule for each/);
  });

  const count = fc.integer({ min: 1, max: 10_000 });
  const archiveDays = fc.integer({ min: 90, max: 10_000 });
  const entry = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,10}$/);
  const tags: fc.Arbitrary<ImageSelector> = fc.oneof(
    fc.record({ tagPrefixes: fc.array(entry, { minLength: 1, maxLength: 4 }) }),
    fc.record({
      tagPatterns: fc.array(
        entry.map((each) => `*${each}*`),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  );
  const ruleFor = (images: fc.Arbitrary<ImageSelector>, archived: boolean): fc.Arbitrary<LifecycleRuleInput> =>
    archived
      ? fc.record({ images, expireAfterDaysArchived: archiveDays })
      : fc.oneof(
          fc.record({ images, keepNewest: count }),
          fc.record({ images, expireAfterDays: count }),
          fc.record({ images, archiveKeepNewest: count }),
          fc.record({ images, archiveAfterDays: count, description: fc.string() }),
          fc.record({ images, archiveAfterDaysUnpulled: count }),
        );
  /** Any rules with distinct prefix sets, at most one `untagged` and one `any` per storage class, in any order. */
  const rules = fc
    .tuple(
      fc.uniqueArray(ruleFor(tags, false), {
        maxLength: 40,
        selector: ({ images }) =>
          JSON.stringify(
            typeof images === "object" && "tagPrefixes" in images ? [...new Set(images.tagPrefixes)].sort() : images,
          ),
      }),
      ...(["untagged", "any"] as const).flatMap((each) => [
        fc.option(ruleFor(fc.constant(each), false)),
        fc.option(ruleFor(fc.constant(each), true)),
      ]),
    )
    .map(([tagged, ...single]) => [...tagged, ...single.filter((each) => each !== null)])
    .filter((list) => list.length > 0)
    .chain((list) => fc.shuffledSubarray(list, { minLength: 1 }));

  it("builds only valid documents, with every rule in them", () => {
    fc.assert(
      fc.property(rules, (list) => {
        const document = lifecyclePolicyFromRules(list);
        assert.deepEqual(lifecyclePolicyFaults(document, ""), []);
        assert.deepEqual(lifecyclePolicyFaults(lifecyclePolicyText(document), ""), []);
        assert.deepEqual(
          document.rules.map((rule) => rule.rulePriority),
          list.map((_, index) => index + 1),
        );
      }),
      { numRuns: 300 },
    );
  }).timeout(30_000);

  const someImages = /^write "any", "untagged", \{ tagPrefixes: \[…\] \} or \{ tagPatterns: \[…\] \}\.$/;
  const refused: [title: string, rules: unknown, path: string, rule: RegExp, fix: RegExp][] = [
    [
      "rules that are not a list",
      "untagged",
      "lifecycle",
      /must be a list/,
      /^write \[\{ images: "untagged", expireAfterDays: 7 \}\]\.$/,
    ],
    ["an empty list", [], "lifecycle", /1 to 50 rules/, /add a rule/],
    [
      "a rule that is not an object",
      [7],
      "lifecycle[0]",
      /must be an object/,
      /^write \{ images: "untagged", expireAfterDays: 7 \}\.$/,
    ],
    [
      "a rule without a count",
      [{ images: "any" }],
      "lifecycle[0]",
      /exactly one of keepNewest, expireAfterDays, archiveKeepNewest, /,
      /^add the one that you mean\.$/,
    ],
    [
      "a rule with two counts",
      [{ images: "any", keepNewest: 1, expireAfterDays: 2 }],
      "lifecycle[0]",
      /exactly one of/,
      /^write one rule for each\.$/,
    ],
    [
      "an unknown key",
      [{ images: "any", keepNewest: 1, keepOldest: 1 }],
      "lifecycle[0].keepOldest",
      /has no property "keepOldest"/,
      /^did you mean "keepNewest"\? Correct it or leave it out; a rule has images, description and one of keepNewest, expireAfterDays, .*\.$/,
    ],
    ["unknown images", [{ images: "latest", keepNewest: 1 }], "lifecycle[0].images", /which images/, someImages],
    ["missing images", [{ keepNewest: 1 }], "lifecycle[0].images", /which images/, someImages],
    [
      "prefixes with patterns",
      [{ images: { tagPrefixes: ["a"], tagPatterns: ["b"] }, keepNewest: 1 }],
      "lifecycle[0].images",
      /which images/,
      someImages,
    ],
    [
      "prefixes that are not a list",
      [{ images: { tagPrefixes: "a" }, keepNewest: 1 }],
      "lifecycle[0].images",
      /which images/,
      someImages,
    ],
    [
      "an unknown kind of tag list",
      [{ images: { tags: ["a"] }, keepNewest: 1 }],
      "lifecycle[0].images",
      /which images/,
      someImages,
    ],
    [
      "a fault in the eleventh rule",
      Array.from({ length: 11 }, (_, i) => ({ images: { tagPatterns: [`v${i}`] }, keepNewest: i === 10 ? 0 : 1 })),
      "lifecycle[10].keepNewest",
      /1 or more/,
      /number of images or days/,
    ],
    ["a list of images", [{ images: ["any"], keepNewest: 1 }], "lifecycle[0].images", /which images/, someImages],
    ["null as images", [{ images: null, keepNewest: 1 }], "lifecycle[0].images", /which images/, someImages],
    [
      "a description that is not a string",
      [{ images: "any", keepNewest: 1, description: 1 }],
      "lifecycle[0].description",
      /must be a string/,
      /^write a string, or leave it out\.$/,
    ],
    [
      "a count of 0",
      [{ images: "any", keepNewest: 0 }],
      "lifecycle[0].keepNewest",
      /1 or more/,
      /number of images or days/,
    ],
    [
      "a count as a string",
      [{ images: "any", expireAfterDays: "7" }],
      "lifecycle[0].expireAfterDays",
      /1 or more/,
      /number of images or days/,
    ],
    [
      "89 days in the archive",
      [{ images: "any", expireAfterDaysArchived: 89 }],
      "lifecycle[0].expireAfterDaysArchived",
      /at least 90 days/,
      /90 or more/,
    ],
    [
      "a wildcard in a prefix",
      [{ images: { tagPrefixes: ["a", "b*"] }, keepNewest: 1 }],
      "lifecycle[0].images.tagPrefixes[1]",
      /no wildcards/,
      /tagPatternList/,
    ],
    [
      "five wildcards",
      [{ images: { tagPatterns: ["*****"] }, keepNewest: 1 }],
      "lifecycle[0].images.tagPatterns[0]",
      /at most 4/,
      /leave some out/,
    ],
    [
      "an empty list of prefixes",
      [{ images: { tagPrefixes: [] }, keepNewest: 1 }],
      "lifecycle[0].images.tagPrefixes",
      /at least one entry/,
      /write an entry/,
    ],
    [
      "two rules for `any`",
      [
        { images: "any", keepNewest: 1 },
        { images: "untagged", keepNewest: 1 },
        { images: "any", keepNewest: 2 },
      ],
      "lifecycle[2].images",
      /one rule for `any`/,
      /merge/,
    ],
    [
      "a longer document than ECR accepts",
      Array.from({ length: 50 }, (_, i) => ({
        images: { tagPatterns: [`v${i}*`] },
        keepNewest: 1,
        description: "d".repeat(600),
      })),
      "lifecycle",
      /at most 30,720/,
      /leave out rules/,
    ],
  ];
  for (const [title, list, path, ruleText, fix] of refused) {
    it(`refuses ${title}, by its path in the input`, () => {
      const [fault, ...more] = lifecycleRuleFaults(list, "lifecycle").filter(
        (each) => !/at least 100 char/.test(each.rule),
      );
      assert.deepEqual(more, []);
      assert.ok(fault);
      assert.equal(fault.path, path);
      assert.match(fault.rule, ruleText);
      assert.match(fault.rule, /\.$/);
      assert.match(fault.fix, fix);
      assert.match(fault.fix, /\.$/);
    });
  }

  it("names lifecycle rules in the error when no path is given", () => {
    assert.throws(
      () => lifecyclePolicyFromRules([{ images: "any", keepNewest: 0 }]),
      /^InvalidInputError: lifecycle rules: 1 fault\n {2}- lifecycleRules\[0\]\.keepNewest: found 0/,
    );
  });

  it("throws one error with all faults", () => {
    const bad: LifecycleRuleInput[] = [
      { images: "any", keepNewest: 0 },
      { images: { tagPrefixes: ["*"] }, expireAfterDays: 1 },
    ];
    assert.throws(
      () => lifecyclePolicyFromRules(bad, "lifecycle"),
      (error) =>
        error instanceof InvalidInputError &&
        error.faults
          .map((each) => each.path)
          .sort()
          .join() === "lifecycle[0].keepNewest,lifecycle[1].images.tagPrefixes[0]",
    );
  });

  it("never throws when listing faults", () => {
    const near = fc.record(
      { images: fc.anything(), keepNewest: fc.anything(), description: fc.anything() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.array(near)), (list) => lifecycleRuleFaults(list, "").length >= 0),
      { numRuns: 1000 },
    );
  });
});
