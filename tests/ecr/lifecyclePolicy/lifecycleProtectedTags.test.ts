import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type LifecyclePolicyDocument,
  type LifecycleRuleInput,
  lifecyclePolicyFaults,
  lifecyclePolicyFromRules,
  lifecyclePresets,
  protectedTagFaults,
  protectTags,
  ruleMatches,
} from "../../../ecr/lifecyclePolicy";

/** Built inside the tests, so that a mutation of the builder does not need a new process. */
const service = () => lifecyclePolicyFromRules(lifecyclePresets.service.rules);

/** A document with this many rules. */
function rules(count: number, description?: string): LifecyclePolicyDocument {
  return lifecyclePolicyFromRules(
    Array.from(
      { length: count },
      (_, index): LifecycleRuleInput => ({ images: { tagPrefixes: [`p${index}`] }, keepNewest: 1, description }),
    ),
  );
}

describe("ecr/lifecyclePolicy: protected tags", () => {
  it("put a rule for each pattern first, which keeps as many images as a repository can hold", () => {
    const { rules } = protectTags(service(), ["v*", "stable"]);
    assert.deepEqual(rules.slice(0, 2), [
      {
        rulePriority: 1,
        description: "Protect images tagged v*",
        selection: {
          tagStatus: "tagged",
          tagPatternList: ["v*"],
          countType: "imageCountMoreThan",
          countNumber: 100_000,
        },
        action: { type: "expire" },
      },
      {
        rulePriority: 2,
        description: "Protect images tagged stable",
        selection: {
          tagStatus: "tagged",
          tagPatternList: ["stable"],
          countType: "imageCountMoreThan",
          countNumber: 100_000,
        },
        action: { type: "expire" },
      },
    ]);
    assert.deepEqual(
      rules.slice(2),
      service().rules.map((rule, index) => ({ ...rule, rulePriority: index + 3 })),
    );
  });

  it("keep the order of priorities, with gaps and in any order of the list", () => {
    const [first, second] = service().rules;
    assert.ok(first && second);
    const scrambled = {
      rules: [
        { ...second, rulePriority: 900 },
        { ...first, rulePriority: 20 },
      ],
    };
    const before = structuredClone(scrambled);
    assert.deepEqual(protectTags(scrambled, ["v*"]), protectTags(service(), ["v*"]));
    assert.deepEqual(scrambled, before);
  });

  it("also apply in the archive when the document has a rule for it", () => {
    const archive = lifecyclePolicyFromRules([
      { images: "any", archiveAfterDaysUnpulled: 90 },
      { images: "any", expireAfterDaysArchived: 365 },
    ]);
    const { rules } = protectTags(archive, ["v*", "stable"]);
    assert.deepEqual(
      rules.map(({ rulePriority, description }) => [rulePriority, description]),
      [
        [1, "Protect images tagged v*"],
        [2, "Protect images tagged stable"],
        [3, "Protect images tagged v* in the archive"],
        [4, "Protect images tagged stable in the archive"],
        [5, "Archive images 90 days after their last pull"],
        [6, "Expire images 365 days after they were archived"],
      ],
    );
    assert.deepEqual(rules[2]?.selection, {
      tagStatus: "tagged",
      tagPatternList: ["v*"],
      storageClass: "archive",
      countType: "sinceImageTransitioned",
      countUnit: "days",
      countNumber: 36_500,
    });
  });

  it("return the same document when nothing is protected", () => {
    const unchanged = service();
    assert.equal(protectTags(unchanged, []), unchanged);
  });

  it("refuse patterns that no tag matches, with too many wildcards or given twice, all at once", () => {
    const faults = protectedTagFaults(service(), ["v*", "*a*b*c*d*", "v*", "-x", 7, ""], "protectedTags");
    assert.deepEqual(faults.map(({ path, value }) => [path, value]).sort(), [
      ["protectedTags[1]", "*a*b*c*d*"],
      ["protectedTags[2]", "v*"],
      ["protectedTags[3]", "-x"],
      ["protectedTags[4]", 7],
      ["protectedTags[5]", ""],
    ]);
    const duplicate = faults.find(({ path }) => path === "protectedTags[2]");
    assert.equal(duplicate?.rule, "protectedTags[0] is the same pattern.");
    assert.equal(duplicate?.fix, "leave one of them out.");
    assert.throws(
      () => protectTags(service(), ["*a*b*c*d*"]),
      /^InvalidInputError: protected tags: 1 fault\n.*protectedTags\[0\].*at most 4/,
    );
    const many = Array.from({ length: 11 }, (_, index) => (index === 10 ? "-x" : `v${index}`));
    assert.deepEqual(
      protectedTagFaults(service(), many, "protectedTags").map(({ path }) => path),
      ["protectedTags[10]"],
    );
    assert.deepEqual(protectedTagFaults(service(), ["*a*b*c*d"], "protectedTags"), []);
  });

  it("report a fault once when the pattern also protects archived images", () => {
    const archive = lifecyclePolicyFromRules([{ images: "any", expireAfterDaysArchived: 90 }]);
    assert.deepEqual(
      protectedTagFaults(archive, ["v*", "-x"], "protectedTags").map(({ path }) => path),
      ["protectedTags[1]"],
    );
  });

  it("refuse values that are not lists", () => {
    for (const patterns of ["v*", { 0: "v*" }, 1, null]) {
      const [fault, ...more] = protectedTagFaults(service(), patterns, "protectedTags");
      assert.deepEqual(more, []);
      assert.deepEqual(fault, {
        path: "protectedTags",
        value: patterns,
        rule: "protected tags must be a list of tags and patterns.",
        fix: 'write ["v*", "stable"].',
      });
    }
  });

  it("refuse more than 50 rules in total, and say how many are too many", () => {
    assert.deepEqual(protectedTagFaults(rules(48), ["a", "b"], "protectedTags"), []);
    const [fault, ...more] = protectedTagFaults(rules(48), ["a", "b", "c"], "protectedTags");
    assert.deepEqual(more, []);
    assert.equal(fault?.path, "protectedTags");
    assert.deepEqual(fault?.value, ["a", "b", "c"]);
    assert.match(fault?.rule ?? "", /1 to 50 rules; this one has 51/);
    assert.match(fault?.fix ?? "", /at least 1 pattern or rules/);
    assert.match(protectedTagFaults(rules(50), ["a", "b"], "x")[0]?.fix ?? "", /at least 2 patterns or rules/);
  });

  it("refuse a document longer than 30,720 characters", () => {
    const long = rules(49, "x".repeat(454));
    assert.ok(JSON.stringify(long).length > 30_600);
    assert.deepEqual(lifecyclePolicyFaults(long, ""), []);
    const [fault] = protectedTagFaults(long, ["y".repeat(120)], "protectedTags");
    assert.equal(fault?.path, "protectedTags");
    assert.match(fault?.rule ?? "", /at most 30,720 characters/);
    assert.match(fault?.fix ?? "", /leave out patterns, or rules/);
  });

  it("own every image with a protected tag, whatever its other tags and storage class", () => {
    const document = protectTags(
      lifecyclePolicyFromRules([...lifecyclePresets.service.rules, { images: "any", expireAfterDaysArchived: 90 }]),
      ["v*", "*-lts"],
    );
    const tag = fc.stringMatching(/^(v|src-|x|pr-)[0-9]{0,3}(-lts)?$/);
    fc.assert(
      fc.property(
        fc.array(tag, { maxLength: 3 }),
        fc.constantFrom<"standard" | "archive">("standard", "archive"),
        (tags, storageClass) => {
          const image = { digest: "sha256:1", tags, storageClass, pushedAt: new Date(0) };
          const owner = document.rules.find((rule) => ruleMatches(rule, image));
          const isProtected = tags.some((each) => each.startsWith("v") || each.endsWith("-lts"));
          assert.equal((owner?.description ?? "").startsWith("Protect"), isProtected);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });
});
