import assert from "node:assert/strict";
import fc from "fast-check";
import { isReplicated, replicationFaults, replicationFilterFaults } from "../../../ecr/registry/replication";
import { itRefuses, paths } from "../refusals";

/** The grammar as the ECR API states it. */
const filterGrammar = /^(?:[a-z0-9]+(?:[._-][a-z0-9]*)*\/)*[a-z0-9]*(?:[._-][a-z0-9]*)*$/;
const self = { account: "123456789012", region: "ap-northeast-2" };
const destination = { region: "us-east-1", registryId: "123456789012" };
const check = (rules: unknown) => replicationFaults({ rules }, "replication", self);
const rule = (changes: object) => check([{ destinations: [destination], ...changes }]);
const accounts = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => ({
    region: "us-east-1",
    registryId: String(first + index).padStart(12, "0"),
  }));

describe("ecr/registry/replication", () => {
  it("accepts rules for regions and accounts, with filters or for all repositories", () => {
    const accepted = [
      [],
      [{ destinations: [destination] }],
      [{ destinations: accounts(25) }],
      // The own account in another region, and another account in the same region.
      [{ destinations: [destination, { ...self, registryId: "210987654321", region: self.region }] }],
      [{ destinations: [destination], repositoryFilters: [{ filter: "prod/", filterType: "PREFIX_MATCH" }] }],
      [{ destinations: [destination], deleteReplication: { enabled: true } }],
      Array.from({ length: 25 }, () => ({ destinations: [destination] })),
    ];
    for (const rules of accepted) {
      assert.deepEqual(check(rules), [], JSON.stringify(rules));
    }
    const own = { region: self.region, registryId: self.account };
    assert.deepEqual(replicationFaults({ rules: [{ destinations: [own] }] }, "replication"), []);
  });

  itRefuses([
    {
      title: "a configuration that is not an object",
      faults: () => replicationFaults([], "r"),
      path: "r",
      rule: /list of rules/,
      fix: /rules/,
    },
    {
      title: "rules that are not a list",
      faults: () => check("all"),
      path: "replication.rules",
      rule: /list of rules/,
      fix: /rules/,
    },
    {
      title: "a rule that is not an object",
      faults: () => check([7]),
      path: "replication.rules[0]",
      rule: /an object/,
      fix: /dest/,
    },
    {
      title: "26 rules",
      faults: () => check(Array.from({ length: 26 }, () => ({ destinations: [destination] }))),
      path: "replication.rules",
      rule: /at most 25 replication rules; there are 26/,
      fix: /merge/,
    },
    {
      title: "26 destinations in two rules",
      faults: () => check([{ destinations: accounts(20) }, { destinations: accounts(20, 6) }]),
      path: "replication.rules",
      rule: /at most 25 destinations; there are 26/,
      fix: /leave some out/,
    },
    {
      title: "the registry itself as destination",
      faults: () => rule({ destinations: [{ region: self.region, registryId: self.account }] }),
      path: "replication.rules[0].destinations[0].region",
      rule: /not replicate to itself/,
      fix: /another region/,
    },
    {
      title: "an empty list of destinations",
      faults: () => rule({ destinations: [] }),
      path: "replication.rules[0].destinations",
      rule: /at least one destination/,
      fix: /registryId/,
    },
    {
      title: "a destination that is not an object",
      faults: () => rule({ destinations: ["us-east-1"] }),
      path: "replication.rules[0].destinations[0]",
      rule: /an object/,
      fix: /region, registryId/,
    },
    {
      title: "the same destination twice in one rule",
      faults: () => rule({ destinations: [destination, { ...destination }] }),
      path: "replication.rules[0].destinations[1]",
      rule: /destinations\[0\] is the same/,
      fix: /leave one out/,
    },
    {
      title: "an invalid region",
      faults: () => rule({ destinations: [{ ...destination, region: "us-east-1a" }] }),
      path: "replication.rules[0].destinations[0].region",
      rule: /form ap-northeast-2/,
      fix: /no zone letter/,
    },
    {
      title: "an invalid account ID",
      faults: () => rule({ destinations: [{ ...destination, registryId: 123456789012 }] }),
      path: "replication.rules[0].destinations[0].registryId",
      rule: /twelve digits/,
      fix: /"123456789012"/,
    },
    {
      title: "an empty list of filters",
      faults: () => rule({ repositoryFilters: [] }),
      path: "replication.rules[0].repositoryFilters",
      rule: /1 to 100 filters/,
      fix: /leave the filters out/,
    },
    {
      title: "101 filters",
      faults: () =>
        rule({
          repositoryFilters: Array.from({ length: 101 }, () => ({ filter: "prod/", filterType: "PREFIX_MATCH" })),
        }),
      path: "replication.rules[0].repositoryFilters",
      rule: /1 to 100 filters/,
      fix: /leave the filters out/,
    },
    {
      title: "a filter that is not an object",
      faults: () => rule({ repositoryFilters: ["prod"] }),
      path: "replication.rules[0].repositoryFilters[0]",
      rule: /an object/,
      fix: /PREFIX_MATCH/,
    },
    {
      title: "an unknown filter type",
      faults: () => rule({ repositoryFilters: [{ filter: "prod", filterType: "WILDCARD" }] }),
      path: "replication.rules[0].repositoryFilters[0].filterType",
      rule: /only type/,
      fix: /PREFIX_MATCH/,
    },
    {
      title: "a filter with a wildcard",
      faults: () => rule({ repositoryFilters: [{ filter: "prod*", filterType: "PREFIX_MATCH" }] }),
      path: "replication.rules[0].repositoryFilters[0].filter",
      rule: /no wildcards/,
      fix: /"prod"/,
    },
    {
      title: "a filter with upper-case letters",
      faults: () => replicationFilterFaults("Prod/", "filter"),
      path: "filter",
      rule: /lower-case letters, digits, `\.`, `_` and `-`, in parts separated by `\/`/,
      fix: /^write what a repository's name can begin with\.$/,
    },
    {
      title: "a filter of one character",
      faults: () => replicationFilterFaults("p", "filter"),
      path: "filter",
      rule: /2 to 256/,
      fix: /"prod\/"/,
    },
    {
      title: "a filter of 257 characters",
      faults: () => replicationFilterFaults("p".repeat(257), "filter"),
      path: "filter",
      rule: /2 to 256/,
      fix: /"prod\/"/,
    },
    {
      title: "a deletion setting that is not a boolean",
      faults: () => rule({ deleteReplication: { enabled: "yes" } }),
      path: "replication.rules[0].deleteReplication",
      rule: /on or off/,
      fix: /enabled: true/,
    },
  ]);

  it("agrees with AWS's grammar of filters on random similar strings", () => {
    const near = fc.string({ unit: fc.constantFrom(..."ab0._-//A*"), maxLength: 10 });
    fc.assert(
      fc.property(near, (filter) => {
        const accepted = filter.length >= 2 && filterGrammar.test(filter);
        assert.equal(replicationFilterFaults(filter, "f").length === 0, accepted, JSON.stringify(filter));
      }),
      { numRuns: 4000, seed: 1 },
    );
    assert.deepEqual(replicationFilterFaults("p".repeat(256), "f"), []);
  });

  it("tells which repositories a rule covers", () => {
    const filters = (...texts: string[]) => ({
      destinations: [],
      repositoryFilters: texts.map((filter) => ({ filter, filterType: "PREFIX_MATCH" as const })),
    });
    assert.equal(isReplicated("petclinic", { destinations: [] }), true);
    assert.equal(isReplicated("petclinic", filters()), true);
    assert.equal(isReplicated("prod/petclinic", filters("test", "prod")), true);
    assert.equal(isReplicated("team/prod", filters("test", "prod")), false);
  });

  it("accepts 100 filters per rule", () => {
    const filter = { filter: "prod/", filterType: "PREFIX_MATCH" };
    assert.deepEqual(rule({ repositoryFilters: Array.from({ length: 100 }, () => filter) }), []);
  });

  it("counts and shows only valid destinations", () => {
    const [fault] = check([{ destinations: accounts(26) }]);
    assert.equal((fault?.value as string[] | undefined)?.length, 26);
    for (const none of [
      { ...destination, registryId: 7 },
      { ...destination, region: 7 },
    ]) {
      const faults = check([{ destinations: [...accounts(25), none] }]);
      assert.ok(!paths(faults).includes("replication.rules"), JSON.stringify(none));
    }
  });

  it("reports all faults at once", () => {
    assert.deepEqual(paths(check([{ destinations: [{}] }, 7])), [
      "replication.rules[0].destinations[0].region",
      "replication.rules[0].destinations[0].registryId",
      "replication.rules[1]",
    ]);
  });

  it("never throws on any JSON, similar to a configuration or not", () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(destination, "prod/", "us-east-1"));
    const near = fc.record({
      rules: fc.array(fc.record({ destinations: fc.array(value), repositoryFilters: value, deleteReplication: value })),
    });
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), near),
        (configuration) => replicationFaults(configuration, "r", self).length >= 0,
      ),
      { numRuns: 500, seed: 1 },
    );
  });
});
