import assert from "node:assert/strict";
import fc from "fast-check";
import { imageTagCharacters } from "../../../ecr/tags/imageTags";
import { findMatchingTag, matchesGrammar, tagGrammarFaults, tagGrammars } from "../../../ecr/tags/tagGrammar";
import { findTag } from "../../../ecr/tags/tagSearch";
import { wildcardAutomaton, wildcardMatches } from "../../../ecr/tags/wildcard";

describe("ecr/tags/tagGrammar", () => {
  it("recognizes semantic versions", () => {
    for (const tag of ["1.0.0", "v1.0.0", "0.0.0", "10.20.30", "1.0.0-rc.1", "v1.2.3-alpha-1.x", "1.0.0-0a"]) {
      assert.ok(matchesGrammar(tag, "semver"), tag);
    }
    for (const tag of ["1.0", "01.0.0", "1.0.0-", "1.0.0-01", "V1.0.0", "x1.0.0", "1.0.0.0", "latest", "1.0.0-a..b"]) {
      assert.ok(!matchesGrammar(tag, "semver"), tag);
    }
  });

  it("recognizes calendar versions", () => {
    for (const tag of ["2026.11", "2026.1.24", "v2026-11-24-2"]) assert.ok(matchesGrammar(tag, "calver"), tag);
    for (const tag of ["2026", "2026.13", "1999.1", "2026.00"]) assert.ok(!matchesGrammar(tag, "calver"), tag);
  });

  const decisions: [filter: string, grammar: string, meets: boolean][] = [
    ["latest", "semver", false],
    ["main", "semver", false],
    ["dev-*", "semver", false],
    ["pr-*", "semver", false],
    ["*", "semver", true],
    ["1.*", "semver", true],
    ["v*", "semver", true],
    ["*-rc*", "semver", true],
    ["*.*.*", "semver", true],
    ["*latest", "semver", true],
    ["*_*", "semver", false],
    ["1.*.0*_", "semver", false],
    ["01.*", "semver", false],
    ["release-*", "release-[0-9]+", true],
    ["release-x*", "release-[0-9]+", false],
    ["release-*", "^release-[0-9]+$", true],
    ["a$*", "a", false],
    ["2026*", "calver", true],
    ["20261*", "calver", false],
    // A tag has at most 128 characters and does not begin with a dot.
    [`*${"1".repeat(127)}`, "[0-9]{129}", false],
    [`*${"1".repeat(127)}`, "[0-9]{128}", true],
    [".*", "[.0-9]+", false],
  ];
  for (const [filter, grammar, meets] of decisions) {
    it(`decides that ${filter.slice(0, 20)} ${meets ? "can" : "cannot"} match ${grammar}`, () => {
      assert.equal(findMatchingTag(filter, grammar).found, meets);
    });
  }

  it("returns a tag that matches both", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9.*-]{1,8}$/), (filter) => {
        const search = findMatchingTag(filter, "semver");
        if (search.found === true) {
          assert.ok(wildcardMatches(filter, search.tag) && matchesGrammar(search.tag, "semver"), search.tag);
        }
      }),
      { seed: 6, numRuns: 300 },
    );
  });

  it("agrees with the regular expression on whether a filter without wildcards matches", () => {
    const tag = fc.string({ unit: fc.constantFrom(..."v019.-ax_"), minLength: 1, maxLength: 9 });
    const whole = new RegExp(`^(?:${tagGrammars.semver})$`);
    fc.assert(
      fc.property(tag, (text) => {
        assert.equal(matchesGrammar(text, "semver"), whole.test(text));
        assert.equal(findMatchingTag(text, "semver").found, whole.test(text));
      }),
      { seed: 6, numRuns: 2000 },
    );
  });

  it("refuses an invalid grammar, and says why", () => {
    for (const grammar of ["(", "a(?=b)", "\\bfoo", "a|^b", "", 7, undefined, null]) {
      const [fault, ...more] = tagGrammarFaults(grammar, "releaseTags");
      assert.deepEqual(more, []);
      assert.equal(fault?.path, "releaseTags");
      assert.match(fault?.rule ?? "", /\.$/);
      assert.match(fault?.fix ?? "", /^write /);
    }
    for (const none of ["", ["a"]]) {
      assert.equal(tagGrammarFaults(none, "")[0]?.rule, "a tag grammar must be a string.");
    }
    // One line, with the parser's error.
    assert.match(tagGrammarFaults("(", "")[0]?.rule ?? "", /back references \(Invalid regular expression: .+\)\.$/);
    for (const grammar of ["semver", "calver", "v[0-9]+", "^v[0-9]+$", "a|b", "constructor"]) {
      assert.deepEqual(tagGrammarFaults(grammar, ""), []);
    }
    fc.assert(fc.property(fc.anything(), (grammar) => tagGrammarFaults(grammar, "").length >= 0));
  });

  it("treats any other name as an expression, and an escaped dollar as the character", () => {
    assert.ok(matchesGrammar("constructor", "constructor"));
    assert.ok(!matchesGrammar("a", "a\\$"));
  });

  it("gives up a search after the allowed number of states", () => {
    assert.deepEqual(findTag([wildcardAutomaton("a*b*c")], [], 1), { found: "undecided" });
    assert.deepEqual(findTag([wildcardAutomaton("abc")], []), { found: true, tag: "abc" });
  });

  it("distinguishes every character that a grammar distinguishes", () => {
    for (const character of imageTagCharacters) {
      if (/[.-]/.test(character)) continue;
      assert.deepEqual(findMatchingTag("*", character), { found: true, tag: character });
    }
  });
});
