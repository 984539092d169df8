import { type Fault, refuseFaults } from "../../ecr/faults";
import { isObject } from "../../ecr/values/jsonObjects";
import type { Finding, RuleReport } from "../policyReport/policyEvents";

/** Policy results for a stack, as printed by `npm run policy:report -- --json`. */
export interface PolicyResults {
  stack: string;
  rules: RuleReport[];
}

const recreateFix = "create it again with `npm run policy:report -- --json`.";

/**
 * Parses the output of `npm run policy:report -- --json`.
 *
 * @param path Prefix of fault paths: the file's name.
 * @throws InvalidInputError with every fault.
 */
export function readPolicyResults(value: unknown, path: string): PolicyResults {
  const faults: Fault[] = [];
  const fault = (at: string, found: unknown, rule: string) =>
    faults.push({ path: at === "" ? path : `${path}.${at}`, value: found, rule, fix: recreateFix });
  const results = isObject(value) ? value : {};
  if (!isObject(value)) {
    fault("", value, "policy results must be an object.");
  } else if (!Array.isArray(value["rules"])) {
    fault("rules", value["rules"], "must be a list of rules.");
  }
  if (isObject(value) && typeof value["stack"] !== "string") {
    fault("stack", value["stack"], "must be the stack's name.");
  }
  const rules = Array.isArray(results["rules"]) ? results["rules"] : [];
  rules.forEach((rule: unknown, index) => {
    checkRule(rule, `rules[${index}]`, fault);
  });
  refuseFaults("policy results", faults);
  return value as PolicyResults;
}

type ReportFault = (at: string, found: unknown, rule: string) => void;

function checkRule(value: unknown, at: string, fault: ReportFault): void {
  const rule = isObject(value) ? value : {};
  for (const key of ["pack", "rule"] satisfies (keyof RuleReport)[]) {
    if (typeof rule[key] !== "string") {
      fault(`${at}.${key}`, rule[key], "must be a name.");
    }
  }
  if (!Number.isSafeInteger(rule["passed"]) || Number(rule["passed"]) < 0) {
    fault(`${at}.passed`, rule["passed"], "must be a whole number, 0 or more.");
  }
  for (const key of ["violations", "unjudged"] satisfies (keyof RuleReport)[]) {
    const findings = rule[key];
    if (!Array.isArray(findings)) {
      fault(`${at}.${key}`, findings, "must be a list of findings.");
      continue;
    }
    findings.forEach((finding: unknown, index) => {
      if (!isFinding(finding)) {
        fault(
          `${at}.${key}[${index}]`,
          finding,
          "a finding must have the strings urn, level and message, and can have severity.",
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
