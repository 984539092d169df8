import { isObject } from "../values/jsonObjects";
import type { Reporter } from "./reporter";

interface IndexedRule {
  index: number;
  /** Undefined when it is not a number, which the rule's own check reports. */
  priority: number | undefined;
  tagStatus: unknown;
  storageClass: string;
  prefixes: unknown;
}

/** Faults between the rules of a document; values that are not rules are reported elsewhere. */
export function documentFaults(rules: readonly unknown[], report: Reporter): void {
  const placed = rules.flatMap((rule, index): IndexedRule[] => {
    if (!isObject(rule)) {
      return [];
    }
    const selection = isObject(rule["selection"]) ? rule["selection"] : {};
    return [
      {
        index,
        priority: typeof rule["rulePriority"] === "number" ? rule["rulePriority"] : undefined,
        tagStatus: selection["tagStatus"],
        storageClass: selection["storageClass"] === "archive" ? "archive" : "standard",
        prefixes: selection["tagPrefixList"],
      },
    ];
  });
  duplicatePriorities(placed, report);
  for (const storageClass of ["standard", "archive"]) {
    const group = placed.filter((rule) => rule.storageClass === storageClass);
    duplicateStatuses(group, storageClass, report);
    anyNotLast(group, storageClass, report);
    duplicatePrefixes(group, storageClass, report);
  }
}

function duplicatePriorities(rules: readonly IndexedRule[], report: Reporter): void {
  const first = new Map<number, number>();
  const free = Math.max(0, ...rules.map(({ priority }) => priority ?? 0)) + 1;
  for (const { index, priority } of rules) {
    if (priority === undefined) {
      continue;
    }
    const earlier = first.get(priority);
    if (earlier === undefined) {
      first.set(priority, index);
    } else {
      report.fault(
        `rules[${index}].rulePriority`,
        priority,
        `each rule must have its own priority; rules[${earlier}] already has this one.`,
        `write another number; ${free} is free.`,
      );
    }
  }
}

function duplicateStatuses(rules: readonly IndexedRule[], storageClass: string, report: Reporter): void {
  for (const tagStatus of ["untagged", "any"]) {
    const [first, ...more] = rules.filter((rule) => rule.tagStatus === tagStatus);
    for (const { index } of more) {
      report.fault(
        `rules[${index}].selection.tagStatus`,
        tagStatus,
        `a policy can have only one rule for \`${tagStatus}\` images of the storage class ${storageClass}; rules[${first?.index}] is one already.`,
        "merge the two, or leave one out.",
      );
    }
  }
}

function anyNotLast(rules: readonly IndexedRule[], storageClass: string, report: Reporter): void {
  for (const any of rules.filter((rule) => rule.tagStatus === "any")) {
    const own = any.priority ?? Number.POSITIVE_INFINITY;
    const later = rules.filter((rule) => rule.tagStatus !== "any" && (rule.priority ?? 0) > own);
    if (later.length > 0) {
      report.fault(
        `rules[${any.index}].rulePriority`,
        any.priority,
        `the rule for \`any\` images must have the highest priority number of its storage class (${storageClass}); ` +
          `${later.map(({ index, priority }) => `rules[${index}] has ${priority}`).join(", ")}.`,
        "give it a higher number than the others.",
      );
    }
  }
}

/** User guide, "Lifecycle policy evaluation rules": the set of rules must contain a unique set of tag prefixes. */
function duplicatePrefixes(rules: readonly IndexedRule[], storageClass: string, report: Reporter): void {
  const first = new Map<string, number>();
  for (const { index, prefixes } of rules) {
    if (!Array.isArray(prefixes) || prefixes.length === 0 || !prefixes.every((each) => typeof each === "string")) {
      continue;
    }
    const key = JSON.stringify([...new Set(prefixes)].sort());
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, index);
    } else {
      report.fault(
        `rules[${index}].selection.tagPrefixList`,
        prefixes,
        `rules of one storage class (${storageClass}) must have different prefixes; rules[${earlier}] has the same ones and already owns every image that this rule would match.`,
        "merge the two, or choose other prefixes.",
      );
    }
  }
}
