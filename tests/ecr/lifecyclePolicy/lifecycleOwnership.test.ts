import assert from "node:assert/strict";
import fc from "fast-check";
import { deadRules } from "../../../ecr/lifecyclePolicy/deadRules";
import type { LifecyclePolicyDocument, LifecycleRule } from "../../../ecr/lifecyclePolicy/lifecycleDocument";
import { findImage } from "../../../ecr/lifecyclePolicy/ownership";
import { protectTags } from "../../../ecr/lifecyclePolicy/protectedTags";
import { expiringRules } from "../../../ecr/lifecyclePolicy/tagExpiry";
import { matchesGrammar } from "../../../ecr/tags/tagGrammar";
import { wildcardMatches } from "../../../ecr/tags/wildcard";

type Parts = Partial<LifecycleRule["selection"]> & { archive?: true; priority?: number };

/** A document of these rules in order; counted in days unless a count is given. */
function document(...rules: Parts[]): LifecyclePolicyDocument {
  return {
    rules: rules.map(({ archive, priority, ...selection }, index) => ({
      rulePriority: priority ?? index + 1,
      selection: {
        tagStatus: "tagged",
        countType: "sinceImagePushed",
        countUnit: "days",
        countNumber: 30,
        ...selection,
      },
      action: archive ? { type: "transition", targetStorageClass: "archive" } : { type: "expire" },
    })),
  };
}
const patterns = (...tagPatternList: string[]): Parts => ({ tagPatternList });
const prefixes = (...tagPrefixList: string[]): Parts => ({ tagPrefixList });
const untagged: Parts = { tagStatus: "untagged" };
const any: Parts = { tagStatus: "any" };
const archived: Parts = { storageClass: "archive", countType: "sinceImageTransitioned", countNumber: 90 };
const keepAll: Parts = { countType: "imageCountMoreThan", countUnit: undefined, countNumber: 100_000 };

describe("ecr/lifecyclePolicy/deadRules", () => {
  const table: [title: string, policy: LifecyclePolicyDocument, dead: [number, number[]][]][] = [
    ["one rule", document(any), []],
    ["untagged and any", document(untagged, any), []],
    ["a narrower pattern after a wider one", document(patterns("v*"), patterns("v1*")), [[1, [0]]]],
    ["a wider pattern after a narrower one", document(patterns("v1*"), patterns("v*")), []],
    ["a pattern after the equivalent prefix", document(prefixes("v"), patterns("v*")), [[1, [0]]]],
    ["a prefix after a pattern", document(patterns("v*"), prefixes("v1")), [[1, [0]]]],
    ["the same list in another order", document(patterns("a*", "*b"), patterns("*b", "a*")), [[1, [0]]]],
    // Two tags can match both entries, and so can the single tag `ab`; a list with fewer entries matches more images.
    ["a list after one of its entries", document(patterns("a*"), patterns("a*", "*b")), [[1, [0]]]],
    ["an entry after a list that contains it", document(patterns("a*", "*b"), patterns("a*")), []],
    [
      "a pattern that each of two earlier ones covers",
      document(patterns("a*"), patterns("*a"), patterns("a*a")),
      [[2, [0]]],
    ],
    [
      "every tag, split by two rules",
      document(patterns("*.*"), patterns("*"), patterns("x*"), any),
      // The rule for any images still owns untagged ones.
      [[2, [1]]],
    ],
    ["any after untagged and all tagged", document(untagged, patterns("*"), any), [[2, [0, 1]]]],
    ["a rule for the archive after one for standard storage", document(any, { ...any, ...archived }), []],
    [
      "a pattern after a wider one, both in the archive",
      document({ ...patterns("v*"), ...archived }, { ...patterns("v1*"), ...archived }),
      [[1, [0]]],
    ],
    [
      "rules that are not in order of priority",
      document({ ...patterns("v1*"), priority: 2 }, { ...patterns("v*"), priority: 1 }),
      [[0, [1]]],
    ],
    [
      "a pattern after a wider one that archives",
      document({ ...patterns("v*"), archive: true }, patterns("v1*")),
      [[1, [0]]],
    ],
    [
      "a count rule for images that an earlier rule owns",
      document(patterns("v*"), { ...patterns("v1.*"), countType: "imageCountMoreThan", countUnit: undefined }),
      [[1, [0]]],
    ],
    [
      "a list after two shorter lists of its entries",
      document(patterns("a", "b"), patterns("a"), patterns("a", "b", "c")),
      [[2, [0]]],
    ],
    [
      "a list whose images can avoid both earlier lists",
      document(patterns("a*", "b*"), patterns("c*", "d*"), patterns("a*", "c*")),
      [],
    ],
    [
      "two prefixes after a pattern for each of them",
      document(patterns("a*"), patterns("b*"), prefixes("a", "b")),
      [[2, [0]]],
    ],
  ];
  for (const [title, policy, dead] of table) {
    it(`decides: ${title}`, () => {
      const found = deadRules(policy).map(({ index, shadowedBy }) => [index, shadowedBy]);
      assert.deepEqual(found, dead);
    });
  }

  it("agrees with a check of every image with up to three short tags", () => {
    const letters = ["a", "b", "ab", "ba", "aa", "bb", "c"];
    const images: string[][] = [[]];
    for (const one of letters) {
      images.push([one]);
      for (const two of letters) for (const three of letters) images.push([one, two, three]);
    }
    const pattern = fc.constantFrom("a", "b", "a*", "*a", "b*", "*b", "*", "ab", "a*b");
    const rule = fc.oneof(
      { weight: 5, arbitrary: fc.array(pattern, { minLength: 1, maxLength: 3 }).map((list) => patterns(...list)) },
      { weight: 1, arbitrary: fc.constant(untagged) },
    );
    fc.assert(
      fc.property(fc.array(rule, { minLength: 2, maxLength: 5 }), (parts) => {
        const policy = document(...parts, any);
        const matches = (each: LifecycleRule, tags: string[]) =>
          each.selection.tagStatus === "any" ||
          (each.selection.tagStatus === "untagged"
            ? tags.length === 0
            : (each.selection.tagPatternList ?? []).every((entry) => tags.some((tag) => wildcardMatches(entry, tag))));
        const owners = new Set(images.map((tags) => policy.rules.findIndex((each) => matches(each, tags))));
        for (const { index, shadowedBy } of deadRules(policy)) {
          assert.ok(!owners.has(index), `rule ${index} owns an image`);
          assert.ok(shadowedBy.every((each) => each < index));
        }
        const dead = new Set(deadRules(policy).map(({ index }) => index));
        policy.rules.forEach((each, index) => {
          if (dead.has(index)) return;
          const image = findImage([each], policy.rules.slice(0, index));
          assert.ok(typeof image === "object");
          assert.equal(
            policy.rules.findIndex((other) => matches(other, [...image.tags])),
            index,
          );
        });
      }),
      { seed: 6, numRuns: 60 },
    );
  });

  it("returns undecided after the allowed number of attempts", () => {
    const [first, second] = document(patterns("a*"), patterns("a*", "b*")).rules;
    assert.ok(first && second);
    const [all] = document(any).rules;
    assert.ok(all);
    assert.equal(findImage([all], [all]), undefined);
    assert.equal(findImage([second], [first], {}, 0), "undecided");
    assert.equal(findImage([second], [first], {}, 1), "undecided");
    assert.equal(findImage([second], [first], {}, 2), undefined);
  });
});

describe("ecr/lifecyclePolicy/tagExpiry", () => {
  const expiring = (policy: LifecyclePolicyDocument, grammar = "semver", otherTags = false) =>
    expiringRules(policy, grammar, { otherTags }).map(({ index, archivedBy }) =>
      archivedBy === undefined ? index : [index, archivedBy],
    );

  it("returns the rules that delete images with such tags", () => {
    assert.deepEqual(expiring(document(untagged)), []);
    assert.deepEqual(expiring(document(untagged, any)), [1]);
    assert.deepEqual(expiring(document(patterns("dev-*"), prefixes("pr-"), patterns("v*"), patterns("*"))), [2, 3]);
    assert.deepEqual(expiring(document(patterns("release-*")), "release-[0-9]+"), [0]);
    // One image with two release tags can match both entries.
    assert.deepEqual(expiring(document(patterns("1.*", "2.*"))), [0]);
    assert.deepEqual(expiring(document(patterns("1.*", "dev-*"))), []);
  });

  it("returns an example of an image that expires", () => {
    const [found] = expiringRules(document(patterns("v1*", "v2*")), "semver");
    assert.ok(found?.image);
    assert.equal(found.image.tags.length, 2);
    for (const tag of found.image.tags) assert.ok(matchesGrammar(tag, "semver"), tag);
  });

  it("treats an earlier rule that owns images and never expires them as protection", () => {
    assert.deepEqual(expiring(document({ ...patterns("*.*.*"), ...keepAll }, any)), []);
    assert.deepEqual(expiring(document({ ...patterns("1.*"), ...keepAll }, any)), [1]);
    assert.deepEqual(expiring(document({ ...patterns("*.*.*"), ...keepAll, countNumber: 99_999 }, any)), [0]);
    // A later rule protects nothing.
    assert.deepEqual(
      expiring(document({ ...patterns("v*"), priority: 2 }, { ...patterns("*.*.*"), ...keepAll, priority: 9 })),
      [0],
    );
  });

  it("includes images with additional tags on request", () => {
    const policy = document(prefixes("src-"));
    assert.deepEqual(expiring(policy), []);
    assert.deepEqual(expiring(policy, "semver", true), [0]);
    assert.deepEqual(expiring(document({ ...patterns("*.*.*"), ...keepAll }, prefixes("src-")), "semver", true), []);
    assert.deepEqual(expiring(document(untagged), "semver", true), []);
  });

  it("follows images into the archive", () => {
    const release: Parts = { ...patterns("*.*.*"), archive: true };
    assert.deepEqual(expiring(document(release)), []);
    assert.deepEqual(expiring(document(release, { ...any, ...archived })), [[1, 0]]);
    assert.deepEqual(expiring(document({ ...patterns("dev-*"), archive: true }, { ...any, ...archived })), []);
    assert.deepEqual(expiring(document(release, { ...patterns("dev-*"), ...archived })), []);
    assert.deepEqual(
      expiring(document({ ...patterns("*.*.*"), ...keepAll }, { ...any, archive: true }, { ...any, ...archived })),
      [],
    );
  });

  it("recognizes rules that never delete", () => {
    const { rules } = document(
      { ...any, ...keepAll },
      { ...any, archive: true },
      { ...any, countNumber: 36_500 },
      { ...any, countNumber: 36_499 },
    );
    assert.deepEqual(
      rules.map((rule) => expiringRules({ rules: [rule] }, "semver").length),
      [0, 0, 0, 1],
    );
  });

  it("treats the rules of protectTags as protection, in the archive too", () => {
    const policy = document(untagged, { ...any, archive: true }, { ...any, ...archived });
    assert.deepEqual(expiring(policy), [[2, 1]]);
    assert.deepEqual(expiring(protectTags(policy, ["*.*.*"])), []);
  });

  it("refuses an invalid grammar", () => {
    assert.throws(() => expiringRules(document(any), "("), /Invalid regular expression/);
  });
});
