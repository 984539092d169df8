import { type Fault, refuseFaults } from "../../ecr/faults";
import { isObject } from "../../ecr/jsonObjects";
import type { Finding, RuleReport } from "../policyReport/events";

/** What the policy pack said about a stack, as `npm run policy:report -- --json` prints it. */
export interface PolicyResults {
  stack: string;
  rules: RuleReport[];
}

const remake = "make it anew with `npm run policy:report -- --json`.";

/**
 * Reads what `npm run policy:report -- --json` printed.
 *
 * @param path What faults begin with: the file's name.
 * @throws InvalidInputError with every fault.
 */
export function readPolicyResults(value: unknown, path: string): PolicyResults {
  const faults: Fault[] = [];
  const fault = (at: string, found: unknown, rule: string) =>
    faults.push({ path: at === "" ? path : `${path}.${at}`, value: found, rule, fix: remake });
  const results = isObject(value) ? value : {};
  if (!isObject(value)) {
    fault("", value, "policy results are an object.");
  } else if (!Array.isArray(value["rules"])) {
    fault("rules", value["rules"], "this is a list of rules.");
  }
  if (isObject(value) && typeof value["stack"] !== "string") {
    fault("stack", value["stack"], "this is the stack's name.");
  }
  const rules = Array.isArray(results["rules"]) ? results["rules"] : [];
  rules.forEach((rule: unknown, index) => {
    checkRule(rule, `rules[${index}]`, fault);
  });
  refuseFaults("policy results", faults);
  return value as PolicyResults;
}

type Refuse = (at: string, found: unknown, rule: string) => void;

function checkRule(value: unknown, at: string, fault: Refuse): void {
  const rule = isObject(value) ? value : {};
  for (const key of ["pack", "rule"] satisfies (keyof RuleReport)[]) {
    if (typeof rule[key] !== "string") {
      fault(`${at}.${key}`, rule[key], "this is a name.");
    }
  }
  if (!Number.isSafeInteger(rule["passed"]) || Number(rule["passed"]) < 0) {
    fault(`${at}.passed`, rule["passed"], "this is a whole number, 0 or more.");
  }
  for (const key of ["violations", "unjudged"] satisfies (keyof RuleReport)[]) {
    const findings = rule[key];
    if (!Array.isArray(findings)) {
      fault(`${at}.${key}`, findings, "this is a list of findings.");
      continue;
    }
    findings.forEach((finding: unknown, index) => {
      if (!isFinding(finding)) {
        fault(
          `${at}.${key}[${index}]`,
          finding,
          "a finding has the texts urn, level and message, and may have severity.",
        );
      }
    });
  }
}

function isFinding(value: unknown): value is Finding {
  if (!isObject(value)) {
    return false;
  }
  const { urn, level, message, severity } = value;
  const texts = [urn, level, message].every((each) => typeof each === "string");
  return texts && (severity === undefined || typeof severity === "string");
}
