import assert from "node:assert/strict";
import fc from "fast-check";
import { imageTagFaults } from "../../../ecr/tags/imageTags";
import { wildcardMatches, wildcardWithin } from "../../../ecr/tags/wildcard";

const asRegExp = (pattern: string) =>
  new RegExp(`^${[...pattern].map((each) => (each === "*" ? "[^]*" : each.replace(/[.]/, "\\."))).join("")}$`);
const pattern = fc.string({ unit: fc.constantFrom("a", "b", ".", "*"), maxLength: 6 });

describe("ecr/tags/wildcard", () => {
  it("matches like the equivalent regular expression", () => {
    fc.assert(
      fc.property(pattern, fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 8 }), (each, text) => {
        assert.equal(wildcardMatches(each, text), asRegExp(each).test(text), `${each} on ${text}`);
      }),
      { numRuns: 5000 },
    );
  });

  it("treats a given character as a wildcard for exactly one", () => {
    assert.equal(wildcardMatches("a?c*", "abcd", "?"), true);
    assert.equal(wildcardMatches("a?c*", "acd", "?"), false);
    assert.equal(wildcardMatches("a?c*", "abcd"), false);
    assert.equal(wildcardMatches("a?c*", "a?cd"), true);
  });

  it("stays fast on patterns that make a backtracking matcher explode", () => {
    const started = performance.now();
    assert.equal(wildcardMatches("*a".repeat(60), `${"a".repeat(5000)}b`), false);
    assert.ok(performance.now() - started < 2000);
  });

  it("agrees on containment with a check of every short tag", () => {
    const letters = ["a", "b", ".", "z"];
    const tags: string[] = [];
    for (let level = [""], length = 1; length <= 6; length++) {
      level = level.flatMap((tag) => letters.map((letter) => tag + letter));
      tags.push(...level.filter((tag) => imageTagFaults(tag, "").length === 0));
    }
    const short = fc.string({ unit: fc.constantFrom("a", "b", ".", "*", "*"), minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(short, fc.array(short, { maxLength: 3 }), (inner, allowed) => {
        const outside = tags.find(
          (tag) => wildcardMatches(inner, tag) && !allowed.some((each) => wildcardMatches(each, tag)),
        );
        const result = wildcardWithin(inner, allowed);
        // Tags of six characters distinguish three patterns of three characters.
        assert.equal(
          result.within,
          outside === undefined,
          `${inner} within ${allowed.join(" ")}: ${JSON.stringify(result)} ${outside}`,
        );
        if (result.within === false) {
          assert.deepEqual(imageTagFaults(result.example, ""), []);
          assert.ok(wildcardMatches(inner, result.example));
          assert.ok(!allowed.some((each) => wildcardMatches(each, result.example)));
        }
      }),
      { numRuns: 300 },
    );
  }).timeout(60_000);

  const cases: [inner: string, allowed: string[], within: boolean][] = [
    ["latest", ["latest"], true],
    ["latest*", ["latest"], false],
    ["*", ["latest", "*-dev"], false],
    ["*", ["*"], true],
    ["*", ["**"], true],
    ["dev-*", ["dev*"], true],
    ["dev*", ["dev-*"], false],
    ["*-dev-*", ["*-dev*"], true],
    ["a*b*", ["a*", "b*"], true],
    ["pr-*", ["pr-1", "pr-2"], false],
    ["pr-*", [], false],
    // No tag begins with `-`, so this filter matches nothing.
    ["-x", [], true],
    // A tag has at most 128 characters: the star matches nothing after 128 of them, and at most one after 127.
    [`${"a".repeat(128)}*`, ["a".repeat(128)], true],
    [`${"a".repeat(127)}*`, ["a".repeat(127)], false],
  ];
  for (const [inner, allowed, within] of cases) {
    it(`${inner.slice(0, 12)} is ${within ? "" : "not "}within [${allowed.map((each) => each.slice(0, 12)).join(", ")}]`, () => {
      assert.equal(wildcardWithin(inner, allowed).within, within);
    });
  }

  it("returns a shortest tag that is not allowed", () => {
    assert.deepEqual(wildcardWithin("dev*", ["dev", "dev-*"]), { within: false, example: "deva" });
    assert.deepEqual(wildcardWithin("latest*", ["latest"]), { within: false, example: "latesta" });
  });

  it("returns undecided only when it gives up", () => {
    assert.deepEqual(wildcardWithin("abc*", ["abc*"], 1), { within: "undecided" });
    // There are two states, after "a" and after "ab"; after "abc" everything is allowed.
    assert.deepEqual(wildcardWithin("abc*", ["abc*"], 2), { within: true });
  });

  it("is fast with many patterns", () => {
    const allowed = Array.from({ length: 40 }, (_, index) => `team${index}-*-dev*`);
    const started = performance.now();
    assert.equal(wildcardWithin("team7-*-dev-*", allowed).within, true);
    assert.equal(wildcardWithin("team*", allowed).within, false);
    assert.ok(performance.now() - started < 2000);
  });
});
