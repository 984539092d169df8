import assert from "node:assert/strict";
import fc from "fast-check";
import {
  effectiveFrequency,
  isAutomatic,
  type ScanFrequency,
  type ScanningConfiguration,
  scanningFaults,
  scanningFilterFaults,
  scanningFilterMatches,
} from "../../../ecr/registry/scanning";
import { itRefuses, paths } from "../refusals";

const wildcard = (filter: string) => ({ filter, filterType: "WILDCARD" as const });
const scanRule = (scanFrequency: ScanFrequency, ...filters: string[]) => ({
  scanFrequency,
  repositoryFilters: filters.map(wildcard),
});
const check = (configuration: unknown) => scanningFaults(configuration, "scanning");
const enhanced: ScanningConfiguration = {
  scanType: "ENHANCED",
  rules: [scanRule("SCAN_ON_PUSH", "*"), scanRule("CONTINUOUS_SCAN", "prod*")],
};

describe("ecr/registry/scanning", () => {
  it("accepts each type with its frequencies", () => {
    const accepted = [
      {},
      { scanType: "BASIC" },
      { scanType: "BASIC", rules: [scanRule("SCAN_ON_PUSH", "*"), scanRule("MANUAL", "test")] },
      { rules: [scanRule("SCAN_ON_PUSH")] },
      enhanced,
      { rules: [scanRule("SCAN_ON_PUSH", ...Array.from({ length: 100 }, (_, index) => `p${index}`))] },
    ];
    for (const configuration of accepted) {
      assert.deepEqual(check(configuration), [], JSON.stringify(configuration));
    }
  });

  itRefuses([
    {
      title: "a configuration that is not an object",
      faults: () => check("BASIC"),
      path: "scanning",
      rule: /an object/,
      fix: /scanType/,
    },
    {
      title: "an unknown type",
      faults: () => check({ scanType: "CLAIR", rules: [scanRule("CONTINUOUS_SCAN")] }),
      path: "scanning.scanType",
      rule: /two scan types/,
      fix: /BASIC, ENHANCED/,
    },
    {
      title: "rules that are not a list",
      faults: () => check({ rules: {} }),
      path: "scanning.rules",
      rule: /list/,
      fix: /list/,
    },
    {
      title: "three rules",
      faults: () => check({ rules: [scanRule("SCAN_ON_PUSH"), scanRule("MANUAL"), 7] }).slice(0, 1),
      path: "scanning.rules",
      rule: /^a registry can have at most 2 scanning rules; there are 3\.$/,
      fix: /^merge the filters of one frequency into one rule\.$/,
    },
    {
      title: "a rule that is not an object",
      faults: () => check({ rules: [7] }),
      path: "scanning.rules[0]",
      rule: /object/,
      fix: /scan/,
    },
    {
      title: "an unknown frequency",
      faults: () => check({ rules: [{ scanFrequency: "DAILY", repositoryFilters: [] }] }),
      path: "scanning.rules[0].scanFrequency",
      rule: /three scan frequencies/,
      fix: /^write one of SCAN_ON_PUSH, CONTINUOUS_SCAN, MANUAL\.$/,
    },
    {
      title: "continuous scanning with BASIC",
      faults: () => check({ scanType: "BASIC", rules: [scanRule("CONTINUOUS_SCAN", "*")] }),
      path: "scanning.rules[0].scanFrequency",
      rule: /CONTINUOUS_SCAN needs the type ENHANCED/,
      fix: /SCAN_ON_PUSH or MANUAL, or scanType: "ENHANCED"/,
    },
    {
      title: "continuous scanning without a type",
      faults: () => check({ rules: [scanRule("CONTINUOUS_SCAN", "*")] }),
      path: "scanning.rules[0].scanFrequency",
      rule: /needs the type ENHANCED/,
      fix: /ENHANCED/,
    },
    {
      title: "manual scanning with ENHANCED",
      faults: () => check({ scanType: "ENHANCED", rules: [scanRule("MANUAL", "*")] }),
      path: "scanning.rules[0].scanFrequency",
      rule: /MANUAL needs the type BASIC/,
      fix: /SCAN_ON_PUSH or CONTINUOUS_SCAN/,
    },
    {
      title: "two rules for the same frequency",
      faults: () => check({ rules: [scanRule("SCAN_ON_PUSH", "a"), scanRule("SCAN_ON_PUSH", "b")] }),
      path: "scanning.rules[1].scanFrequency",
      rule: /scanning\.rules\[0\] already has this one/,
      fix: /one rule/,
    },
    {
      title: "filters that are not a list",
      faults: () => check({ rules: [{ scanFrequency: "SCAN_ON_PUSH", repositoryFilters: "*" }] }),
      path: "scanning.rules[0].repositoryFilters",
      rule: /at most 100/,
      fix: /WILDCARD/,
    },
    {
      title: "101 filters",
      faults: () => check({ rules: [scanRule("SCAN_ON_PUSH", ...Array.from({ length: 101 }, () => "a"))] }),
      path: "scanning.rules[0].repositoryFilters",
      rule: /at most 100/,
      fix: /WILDCARD/,
    },
    {
      title: "a filter that is not an object",
      faults: () => check({ rules: [{ scanFrequency: "SCAN_ON_PUSH", repositoryFilters: ["*"] }] }),
      path: "scanning.rules[0].repositoryFilters[0]",
      rule: /object/,
      fix: /WILDCARD/,
    },
    {
      title: "an unknown filter type",
      faults: () => check({ rules: [{ scanFrequency: "MANUAL", repositoryFilters: [{ filter: "*" }] }] }),
      path: "scanning.rules[0].repositoryFilters[0].filterType",
      rule: /only type/,
      fix: /WILDCARD/,
    },
    {
      title: "a filter with upper-case letters",
      faults: () => check({ rules: [scanRule("SCAN_ON_PUSH", "Prod*")] }),
      path: "scanning.rules[0].repositoryFilters[0].filter",
      rule: /lower-case/,
      fix: /part of a repository's name/,
    },
    { title: "an empty filter", faults: () => scanningFilterFaults("", "f"), path: "f", rule: /1 to 255/, fix: /prod/ },
    {
      title: "a filter of 256 characters",
      faults: () => scanningFilterFaults("x".repeat(256), "f"),
      path: "f",
      rule: /1 to 255/,
      fix: /prod/,
    },
  ]);

  it("reports faults of the rules as a whole along with those of each rule", () => {
    const three = { rules: [scanRule("SCAN_ON_PUSH"), scanRule("MANUAL"), scanRule("MANUAL")] };
    assert.deepEqual(paths(check(three)), ["scanning.rules", "scanning.rules[2].scanFrequency"]);
    const none = { repositoryFilters: [] };
    assert.deepEqual(paths(check({ rules: [none, none] })), [
      "scanning.rules[0].scanFrequency",
      "scanning.rules[1].scanFrequency",
    ]);
  });

  it("agrees with AWS's grammar of filters on random similar strings", () => {
    const grammar = /^[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*$/;
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab0*._-/A"), maxLength: 10 }), (filter) => {
        assert.equal(scanningFilterFaults(filter, "f").length === 0, grammar.test(filter), JSON.stringify(filter));
      }),
      { numRuns: 4000, seed: 1 },
    );
    assert.deepEqual(scanningFilterFaults("x".repeat(255), "f"), []);
  });

  it("matches as the user guide's table says", () => {
    const names = ["prod", "repo-prod", "prod-repo", "repo-prod-repo", "prodrepo"];
    const table: Record<string, boolean[]> = {
      prod: [true, true, true, true, true],
      "*prod": [true, true, false, false, false],
      "prod*": [true, false, true, false, true],
      "*prod*": [true, true, true, true, true],
      "prod*repo": [false, false, true, false, true],
    };
    for (const [filter, expected] of Object.entries(table)) {
      assert.deepEqual(
        names.map((name) => scanningFilterMatches(filter, name)),
        expected,
        filter,
      );
    }
  });

  it("tells how often a repository is scanned, preferring continuous scanning", () => {
    const all = ["MANUAL", "SCAN_ON_PUSH", "CONTINUOUS_SCAN"] as const;
    assert.equal(effectiveFrequency("ENHANCED", all, false), "CONTINUOUS_SCAN");
    assert.equal(effectiveFrequency("ENHANCED", all.slice(0, 2), false), "SCAN_ON_PUSH");
    assert.equal(effectiveFrequency("ENHANCED", ["MANUAL"], true), "MANUAL");
    assert.equal(effectiveFrequency("BASIC", ["MANUAL", "SCAN_ON_PUSH"], false), "SCAN_ON_PUSH");
  });

  it("uses the repository's own setting when no rule matches, except with enhanced scanning", () => {
    for (const scanType of [undefined, "BASIC"] as const) {
      assert.equal(effectiveFrequency(scanType, [], true), "SCAN_ON_PUSH");
      assert.equal(effectiveFrequency(scanType, [], false), "MANUAL");
    }
    for (const own of [true, false]) assert.equal(effectiveFrequency("ENHANCED", [], own), undefined);
  });

  it("tells whether ECR scans images of a frequency automatically", () => {
    const all = ["SCAN_ON_PUSH", "CONTINUOUS_SCAN", "MANUAL", undefined] as const;
    assert.deepEqual(all.map(isAutomatic), [true, true, false, false]);
  });

  it("never throws on any JSON, similar to a configuration or not", () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom("BASIC", "ENHANCED", "SCAN_ON_PUSH", wildcard("*")));
    const near = fc.record({
      scanType: value,
      rules: fc.array(fc.record({ scanFrequency: value, repositoryFilters: fc.oneof(value, fc.array(value)) })),
    });
    fc.assert(
      fc.property(fc.oneof(fc.anything(), near), (configuration) => check(configuration).length >= 0),
      { numRuns: 500, seed: 1 },
    );
  });
});
