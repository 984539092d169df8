import assert from "node:assert/strict";
import fc from "fast-check";
import { imageTagCharacters } from "../../ecr/imageTags";
import { filterCanMatch, tagFits, tagGrammarFaults, tagGrammars, tagOfBoth } from "../../ecr/tagGrammar";
import { findTag } from "../../ecr/tagSearch";
import { wildcardAutomaton, wildcardMatches } from "../../ecr/wildcard";

describe("ecr/tagGrammar", () => {
  it("knows semantic versions", () => {
    for (const tag of ["1.0.0", "v1.0.0", "0.0.0", "10.20.30", "1.0.0-rc.1", "v1.2.3-alpha-1.x", "1.0.0-0a"]) {
      assert.ok(tagFits(tag, "semver"), tag);
    }
    for (const tag of ["1.0", "01.0.0", "1.0.0-", "1.0.0-01", "V1.0.0", "x1.0.0", "1.0.0.0", "latest", "1.0.0-a..b"]) {
      assert.ok(!tagFits(tag, "semver"), tag);
    }
  });

  it("knows calendar versions", () => {
    for (const tag of ["2026.11", "2026.1.24", "v2026-11-24-2"]) assert.ok(tagFits(tag, "calver"), tag);
    for (const tag of ["2026", "2026.13", "1999.1", "2026.00"]) assert.ok(!tagFits(tag, "calver"), tag);
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
    // Only text, no more than ECR's 128 characters, and no tag begins with a dot.
    [`*${"1".repeat(127)}`, "[0-9]{129}", false],
    [`*${"1".repeat(127)}`, "[0-9]{128}", true],
    [".*", "[.0-9]+", false],
  ];
  for (const [filter, grammar, meets] of decisions) {
    it(`decides that ${filter.slice(0, 20)} ${meets ? "can" : "cannot"} match ${grammar}`, () => {
      assert.equal(filterCanMatch(filter, grammar), meets);
    });
  }

  it("gives a tag that fits both", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9.*-]{1,8}$/), (filter) => {
        const search = tagOfBoth(filter, "semver");
        if (search.found === true) {
          assert.ok(wildcardMatches(filter, search.tag) && tagFits(search.tag, "semver"), search.tag);
        }
      }),
      { seed: 6, numRuns: 300 },
    );
  });

  it("agrees with the expression on whether a filter without wildcards fits", () => {
    const tag = fc.string({ unit: fc.constantFrom(..."v019.-ax_"), minLength: 1, maxLength: 9 });
    const whole = new RegExp(`^(?:${tagGrammars.semver})$`);
    fc.assert(
      fc.property(tag, (text) => {
        assert.equal(tagFits(text, "semver"), whole.test(text));
        assert.equal(filterCanMatch(text, "semver"), whole.test(text));
      }),
      { seed: 6, numRuns: 2000 },
    );
  });

  it("refuses what is no grammar, and says why", () => {
    for (const grammar of ["(", "a(?=b)", "\\bfoo", "a|^b", "", 7, undefined, null]) {
      const [fault, ...more] = tagGrammarFaults(grammar, "releaseTags");
      assert.deepEqual(more, []);
      assert.equal(fault?.path, "releaseTags");
      assert.match(fault?.rule ?? "", /\.$/);
      assert.match(fault?.fix ?? "", /^write /);
    }
    for (const none of ["", ["a"]]) assert.equal(tagGrammarFaults(none, "")[0]?.rule, "a grammar of tags is a text.");
    // One line, with what the parser of expressions found.
    assert.match(tagGrammarFaults("(", "")[0]?.rule ?? "", /back references \(Invalid regular expression: .+\)\.$/);
    assert.throws(() => filterCanMatch("a", "("), /tag grammar: 1 fault\n.*semver, calver/s);
    for (const grammar of ["semver", "calver", "v[0-9]+", "^v[0-9]+$", "a|b", "constructor"]) {
      assert.deepEqual(tagGrammarFaults(grammar, ""), []);
    }
    fc.assert(fc.property(fc.anything(), (grammar) => tagGrammarFaults(grammar, "").length >= 0));
  });

  it("takes a name for a grammar only where there is one, and an escaped dollar for itself", () => {
    assert.ok(tagFits("constructor", "constructor"));
    assert.ok(!tagFits("a", "a\\$"));
  });

  it("gives a search up after the states that it was allowed", () => {
    assert.deepEqual(findTag([wildcardAutomaton("a*b*c")], [], 1), { found: "undecided" });
    assert.deepEqual(findTag([wildcardAutomaton("abc")], []), { found: true, tag: "abc" });
  });

  it("tells apart every character that a grammar tells apart", () => {
    for (const character of imageTagCharacters) {
      if (/[.-]/.test(character)) continue;
      assert.ok(filterCanMatch("*", `${character}`), character);
    }
  });
});
