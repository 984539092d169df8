import assert from "node:assert/strict";
import fc from "fast-check";
import { coveredNames, repeatedPrefixFaults, repositoryPrefixFaults } from "../../../ecr/names/repositoryPrefixes";
import { itRefuses } from "../refusals";

/** The grammar as the ECR API states it. */
const grammar = /^([a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\/?|ROOT)$/;
const check = (prefix: unknown, length = { minimum: 2, maximum: 30 }) =>
  repositoryPrefixFaults(prefix, "prefix", "a cache rule's prefix", length);

describe("ecr/names/repositoryPrefixes", () => {
  it("agrees with AWS's grammar and lengths on random similar strings", () => {
    const near = fc.oneof(
      fc.string({ unit: fc.constantFrom(..."ab0./__--/A"), maxLength: 12 }),
      fc.constantFrom("ROOT", "ROOT/", "root", "RO", "", "/", "a/"),
    );
    fc.assert(
      fc.property(near, fc.integer({ min: 1, max: 3 }), (prefix, minimum) => {
        const accepted = grammar.test(prefix) && prefix.length >= minimum && prefix.length <= 10;
        assert.equal(check(prefix, { minimum, maximum: 10 }).length === 0, accepted, JSON.stringify(prefix));
      }),
      { numRuns: 4000, seed: 1 },
    );
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.anything(), (prefix) => check(prefix).length >= 0));
  });

  itRefuses([
    {
      title: "a prefix that is too long",
      faults: () => check("x".repeat(31)),
      path: "prefix",
      rule: /2 to 30.*31/,
      fix: /by 1/,
    },
    {
      title: "a prefix of one character",
      faults: () => check("x"),
      path: "prefix",
      rule: /a cache rule's prefix must have 2 to 30/,
      fix: /2/,
    },
    {
      title: "two slashes at the end",
      faults: () => check("ab//"),
      path: "prefix",
      rule: /more than one/,
      fix: /^remove that/,
    },
    {
      title: "a prefix that is not a string",
      faults: () => check(7),
      path: "prefix",
      rule: /must be a string/,
      fix: /such as/,
    },
  ]);

  it("covers the names below a prefix, and all names for ROOT", () => {
    assert.equal(coveredNames("prod"), "prod/");
    assert.equal(coveredNames("prod/"), "prod/");
    assert.equal(coveredNames("ROOT"), "");
  });

  it("finds a duplicate prefix, with or without its slash", () => {
    const entries = ["prod", "ROOT", 7, undefined, "prod/", "production", "ROOT"].map((prefix, index) => ({
      prefix,
      path: `rules[${index}]`,
    }));
    assert.deepEqual(repeatedPrefixFaults(entries, "template"), [
      {
        path: "rules[4]",
        value: "prod/",
        rule: "a registry can have only one template for a prefix; rules[0] already has this one.",
        fix: "merge the two, or choose another prefix.",
      },
      {
        path: "rules[6]",
        value: "ROOT",
        rule: "a registry can have only one template for a prefix; rules[1] already has this one.",
        fix: "merge the two, or choose another prefix.",
      },
    ]);
  });
});
