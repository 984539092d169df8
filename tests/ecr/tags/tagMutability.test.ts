import assert from "node:assert/strict";
import fc from "fast-check";
import {
  filterMatches,
  imageTagMutabilities,
  isTagMutable,
  type TagExclusionFilter,
  tagMutabilityFaults,
} from "../../../ecr/tags/tagMutability";

const filters = (...patterns: string[]): TagExclusionFilter[] =>
  patterns.map((filter) => ({ filter, filterType: "WILDCARD" }));

describe("ecr/tags/tagMutability", () => {
  it("accepts each setting with its required filters", () => {
    for (const imageTagMutability of imageTagMutabilities) {
      const exclusionFilters = imageTagMutability.endsWith("_EXCLUSION") ? filters("latest", "dev-*") : undefined;
      assert.deepEqual(tagMutabilityFaults({ imageTagMutability, exclusionFilters }, "repository"), []);
    }
    assert.deepEqual(tagMutabilityFaults({}, ""), []);
    assert.deepEqual(tagMutabilityFaults({ imageTagMutability: "IMMUTABLE", exclusionFilters: [] }, ""), []);
    assert.deepEqual(
      tagMutabilityFaults(
        {
          imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
          exclusionFilters: filters("a", "b", "c", "*d*", "9".repeat(128)),
        },
        "",
      ),
      [],
    );
  });

  const refusals: [
    title: string,
    settings: Parameters<typeof tagMutabilityFaults>[0],
    path: string,
    rule: RegExp,
    fix: RegExp,
  ][] = [
    [
      "an unknown setting",
      { imageTagMutability: "immutable" },
      "r.imageTagMutability",
      /four tag mutability settings/,
      /IMMUTABLE_WITH_EXCLUSION/,
    ],
    [
      "an exclusion setting without filters",
      { imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" },
      "r.exclusionFilters",
      /needs 1 to 5 exclusion filters/,
      /or write IMMUTABLE\./,
    ],
    [
      "an exclusion setting with an empty list",
      { imageTagMutability: "MUTABLE_WITH_EXCLUSION", exclusionFilters: [] },
      "r.exclusionFilters",
      /needs 1 to 5/,
      /or write MUTABLE\./,
    ],
    [
      "filters with IMMUTABLE",
      { imageTagMutability: "IMMUTABLE", exclusionFilters: filters("latest") },
      "r.exclusionFilters",
      /does not accept exclusion filters with IMMUTABLE/,
      /"IMMUTABLE_WITH_EXCLUSION"/,
    ],
    [
      "filters with the default",
      { exclusionFilters: filters("latest") },
      "r.exclusionFilters",
      /does not accept exclusion filters with MUTABLE/,
      /"MUTABLE_WITH_EXCLUSION"/,
    ],
    [
      "six filters",
      { imageTagMutability: "IMMUTABLE_WITH_EXCLUSION", exclusionFilters: filters("a", "b", "c", "d", "e", "f") },
      "r.exclusionFilters",
      /at most 5 exclusion filters; there are 6/,
      /\*/,
    ],
    [
      "a filter with three wildcards",
      { imageTagMutability: "IMMUTABLE_WITH_EXCLUSION", exclusionFilters: filters("ok", "*a*b*") },
      "r.exclusionFilters[1].filter",
      /at most 2 `\*`; this one has 3/,
      /leave some out/,
    ],
    [
      "a filter with a character that tags cannot have",
      { imageTagMutability: "IMMUTABLE_WITH_EXCLUSION", exclusionFilters: filters("dev/?") },
      "r.exclusionFilters[0].filter",
      /only letters/,
      /remove the other/,
    ],
    [
      "an empty filter",
      { imageTagMutability: "IMMUTABLE_WITH_EXCLUSION", exclusionFilters: filters("") },
      "r.exclusionFilters[0].filter",
      /1 to 128 characters; this one has 0/,
      /write a pattern/,
    ],
    [
      "a filter of 129 characters",
      { imageTagMutability: "IMMUTABLE_WITH_EXCLUSION", exclusionFilters: filters("a".repeat(129)) },
      "r.exclusionFilters[0].filter",
      /this one has 129/,
      /shorten/,
    ],
    [
      "an unknown filter type",
      { imageTagMutability: "IMMUTABLE_WITH_EXCLUSION", exclusionFilters: [{ filter: "a", filterType: "REGEX" }] },
      "r.exclusionFilters[0].filterType",
      /WILDCARD is the only/,
      /"WILDCARD"/,
    ],
    [
      "a filter that is a string",
      { imageTagMutability: "IMMUTABLE_WITH_EXCLUSION", exclusionFilters: ["latest"] },
      "r.exclusionFilters[0]",
      /must be an object/,
      /filterType/,
    ],
    [
      "a filter pattern that is not a string",
      { imageTagMutability: "IMMUTABLE_WITH_EXCLUSION", exclusionFilters: [{ filter: 1, filterType: "WILDCARD" }] },
      "r.exclusionFilters[0].filter",
      /must be a string/,
      /latest/,
    ],
    [
      "filters that are not a list",
      { imageTagMutability: "IMMUTABLE_WITH_EXCLUSION", exclusionFilters: "latest" },
      "r.exclusionFilters",
      /must be a list/,
      /\[\{/,
    ],
  ];
  for (const [title, settings, path, rule, fix] of refusals) {
    it(`refuses ${title}`, () => {
      const [fault, ...more] = tagMutabilityFaults(settings, "r");
      assert.deepEqual(more, []);
      assert.ok(fault);
      assert.equal(fault.path, path);
      assert.match(fault.rule, rule);
      assert.match(fault.fix, fix);
    });
  }

  it("reports all faults at once, and never throws", () => {
    const bad = { imageTagMutability: "SOLID", exclusionFilters: filters("", "***", "a", "b", "c", "d") };
    assert.equal(tagMutabilityFaults(bad, "").length, 4);
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (imageTagMutability, exclusionFilters) => {
        return tagMutabilityFaults({ imageTagMutability, exclusionFilters }, "").length >= 0;
      }),
    );
  });

  it("omits the prefix for an empty path", () => {
    assert.equal(tagMutabilityFaults({ imageTagMutability: "X" }, "")[0]?.path, "imageTagMutability");
  });

  it("matches `*` in filters with any characters, or none", () => {
    assert.ok(filterMatches("latest", "latest"));
    assert.ok(!filterMatches("latest", "latest-1"));
    assert.ok(!filterMatches("latest", "Latest"));
    assert.ok(filterMatches("dev*", "dev"));
    assert.ok(filterMatches("*-rc*", "1.0-rc.2"));
    assert.ok(!filterMatches("v1.0", "v1x0"));
  });

  it("tells which tags are mutable", () => {
    const exclusionFilters = filters("latest", "dev-*");
    const moves = (imageTagMutability: (typeof imageTagMutabilities)[number]) =>
      ["latest", "dev-1", "1.0.0"].filter((tag) => isTagMutable(tag, { imageTagMutability, exclusionFilters }));
    assert.deepEqual(moves("MUTABLE"), ["latest", "dev-1", "1.0.0"]);
    assert.deepEqual(moves("IMMUTABLE"), []);
    assert.deepEqual(moves("IMMUTABLE_WITH_EXCLUSION"), ["latest", "dev-1"]);
    assert.deepEqual(moves("MUTABLE_WITH_EXCLUSION"), ["1.0.0"]);
    assert.ok(isTagMutable("any", {}));
  });
});
