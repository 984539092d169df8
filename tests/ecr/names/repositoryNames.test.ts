import assert from "node:assert/strict";
import fc from "fast-check";
import { privateRepositoryNameFaults, publicRepositoryNameFaults } from "../../../ecr/names/repositoryNames";

/** The grammars as AWS states them; the checks go part by part, so that they can say what is wrong. */
const privateGrammar = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const publicGrammar = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

const kinds = [
  { kind: "private", check: privateRepositoryNameFaults, grammar: privateGrammar, maximum: 256 },
  { kind: "public", check: publicRepositoryNameFaults, grammar: publicGrammar, maximum: 205 },
] as const;

describe("ecr/names/repositoryNames", () => {
  for (const { kind, check, grammar, maximum } of kinds) {
    describe(`${kind} names`, () => {
      it("accepts valid names", () => {
        for (const name of ["petclinic", "team/petclinic", "a.b/c_d/e-f", "01", "a/b", "x".repeat(maximum)]) {
          assert.deepEqual(check(name, "name"), [], name);
        }
      });

      it("agrees with AWS's grammar and lengths on random similar strings", () => {
        const near = fc.string({ unit: fc.constantFrom(..."ab0./__--A ü"), maxLength: 12 });
        fc.assert(
          fc.property(near, (name) => {
            const accepted = name.length >= 2 && name.length <= maximum && grammar.test(name);
            assert.equal(check(name, "name").length === 0, accepted, JSON.stringify(name));
          }),
          { numRuns: 3000 },
        );
      });

      it("never throws", () => {
        fc.assert(fc.property(fc.anything(), (name) => check(name, "name").length >= 0));
      });

      const refusals: [name: unknown, rule: RegExp, fix: RegExp][] = [
        ["a", new RegExp(`must have 2 to ${maximum} characters; this one has 1\\.`), /at least 2/],
        ["", /this one has 0/, /at least 2/],
        ["x".repeat(maximum + 3), new RegExp(`this one has ${maximum + 3}`), /shorten it by 3/],
        ["PetClinic", /lower-case/, /write "petclinic"/],
        ["pet clinic:1", /has " ", ":"/, /leave these/],
        ["/petclinic", /must not begin or end/, /^remove that/],
        ["petclinic/", /must not begin or end/, /^remove that/],
        ["a//b", /no part can be empty/, /one `\/`/],
        ["-petclinic", /"-petclinic" does not/, /from the ends/],
        ["a/b_", /"b_" does not/, /from the ends of "b_"/],
        [".._a", /"\.\._a" does not/, /from the ends of "\.\._a"/],
        ["a_..", /"a_\.\." does not/, /from the ends of "a_\.\."/],
        ["a..b", /found "\.\."/, /single "\."/],
        ["a.-b", /found "\.-"/, /single "\."/],
        [7, /must be a string/, /"petclinic"/],
        [undefined, /must be a string/, /"petclinic"/],
      ];
      for (const [name, rule, fix] of refusals) {
        it(`refuses ${JSON.stringify(name)?.slice(0, 30)}: ${rule.source.slice(0, 40)}`, () => {
          const [fault, ...more] = check(name, "repositories[1].name");
          assert.deepEqual(more, []);
          assert.ok(fault);
          assert.equal(fault.path, "repositories[1].name");
          assert.equal(fault.value, name);
          assert.match(fault.rule, rule);
          assert.match(fault.fix, fix);
        });
      }

      it("reports all faults at once", () => {
        assert.equal(check("/A//b..c", "name").length, 4);
      });
    });
  }

  it("allows `__` and runs of `-` in private names, but not in public ones", () => {
    for (const name of ["a__b", "a--b", "a---b"]) {
      assert.deepEqual(privateRepositoryNameFaults(name, "name"), []);
      assert.equal(publicRepositoryNameFaults(name, "name").length, 1);
    }
  });
});
