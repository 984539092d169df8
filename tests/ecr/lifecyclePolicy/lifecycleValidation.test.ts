import assert from "node:assert/strict";
import fc from "fast-check";
import { lifecyclePolicyFaults, readLifecyclePolicy } from "../../../ecr/lifecyclePolicy";

import { archived, days, faults, type Json, rule, tagged, transition, untagged } from "./lifecycleRules";

describe("ecr/lifecyclePolicy: validation", () => {
  const accepted: [title: string, rules: Json[]][] = [
    ["one rule for any image", [rule()]],
    ["a description", [rule({}, { description: "Ten stay" })]],
    ["days since the push", [rule(days("sinceImagePushed"))]],
    ["prefixes", [rule({ tagStatus: "tagged", tagPrefixList: ["prod", "v"] })]],
    ["four wildcards", [rule({ tagStatus: "tagged", tagPatternList: ["*a*b*c*"] })]],
    ["a transition by pulls", [rule(days("sinceImagePulled"), transition)]],
    ["a transition by count", [rule({}, transition)]],
    ["a transition by pushes", [rule(days("sinceImagePushed"), transition)]],
    ["deleting from the archive after 90 days", [rule(archived)]],
    ["the storage class standard by name", [rule({ storageClass: "standard" })]],
    ["priorities with gaps, unsorted", [rule({}, { rulePriority: 50 }), rule(tagged, { rulePriority: 7 })]],
    [
      "one untagged and one any rule in each class",
      [
        rule(untagged),
        rule({}, { rulePriority: 2 }),
        rule({ ...untagged, ...archived }, { rulePriority: 3 }),
        rule(archived, { rulePriority: 4 }),
      ],
    ],
    [
      "any of one class before rules of another",
      [rule(archived), rule(untagged, { rulePriority: 2 }), rule({}, { rulePriority: 3 })],
    ],
    [
      "lists that share one of their prefixes",
      [
        rule({ tagStatus: "tagged", tagPrefixList: ["prod", "a"] }),
        rule({ tagStatus: "tagged", tagPrefixList: ["prod", "b"] }, { rulePriority: 2 }),
      ],
    ],
    [
      "the same prefix in both classes",
      [
        rule({ tagStatus: "tagged", tagPrefixList: ["v"] }, transition),
        rule({ ...archived, tagStatus: "tagged", tagPrefixList: ["v"] }, { rulePriority: 2 }),
      ],
    ],
    [
      "fifty rules",
      Array.from({ length: 50 }, (_, i) => rule({ ...tagged, tagPatternList: [`v${i}*`] }, { rulePriority: i + 1 })),
    ],
  ];
  for (const [title, rules] of accepted) {
    it(`accepts ${title}, as object and as string`, () => {
      assert.deepEqual(faults(...rules), []);
      assert.deepEqual(lifecyclePolicyFaults(JSON.stringify({ rules }), ""), []);
    });
  }

  it("refuses missing parts of a selection, each once", () => {
    const at = (selection: Json) => faults(rule(selection)).map((fault) => fault.path);
    assert.deepEqual(at({ tagStatus: undefined }), ["lifecyclePolicy.rules[0].selection.tagStatus"]);
    assert.deepEqual(at({ countType: undefined }), ["lifecyclePolicy.rules[0].selection.countType"]);
    // A storage class has no requirements for an invalid countType.
    assert.deepEqual(at({ storageClass: "archive", countType: "never" }), [
      "lifecyclePolicy.rules[0].selection.countType",
    ]);
  });

  it("shows prefixes that are given with patterns, and no value for a missing list", () => {
    const value = (selection: Json) => faults(rule({ tagStatus: "tagged", ...selection }))[0]?.value;
    assert.deepEqual(value({ tagPrefixList: ["v"], tagPatternList: ["w*"] }), ["v"]);
    assert.equal(value({}), undefined);
  });

  it("accepts a pattern as long as the longest tag, not counting wildcards", () => {
    assert.deepEqual(faults(rule({ tagStatus: "tagged", tagPatternList: [`*${"v".repeat(128)}*`] })), []);
  });

  it("compares rules only by valid priorities and prefixes", () => {
    const numberless = faults(rule(untagged, { rulePriority: undefined }), rule(tagged, { rulePriority: undefined }));
    assert.deepEqual(
      numberless.map((fault) => fault.rule.includes("whole number")),
      [true, true],
    );
    for (const tagPrefixList of [[1, "a"], [], "a"]) {
      const lists = [1, 2].map((rulePriority) => rule({ tagStatus: "tagged", tagPrefixList }, { rulePriority }));
      assert.ok(!faults(...lists).some((fault) => /must have different prefixes/.test(fault.rule)));
    }
  });

  const short = (characters: number) =>
    `a lifecycle policy must have at least 100 characters; this one has ${characters}. ` +
    "write at least one complete rule; for a repository without a lifecycle, leave the policy out.";
  const noObject = 'a lifecycle policy must be an object with `rules`. write {"rules":[…]}.';
  const noList = "`rules` must be a list of rules. write a list of 1 to 50 rules.";
  const noJson =
    'a lifecycle policy must be a JSON document; this value cannot be written as JSON. write {"rules":[…]}.';
  const cycle: Record<string, unknown> = {};
  cycle["rules"] = cycle;
  const noDocuments: [title: string, policy: unknown, faults: string[]][] = [
    ["a missing document", undefined, [`p: ${noObject}`]],
    ["null instead of a document", null, [`p: ${noObject}`]],
    ["a number instead of a document", 5, [`p: ${noObject}`]],
    ["a list instead of a document", [], [`p: ${noObject}`]],
    ["a list in JSON instead of a document", "[]", [`p: ${noObject}`]],
    ["rules that are not a list", { rules: "all" }, [`p.rules: ${noList}`]],
    [
      "an empty list of rules",
      { rules: [] },
      [
        `p: ${short(12)}`,
        "p.rules: a lifecycle policy must have 1 to 50 rules; this one has 0. add a rule, or leave the policy out.",
      ],
    ],
    ["a document that JSON cannot represent", { rules: 1n }, [`p: ${noJson}`, `p.rules: ${noList}`]],
    ["a circular document", cycle, [`p: ${noJson}`, `p.rules: ${noList}`]],
  ];
  for (const [title, policy, expected] of noDocuments) {
    it(`refuses ${title}`, () => {
      assert.deepEqual(
        lifecyclePolicyFaults(policy, "p").map((fault) => `${fault.path}: ${fault.rule} ${fault.fix}`),
        expected,
      );
    });
  }

  it("refuses a string that is not JSON, and quotes the parser's error", () => {
    for (const text of ["", '{"rules":[', "x"]) {
      const [fault, ...more] = lifecyclePolicyFaults(text, "p");
      assert.deepEqual(more, []);
      assert.equal(fault?.path, "p");
      assert.match(
        fault?.rule ?? "",
        /^a lifecycle policy must be a JSON document; this string is not JSON \(Unexpected .+\)\.$/,
      );
      assert.equal(fault?.fix, 'write {"rules":[…]}, or build the document from rules.');
    }
    assert.equal(lifecyclePolicyFaults({ rules: [rule()], version: 1 }, "")[0]?.path, "version");
    assert.equal(lifecyclePolicyFaults("x", "")[0]?.path, "policy");
  });

  it("requires 100 to 30,720 characters", () => {
    const described = (length: number) => {
      const empty = JSON.stringify({ rules: [rule({}, { description: "" })] }).length;
      // A character outside the Basic Multilingual Plane is one character and two UTF-16 code units.
      return { rules: [rule({}, { description: `🐶${"d".repeat(length - empty - 1)}` })] };
    };
    // Only what is sent counts, not the whitespace of the source.
    const forms = (policy: object) => [policy, JSON.stringify(policy), JSON.stringify(policy, null, 2)];
    for (const form of forms(described(30_720))) assert.deepEqual(lifecyclePolicyFaults(form, "p"), []);
    for (const form of forms(described(30_721))) {
      const [long, ...more] = lifecyclePolicyFaults(form, "p");
      assert.deepEqual([long?.path, more], ["p", []]);
      assert.match(long?.rule ?? "", /at most 30,720 characters; this one has 30,721/);
      assert.equal(long?.fix, "leave out rules or descriptions.");
    }
    const extra = (length: number) => ({ rules: [], x: "x".repeat(length - 19) });
    for (const form of forms(extra(99))) {
      assert.ok(
        lifecyclePolicyFaults(form, "p").some(({ rule }) => /at least 100 characters; this one has 99/.test(rule)),
      );
    }
    for (const form of forms(extra(100))) {
      assert.ok(!lifecyclePolicyFaults(form, "p").some((each) => /characters/.test(each.rule)));
    }
  });

  it("reports all faults at once", () => {
    const found = faults(
      rule({ countUnit: "days", countNumber: 0 }, { extra: 1 }),
      rule({ tagStatus: "tagged" }, { action: { type: "transition" } }),
    ).map((each) => each.path.replace("lifecyclePolicy.", ""));
    assert.deepEqual(found.sort(), [
      "rules[0].extra",
      "rules[0].selection.countNumber",
      "rules[0].selection.countUnit",
      "rules[1].action.targetStorageClass",
      "rules[1].rulePriority",
      "rules[1].selection.tagPatternList",
    ]);
  });

  const near = fc.letrec((tie) => ({
    value: fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(
        null,
        0,
        1,
        90,
        "any",
        "tagged",
        "untagged",
        "archive",
        "days",
        "expire",
        "transition",
        "sinceImagePulled",
      ),
      fc.dictionary(
        fc.constantFrom("toString", "valueOf", "type", "countType", "__proto__"),
        fc.jsonValue({ maxDepth: 1 }),
      ),
      fc.array(fc.string()),
    ),
    rule: fc.dictionary(
      fc.constantFrom("rulePriority", "description", "selection", "action"),
      fc.oneof(
        tie("value"),
        fc.dictionary(
          fc.constantFrom(
            "tagStatus",
            "tagPrefixList",
            "tagPatternList",
            "storageClass",
            "countType",
            "countUnit",
            "countNumber",
            "type",
            "targetStorageClass",
          ),
          tie("value"),
        ),
      ),
    ),
    document: fc.record({ rules: fc.array(fc.oneof(tie("rule"), tie("value")), { maxLength: 5 }) }),
  })).document;

  it("never throws on any JSON, similar to a policy or not, nor on any other value", () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), near), (json) => {
        const faultsOfObject = lifecyclePolicyFaults(json, "").length;
        assert.equal(lifecyclePolicyFaults(JSON.stringify(json), "").length > 0, faultsOfObject > 0);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withMap: true }), (value) => {
        return lifecyclePolicyFaults(value, "").length > 0 && lifecyclePolicyFaults({ rules: [value] }, "").length > 0;
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => lifecyclePolicyFaults(text, "").length > 0));
  });

  it("never throws on a document nested deeper than the stack", () => {
    const deep = "[".repeat(200_000) + "]".repeat(200_000);
    assert.ok(lifecyclePolicyFaults(deep, "").length > 0);
    assert.ok(lifecyclePolicyFaults(`{"rules":[${deep}]}`, "").length > 0);
    const cycle: Json = {};
    cycle["rules"] = [cycle];
    assert.ok(lifecyclePolicyFaults(cycle, "").some((each) => /cannot be written as JSON/.test(each.rule)));
  });

  it("returns the document only when it has no faults", () => {
    const document = { rules: [rule()] };
    assert.deepEqual(readLifecyclePolicy(JSON.stringify(document), "p").document, document);
    assert.equal(readLifecyclePolicy({ rules: [] }, "p").document, undefined);
  });
});
