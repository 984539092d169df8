import assert from "node:assert/strict";
import fc from "fast-check";
import {
  defaultLifecycleRules,
  type LifecyclePolicyDocument,
  lifecyclePolicyFaults,
  lifecyclePolicyFromRules,
  lifecyclePolicyText,
  readLifecyclePolicy,
} from "../../ecr/lifecyclePolicy";

type Json = Record<string, unknown>;

/** A rule that ECR accepts, with parts replaced or (given undefined) left out. */
function rule(selection: Json = {}, parts: Json = {}): Json {
  const whole = {
    rulePriority: 1,
    selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 10, ...selection },
    action: { type: "expire" },
    ...parts,
  };
  return JSON.parse(JSON.stringify(whole));
}

const tagged = { tagStatus: "tagged", tagPatternList: ["v*"] };
const untagged = { tagStatus: "untagged" };
const days = (countType: string, countNumber = 30) => ({ countType, countUnit: "days", countNumber });
const archived = { storageClass: "archive", ...days("sinceImageTransitioned", 90) };
const transition = { action: { type: "transition", targetStorageClass: "archive" } };

function faults(...rules: unknown[]) {
  return lifecyclePolicyFaults({ rules }, "lifecyclePolicy");
}

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
    it(`accepts ${title}, as object and as text`, () => {
      assert.deepEqual(faults(...rules), []);
      assert.deepEqual(lifecyclePolicyFaults(JSON.stringify({ rules }), ""), []);
    });
  }

  const refused: [title: string, rules: unknown[], path: string, rule: RegExp, fix: RegExp][] = [
    [
      "a priority used twice",
      [rule(untagged), rule()],
      "rules[1].rulePriority",
      /rules\[0\] has this one already/,
      /2 is free/,
    ],
    [
      "a missing priority",
      [rule({}, { rulePriority: undefined })],
      "rules[0].rulePriority",
      /whole number, 1 or more/,
      /1, 2, 3/,
    ],
    ["priority 0", [rule({}, { rulePriority: 0 })], "rules[0].rulePriority", /1 or more/, /number the rules/],
    ["priority 1.5", [rule({}, { rulePriority: 1.5 })], "rules[0].rulePriority", /whole number/, /number the rules/],
    [
      "a priority as text",
      [rule({}, { rulePriority: "1" })],
      "rules[0].rulePriority",
      /whole number/,
      /number the rules/,
    ],
    [
      "a description that is no text",
      [rule({}, { description: 4 })],
      "rules[0].description",
      /is text/,
      /leave it out/,
    ],
    [
      "two untagged rules of one class",
      [rule(untagged), rule(untagged, { rulePriority: 2 })],
      "rules[1].selection.tagStatus",
      /one rule for `untagged` images of the storage class standard; rules\[0\]/,
      /together/,
    ],
    [
      "two any rules of one class",
      [rule(), rule({}, { rulePriority: 2 })],
      "rules[1].selection.tagStatus",
      /one rule for `any`/,
      /together/,
    ],
    [
      "two any rules of the archive",
      [rule(archived), rule(archived, { rulePriority: 2 })],
      "rules[1].selection.tagStatus",
      /storage class archive/,
      /together/,
    ],
    [
      "any before others of its class",
      [rule(), rule(tagged, { rulePriority: 2 })],
      "rules[0].rulePriority",
      /highest priority number of its storage class \(standard\); rules\[1\] has 2/,
      /higher number/,
    ],
    [
      "prefixes with patterns",
      [rule({ ...tagged, tagPrefixList: ["v"] })],
      "rules[0].selection.tagPrefixList",
      /exactly one of/,
      /leave one/,
    ],
    [
      "tagged without a list",
      [rule({ tagStatus: "tagged" })],
      "rules[0].selection.tagPatternList",
      /exactly one of/,
      /"\*"/,
    ],
    [
      "untagged with prefixes",
      [rule({ ...untagged, tagPrefixList: ["v"] })],
      "rules[0].selection.tagPrefixList",
      /`untagged` takes no tagPrefixList/,
      /"tagged"/,
    ],
    [
      "any with patterns",
      [rule({ tagPatternList: ["v"] })],
      "rules[0].selection.tagPatternList",
      /`any` takes no tagPatternList/,
      /"tagged"/,
    ],
    [
      "an empty list",
      [rule({ ...tagged, tagPatternList: [] })],
      "rules[0].selection.tagPatternList",
      /at least one entry/,
      /write an entry/,
    ],
    [
      "a list that is text",
      [rule({ ...tagged, tagPatternList: "v*" })],
      "rules[0].selection.tagPatternList",
      /a list/,
      /write an entry/,
    ],
    [
      "an empty entry",
      [rule({ ...tagged, tagPatternList: ["v*", ""] })],
      "rules[0].selection.tagPatternList[1]",
      /at least one character/,
      /write a text/,
    ],
    [
      "five wildcards",
      [rule({ ...tagged, tagPatternList: ["*a*b*c*d*"] })],
      "rules[0].selection.tagPatternList[0]",
      /at most 4 `\*`, this one has 5/,
      /leave some/,
    ],
    [
      "a pattern that fits no tag",
      [rule({ ...tagged, tagPatternList: ["v1/*"] })],
      "rules[0].selection.tagPatternList[0]",
      /no image tag fits/,
      /letters/,
    ],
    [
      "a pattern that begins with a dot",
      [rule({ ...tagged, tagPatternList: [".v*"] })],
      "rules[0].selection.tagPatternList[0]",
      /no image tag fits/,
      /not beginning/,
    ],
    [
      "a pattern longer than any tag",
      [rule({ ...tagged, tagPatternList: ["v".repeat(129)] })],
      "rules[0].selection.tagPatternList[0]",
      /no image tag fits/,
      /letters/,
    ],
    [
      "a wildcard in a prefix",
      [rule({ tagStatus: "tagged", tagPrefixList: ["v*"] })],
      "rules[0].selection.tagPrefixList[0]",
      /no wildcards/,
      /tagPatternList/,
    ],
    [
      "a prefix that begins no tag",
      [rule({ tagStatus: "tagged", tagPrefixList: ["-v"] })],
      "rules[0].selection.tagPrefixList[0]",
      /no image tag begins/,
      /1 to 128/,
    ],
    [
      "the same prefixes in two rules",
      [
        rule({ tagStatus: "tagged", tagPrefixList: ["a", "b"] }),
        rule({ tagStatus: "tagged", tagPrefixList: ["b", "a"] }, { rulePriority: 2 }),
      ],
      "rules[1].selection.tagPrefixList",
      /differ in their prefixes; rules\[0\] has the same/,
      /together/,
    ],
    [
      "a count with a unit",
      [rule({ countUnit: "days" })],
      "rules[0].selection.countUnit",
      /takes no unit/,
      /leave countUnit out/,
    ],
    [
      "since without a unit",
      [rule({ ...days("sinceImagePushed"), countUnit: undefined })],
      "rules[0].selection.countUnit",
      /count days/,
      /"days"/,
    ],
    [
      "a unit other than days",
      [rule({ ...days("sinceImagePushed"), countUnit: "hours" })],
      "rules[0].selection.countUnit",
      /count days/,
      /"days"/,
    ],
    [
      "a count of 0",
      [rule({ countNumber: 0 })],
      "rules[0].selection.countNumber",
      /1 or more/,
      /number of images or days/,
    ],
    ["half a day", [rule(days("sinceImagePushed", 0.5))], "rules[0].selection.countNumber", /whole number/, /number/],
    ["a missing count", [rule({ countNumber: undefined })], "rules[0].selection.countNumber", /1 or more/, /number/],
    [
      "an unknown countType",
      [rule({ countType: "sinceForever" })],
      "rules[0].selection.countType",
      /is one of imageCountMoreThan, sinceImagePushed/,
      /one of these/,
    ],
    [
      "an unknown tagStatus",
      [rule({ tagStatus: "TAGGED" })],
      "rules[0].selection.tagStatus",
      /tagged, untagged, any/,
      /one of these/,
    ],
    [
      "an unknown storage class",
      [rule({ storageClass: "cold" })],
      "rules[0].selection.storageClass",
      /standard, archive/,
      /one of these/,
    ],
    [
      "an unknown action",
      [rule({}, { action: { type: "delete" } })],
      "rules[0].action.type",
      /`expire` or `transition`/,
      /"expire"/,
    ],
    ["no action", [rule({}, { action: undefined })], "rules[0].action", /has an action/, /expire/],
    ["no selection", [rule({}, { selection: undefined })], "rules[0].selection", /has a selection/, /tagStatus/],
    [
      "a transition without a class",
      [rule({}, { action: { type: "transition" } })],
      "rules[0].action.targetStorageClass",
      /goes to the storage class `archive`/,
      /"archive"/,
    ],
    [
      "a transition to another class",
      [rule({}, { action: { type: "transition", targetStorageClass: "standard" } })],
      "rules[0].action.targetStorageClass",
      /goes to the storage class `archive`/,
      /"archive"/,
    ],
    [
      "expiry to a class",
      [rule({}, { action: { type: "expire", targetStorageClass: "archive" } })],
      "rules[0].action.targetStorageClass",
      /takes no target/,
      /"transition"/,
    ],
    [
      "expiry by pulls",
      [rule(days("sinceImagePulled"))],
      "rules[0].selection.countType",
      /with a transition only/,
      /"sinceImagePushed"/,
    ],
    [
      "the archive counted by pushes",
      [rule({ ...days("sinceImagePushed"), storageClass: "archive" })],
      "rules[0].selection.countType",
      /counts sinceImageTransitioned/,
      /sinceImageTransitioned/,
    ],
    [
      "time in the archive without the class",
      [rule(days("sinceImageTransitioned", 90))],
      "rules[0].selection.storageClass",
      /`archive` only/,
      /"archive"/,
    ],
    [
      "deleting from the archive before 90 days",
      [rule({ ...archived, countNumber: 89 })],
      "rules[0].selection.countNumber",
      /at least 90 days/,
      /90 or more/,
    ],
    [
      "from the archive to the archive",
      [rule(archived, transition)],
      "rules[0].selection.storageClass",
      /there already/,
      /expire/,
    ],
    [
      "an unknown key of a rule",
      [rule({}, { priority: 1 })],
      "rules[0].priority",
      /knows no "priority"/,
      /rulePriority/,
    ],
    [
      "a key in another case",
      [rule({ TagStatus: "any" })],
      "rules[0].selection.TagStatus",
      /knows no/,
      /write "tagStatus"/,
    ],
    [
      "an unknown key of an action",
      [rule({}, { action: { type: "expire", after: 3 } })],
      "rules[0].action.after",
      /knows no/,
      /leave it out/,
    ],
    [
      "a null in a rule",
      [rule({}, { description: null })],
      "rules[0].description",
      /refuses null/,
      /leave the key out/,
    ],
    [
      "a null in a selection",
      [rule({ tagPrefixList: null })],
      "rules[0].selection.tagPrefixList",
      /refuses null/,
      /leave the key out/,
    ],
    [
      "a null class in an action",
      [rule({}, { action: { type: "expire", targetStorageClass: null } })],
      "rules[0].action.targetStorageClass",
      /refuses null/,
      /leave the key out/,
    ],
    [
      "a null count",
      [rule({ countNumber: null })],
      "rules[0].selection.countNumber",
      /refuses null/,
      /leave the key out/,
    ],
    ["a null unit", [rule({ countUnit: null })], "rules[0].selection.countUnit", /refuses null/, /leave the key out/],
    [
      "a null type",
      [rule({}, { action: { type: null } })],
      "rules[0].action.type",
      /refuses null/,
      /leave the key out/,
    ],
    [
      "a null priority",
      [rule({}, { rulePriority: null })],
      "rules[0].rulePriority",
      /refuses null/,
      /leave the key out/,
    ],
    ["a null selection", [rule({}, { selection: null })], "rules[0].selection", /refuses null/, /leave the key out/],
    [
      "a null action",
      [rule({}, { action: null, description: "so that the text is long enough" })],
      "rules[0].action",
      /refuses null/,
      /leave the key out/,
    ],
    ["a rule that is none", [rule(), "expire"], "rules[1]", /is an object/, /rulePriority/],
    [
      "fifty-one rules",
      Array.from({ length: 51 }, (_, i) => rule({ ...tagged, tagPatternList: [`v${i}*`] }, { rulePriority: i + 1 })),
      "rules",
      /1 to 50 rules, this one has 51/,
      /leave some out/,
    ],
  ];
  for (const [title, rules, path, ruleText, fix] of refused) {
    it(`refuses ${title}`, () => {
      // The length is another matter: a description fills what is too short because something is missing.
      const [fault, ...more] = faults(...rules).filter((each) => each.path !== "lifecyclePolicy");
      assert.ok(fault);
      assert.deepEqual(more, []);
      assert.equal(fault.path, `lifecyclePolicy.${path}`);
      assert.match(fault.rule, ruleText);
      assert.match(fault.fix, fix);
    });
  }

  it("refuses missing parts of a selection, each once", () => {
    const at = (selection: Json) => faults(rule(selection)).map((fault) => fault.path);
    assert.deepEqual(at({ tagStatus: undefined }), ["lifecyclePolicy.rules[0].selection.tagStatus"]);
    assert.deepEqual(at({ countType: undefined }), ["lifecyclePolicy.rules[0].selection.countType"]);
    // A storage class asks nothing of a countType that is no countType.
    assert.deepEqual(at({ storageClass: "archive", countType: "never" }), [
      "lifecyclePolicy.rules[0].selection.countType",
    ]);
  });

  it("shows the prefixes that stand beside patterns, and nothing where a list is missing", () => {
    const value = (selection: Json) => faults(rule({ tagStatus: "tagged", ...selection }))[0]?.value;
    assert.deepEqual(value({ tagPrefixList: ["v"], tagPatternList: ["w*"] }), ["v"]);
    assert.equal(value({}), undefined);
  });

  it("takes a pattern as long as the longest tag, its wildcards not counted", () => {
    assert.deepEqual(faults(rule({ tagStatus: "tagged", tagPatternList: [`*${"v".repeat(128)}*`] })), []);
  });

  it("compares between rules only what each of them has", () => {
    const numberless = faults(rule(untagged, { rulePriority: undefined }), rule(tagged, { rulePriority: undefined }));
    assert.deepEqual(
      numberless.map((fault) => fault.rule.includes("whole number")),
      [true, true],
    );
    for (const tagPrefixList of [[1, "a"], [], "a"]) {
      const lists = [1, 2].map((rulePriority) => rule({ tagStatus: "tagged", tagPrefixList }, { rulePriority }));
      assert.ok(!faults(...lists).some((fault) => /differ in their prefixes/.test(fault.rule)));
    }
  });

  it("refuses what is no document", () => {
    for (const policy of [undefined, null, 5, true, [], "[]", "null"]) {
      const rules = lifecyclePolicyFaults(policy, "p")
        .map((fault) => fault.rule)
        .join();
      assert.match(rules, /an object with `rules`/, String(policy));
    }
    assert.match(
      lifecyclePolicyFaults({ rules: "all" }, "p")
        .map((each) => each.rule)
        .join(),
      /is a list of rules/,
    );
    assert.match(
      lifecyclePolicyFaults({ rules: [] }, "p")
        .map((each) => each.rule)
        .join(),
      /1 to 50 rules, this one has 0/,
    );
    assert.match(
      lifecyclePolicyFaults("", "p")
        .map((each) => each.rule)
        .join(),
      /JSON document; this text is none/,
    );
    assert.match(
      lifecyclePolicyFaults('{"rules":[', "p")
        .map((each) => each.rule)
        .join(),
      /JSON document/,
    );
    assert.equal(lifecyclePolicyFaults({ rules: [rule()], version: 1 }, "")[0]?.path, "version");
    assert.equal(lifecyclePolicyFaults("x", "")[0]?.path, "policy");
  });

  it("holds the text to 100 to 30,720 characters", () => {
    const text = JSON.stringify({ rules: [rule()] });
    const padded = (length: number) => text + " ".repeat(length - text.length);
    assert.deepEqual(lifecyclePolicyFaults(padded(30_720), "p"), []);
    const [long] = lifecyclePolicyFaults(padded(30_721), "p");
    assert.equal(long?.path, "p");
    assert.match(long?.rule ?? "", /at most 30,720 characters, this one has 30,721/);
    const described = (length: number) => {
      const empty = JSON.stringify({ rules: [rule({}, { description: "" })] }).length;
      return { rules: [rule({}, { description: "d".repeat(length - empty) })] };
    };
    assert.deepEqual(lifecyclePolicyFaults(described(30_720), "p"), []);
    assert.equal(lifecyclePolicyFaults(described(30_721), "p").length, 1);
    const short = (length: number) => `{"rules":[]${" ".repeat(length - 12)}}`;
    assert.match(lifecyclePolicyFaults(short(99), "p")[0]?.rule ?? "", /at least 100 characters, this one has 99/);
    assert.ok(!lifecyclePolicyFaults(short(100), "p").some((each) => /characters/.test(each.rule)));
  });

  it("gives every fault at once", () => {
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

  it("never throws on any JSON, near a policy or far from it, nor on any value", () => {
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
    assert.ok(lifecyclePolicyFaults(cycle, "").some((each) => /has no JSON/.test(each.rule)));
  });

  it("hands the document over when it has no fault, and only then", () => {
    const document = { rules: [rule()] };
    assert.deepEqual(readLifecyclePolicy(JSON.stringify(document), "p").document, document);
    assert.equal(readLifecyclePolicy({ rules: [] }, "p").document, undefined);
  });
});

describe("ecr/lifecyclePolicy: canonical text", () => {
  it("sorts by priority, orders the keys and drops null and undefined", () => {
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

  it("leaves the given document as it was, and is a fixed point", () => {
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

  it("is the default lifecycle's text", () => {
    assert.equal(
      lifecyclePolicyText(lifecyclePolicyFromRules(defaultLifecycleRules)),
      '{"rules":[{"rulePriority":1,"description":"Expire untagged images 7 days after their push","selection":{"tagStatus":"untagged",' +
        '"countType":"sinceImagePushed","countUnit":"days","countNumber":7},"action":{"type":"expire"}},{"rulePriority":2,' +
        '"description":"Keep the 50 newest images tagged src-*","selection":{"tagStatus":"tagged","tagPrefixList":["src-"],' +
        '"countType":"imageCountMoreThan","countNumber":50},"action":{"type":"expire"}}]}',
    );
  });
});
