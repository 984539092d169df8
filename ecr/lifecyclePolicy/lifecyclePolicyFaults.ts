import type { Fault } from "../faults";
import { isObject } from "../values/jsonObjects";
import { characterCount, compactJson } from "../values/stringLength";
import { documentFaults } from "./documentRules";
import { type LifecyclePolicyDocument, lifecycleLimits } from "./lifecycleDocument";
import { keyFaults, Reporter } from "./reporter";
import { selectionFaults } from "./selectionRules";

/**
 * Why ECR would refuse a lifecycle policy, given as a JSON string or parsed document. Every limit of the user guide is
 * checked at once.
 *
 * @param policy Any value: the document comes from users.
 * @param path The document's path; faults are at `<path>.rules[0].selection.countNumber` and so on. Empty: no prefix.
 * @returns Every fault, or none. Never throws.
 */
export function lifecyclePolicyFaults(policy: unknown, path: string): Fault[] {
  return readLifecyclePolicy(policy, path).faults;
}

/** The same, with the document when it has no faults. A string and an object give the same document. */
export function readLifecyclePolicy(
  policy: unknown,
  path: string,
): { document?: LifecyclePolicyDocument; faults: Fault[] } {
  const report = new Reporter(path);
  let parsed = policy;
  if (typeof policy === "string") {
    try {
      parsed = JSON.parse(policy);
    } catch (error) {
      report.fault(
        "",
        policy,
        `a lifecycle policy must be a JSON document; this string is not JSON (${error instanceof Error ? error.message : "unreadable"}).`,
        'write {"rules":[…]}, or build the document from rules.',
      );
      return { faults: report.faults };
    }
  }
  lengthFaults(policy, parsed, report);
  policyFaults(parsed, report);
  if (report.faults.length > 0) {
    return { faults: report.faults };
  }
  return { document: parsed as LifecyclePolicyDocument, faults: [] };
}

/**
 * Checks the length as sent to ECR. A value that is not a document is reported for that only: its length adds nothing.
 */
function lengthFaults(policy: unknown, parsed: unknown, report: Reporter): void {
  const text = compactJson(policy);
  if (text === undefined && !isObject(parsed)) return;
  if (text === undefined) {
    // Cannot be converted to JSON (a cycle, a big integer): reported with the parts below, or here when they look
    // valid.
    report.fault(
      "",
      policy,
      "a lifecycle policy must be a JSON document; this value cannot be written as JSON.",
      'write {"rules":[…]}.',
    );
    return;
  }
  const length = characterCount(text);
  const { minimum, maximum } = lifecycleLimits.text;
  if (length > maximum) {
    report.fault(
      "",
      policy,
      `a lifecycle policy can have at most ${maximum.toLocaleString("en")} characters; this one has ${length.toLocaleString("en")}.`,
      "leave out rules or descriptions.",
    );
  } else if (length < minimum && isObject(parsed) && Array.isArray(parsed["rules"])) {
    report.fault(
      "",
      policy,
      `a lifecycle policy must have at least ${minimum} characters; this one has ${length}.`,
      "write at least one complete rule; for a repository without a lifecycle, leave the policy out.",
    );
  }
}

function policyFaults(policy: unknown, report: Reporter): void {
  if (!isObject(policy)) {
    report.fault("", policy, "a lifecycle policy must be an object with `rules`.", 'write {"rules":[…]}.');
    return;
  }
  keyFaults(policy, "", ["rules"], report);
  const rules = policy["rules"];
  const { minimum, maximum } = lifecycleLimits.rules;
  if (!Array.isArray(rules)) {
    report.fault("rules", rules, "`rules` must be a list of rules.", `write a list of ${minimum} to ${maximum} rules.`);
    return;
  }
  if (rules.length < minimum || rules.length > maximum) {
    report.fault(
      "rules",
      rules,
      `a lifecycle policy must have ${minimum} to ${maximum} rules; this one has ${rules.length}.`,
      rules.length < minimum ? "add a rule, or leave the policy out." : "merge rules, or leave some out.",
    );
  }
  rules.forEach((rule: unknown, index) => {
    ruleFaults(rule, `rules[${index}]`, report);
  });
  documentFaults(rules, report);
}

function ruleFaults(rule: unknown, at: string, report: Reporter): void {
  if (!isObject(rule)) {
    report.fault(at, rule, "a rule must be an object.", "write rulePriority, selection and action.");
    return;
  }
  keyFaults(rule, at, ["rulePriority", "description", "selection", "action"], report);
  const { rulePriority, description, selection, action } = rule;
  if (rulePriority !== null && !(Number.isSafeInteger(rulePriority) && Number(rulePriority) >= 1)) {
    report.fault(
      `${at}.rulePriority`,
      rulePriority,
      "a rule must have a priority: a whole number, 1 or more.",
      "number the rules 1, 2, 3, ….",
    );
  }
  if (description !== undefined && description !== null && typeof description !== "string") {
    report.fault(
      `${at}.description`,
      description,
      "a description must be a string.",
      "write a string, or leave it out.",
    );
  }
  if (action !== null) {
    actionFaults(action, `${at}.action`, report);
  }
  if (selection !== null) {
    selectionFaults(selection, isObject(action) ? action["type"] : undefined, `${at}.selection`, report);
  }
}

function actionFaults(action: unknown, at: string, report: Reporter): void {
  if (!isObject(action)) {
    report.fault(at, action, "a rule must have an action.", 'write {"type":"expire"}.');
    return;
  }
  keyFaults(action, at, ["type", "targetStorageClass"], report);
  const { type, targetStorageClass } = action;
  if (type !== "expire" && type !== "transition") {
    if (type !== null) {
      report.fault(
        `${at}.type`,
        type,
        "an action must be `expire` or `transition`.",
        'write "expire", or "transition" with targetStorageClass "archive".',
      );
    }
    return;
  }
  if (targetStorageClass === null) {
    return;
  }
  if (type === "transition" && targetStorageClass !== "archive") {
    report.fault(
      `${at}.targetStorageClass`,
      targetStorageClass,
      "the target storage class must be `archive`; there is no other.",
      'write targetStorageClass: "archive".',
    );
  }
  if (type === "expire" && targetStorageClass !== undefined) {
    report.fault(
      `${at}.targetStorageClass`,
      targetStorageClass,
      "`expire` deletes: it has no target storage class.",
      'leave it out, or write type: "transition".',
    );
  }
}
