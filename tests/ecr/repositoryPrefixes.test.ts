import assert from "node:assert/strict";
import fc from "fast-check";
import { coveredNames, repeatedPrefixFaults, repositoryPrefixFaults } from "../../ecr/repositoryPrefixes";
import { itRefuses } from "./refusals";

/** The grammar as the ECR API prints it. */
const grammar = /^([a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\/?|ROOT)$/;
const check = (prefix: unknown, length = { minimum: 2, maximum: 30 }) =>
  repositoryPrefixFaults(prefix, "prefix", "a cache rule's prefix", length);

describe("ecr/repositoryPrefixes", () => {
  it("agrees with AWS's grammar and lengths on any text near it", () => {
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
      title: "text that is too long",
      faults: () => check("x".repeat(31)),
      path: "prefix",
      rule: /2 to 30.*31/,
      fix: /by 1/,
    },
    {
      title: "one character",
      faults: () => check("x"),
      path: "prefix",
      rule: /a cache rule's prefix has 2 to 30/,
      fix: /2/,
    },
    {
      title: "two slashes at the end",
      faults: () => check("ab//"),
      path: "prefix",
      rule: /more than one/,
      fix: /leave out/,
    },
    { title: "another type", faults: () => check(7), path: "prefix", rule: /is text/, fix: /such as/ },
  ]);

  it("covers the names below a prefix, and all below ROOT", () => {
    assert.equal(coveredNames("prod"), "prod/");
    assert.equal(coveredNames("prod/"), "prod/");
    assert.equal(coveredNames("ROOT"), "");
  });

  it("finds a prefix that is there twice, with its slash or without", () => {
    const entries = ["prod", "ROOT", 7, undefined, "prod/", "production", "ROOT"].map((prefix, index) => ({
      prefix,
      path: `rules[${index}]`,
    }));
    assert.deepEqual(repeatedPrefixFaults(entries, "template"), [
      {
        path: "rules[4]",
        value: "prod/",
        rule: "a registry has one template for a prefix; rules[0] has this one already.",
        fix: "put the two together, or choose another prefix.",
      },
      {
        path: "rules[6]",
        value: "ROOT",
        rule: "a registry has one template for a prefix; rules[1] has this one already.",
        fix: "put the two together, or choose another prefix.",
      },
    ]);
  });
});
