import assert from "node:assert/strict";
import { readPolicyEvents } from "../../cli/policyReport/policyEvents";
import { policyReportText } from "../../cli/policyReport/policyReportText";

const pack = { policyPackName: "amazon-ecr", policyPackVersion: "0.1.0" };
const urn = "urn:pulumi:dev::p::aws:ecr/repository:Repository::petclinic";
const event = (policyName: string, message: string, enforcementLevel = "mandatory") => ({
  policyEvent: { ...pack, policyName, message, enforcementLevel, severity: "high", resourceUrn: urn },
});
const lines = (...events: unknown[]) => events.map((each) => JSON.stringify(each)).join("\n");
const open =
  "can't run policy 'ecr-a' from policy pack 'amazon-ecr@v0.1.0' during preview: name of repository \"x\" is not known yet.\n";

describe("cli: policies", () => {
  it("counts passed, failed and unevaluated resources per rule", () => {
    const { rules, errors } = readPolicyEvents(
      lines(
        { policyLoadEvent: {} },
        { policyAnalyzeSummaryEvent: { ...pack, passed: ["ecr-b", "ecr-a"] } },
        { policyAnalyzeSummaryEvent: { ...pack, passed: ["ecr-b"], failed: ["ecr-a"] } },
        event("ecr-a", "It is wrong.\nWrite this."),
        event("ecr-a", open, "advisory"),
        { policyAnalyzeStackSummaryEvent: { ...pack, passed: ["ecr-stack"] } },
        { diagnosticEvent: { severity: "error", message: "preview failed\n" } },
        { diagnosticEvent: { severity: "info", message: "x" } },
      ),
    );
    assert.deepEqual(rules, [
      {
        pack: "amazon-ecr",
        rule: "ecr-a",
        passed: 1,
        violations: [{ urn, level: "mandatory", severity: "high", message: "It is wrong.\nWrite this." }],
        unjudged: [{ urn, level: "advisory", severity: "high", message: 'name of repository "x" is not known yet.' }],
      },
      { pack: "amazon-ecr", rule: "ecr-b", passed: 2, violations: [], unjudged: [] },
      { pack: "amazon-ecr", rule: "ecr-stack", passed: 1, violations: [], unjudged: [] },
    ]);
    assert.deepEqual(errors, ["preview failed"]);
  });

  it("ignores lines that are not events", () => {
    assert.deepEqual(readPolicyEvents('\nerror: no stack\n{"a"\nnull\n5\n{}'), { rules: [], errors: [] });
  });

  it("prints a table, with the findings below it", () => {
    const { rules } = readPolicyEvents(
      lines(
        { policyAnalyzeSummaryEvent: { ...pack, passed: ["ecr-b"] } },
        event("ecr-a", "Wrong.\nWrite this."),
        event("ecr-a", open, "advisory"),
      ),
    );
    const text = policyReportText(rules);
    assert.match(text, /^rule +passed +failed +not evaluated$/m);
    assert.match(text, /^ecr-a +0 +1 +1$/m);
    assert.match(text, /^ecr-b +1 +0 +0$/m);
    assert.match(text, /\nfailed: ecr-a \[mandatory, high\] petclinic\n {4}Wrong\.\n {4}Write this\./);
    assert.match(
      text,
      /\nnot evaluated: ecr-a \[advisory, high\] petclinic\n {4}name of repository "x" is not known yet\./,
    );
  });
});
