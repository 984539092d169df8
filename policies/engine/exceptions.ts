import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { rejected } from "../../ecr/tags/tagSearch";
import { wildcardAutomaton, wildcardMatches } from "../../ecr/tags/wildcard";
import { type Parameters, readParameters } from "./parameters";

const name = "ecr-exceptions";

/** Exempts a resource from a rule, for a reason and until a date. */
export interface Exception {
  /** The rule's name; `*` matches any characters. */
  rule: string;
  /** The resource's URN, or its name in the program; `*` matches any characters. Both are known in every preview. */
  resource: string;
  reason: string;
  /** The last day on which it applies, in UTC: 2026-12-31. */
  expires: string;
}

/** The exceptions in this process's config, once read; the engine starts a process for each run. */
let exceptions: readonly Exception[] | undefined;
/** The exceptions that have excused a finding. */
const used = new Set<Exception>();

/** @param given `undefined`: they are read from the config again. */
export function setExceptions(given: readonly Exception[] | undefined): void {
  exceptions = given;
  used.clear();
}

export function isExpired(exception: Exception, now: Date = new Date()): boolean {
  return exception.expires < now.toISOString().slice(0, 10);
}

/**
 * The exception that exempts a resource from a rule; an expired one if there is no other. Call it only when the rule
 * has found something: it marks the exception as used, and unused ones are reported.
 */
export function exceptionFor(rule: string, resource: { urn: string; name: string }): Exception | undefined {
  const fits = matchingExceptions(rule, resource);
  for (const each of fits) {
    used.add(each);
  }
  return fits.find((each) => !isExpired(each)) ?? fits[0];
}

/**
 * Whether an exception that has not expired exempts the resource; like `exceptionFor`, call it only when something was
 * found.
 */
export function isExcused(rule: string, resource: { urn: string; name: string }): boolean {
  const exception = exceptionFor(rule, resource);
  return exception !== undefined && !isExpired(exception);
}

function matchingExceptions(rule: string, resource: { urn: string; name: string }): Exception[] {
  return (exceptions ?? []).filter(
    (each) =>
      wildcardMatches(each.rule, rule) &&
      (wildcardMatches(each.resource, resource.urn) || wildcardMatches(each.resource, resource.name)),
  );
}

/**
 * Whether an exception keeps a remediation away from the resource. This does not mark the exception as used: the same
 * rule checks the resource next, and finds what the remediation left as it was.
 */
export function blocksRemediation(rule: string, resource: { urn: string; name: string }): boolean {
  return matchingExceptions(rule, resource).some((each) => !isExpired(each));
}

const parameters: Parameters = {
  exceptions: {
    type: "array",
    default: [],
    description:
      "Resources that are exempt from rules: the rule's name, the resource's URN or its name in the program (in both, `*` " +
      "matches any characters), the reason, and the last day on which the exception applies, in UTC.",
    items: {
      type: "object",
      additionalProperties: false,
      required: ["rule", "resource", "reason", "expires"],
      properties: {
        rule: { type: "string", pattern: "^[a-z*-]+$" },
        resource: { type: "string", minLength: 1 },
        reason: { type: "string", minLength: 1 },
        expires: { type: "string", pattern: "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$" },
      },
    },
  },
};

const url = "https://www.pulumi.com/docs/insights/policy/policy-packs/authoring/";
const remediationSteps =
  "Remove the exception from the policy config. If it is still needed, agree on a new date and set `expires`.";

/** First in the pack: it reads the exceptions from the config before any other rule finds anything. */
export const exceptionsRule: ResourceValidationPolicy = {
  name,
  displayName: "Exceptions from rules",
  description: "Holds the exceptions from all other rules: resource, rule, reason and expiry date.",
  enforcementLevel: "advisory",
  severity: "low",
  tags: ["exceptions"],
  remediationSteps,
  url,
  configSchema: { properties: parameters },
  validateResource: (args) => {
    if (exceptions === undefined) {
      setExceptions(readParameters<{ exceptions: Exception[] }>(name, parameters, args).exceptions);
    }
  },
};

/** Last in the pack: by then every other rule has run. */
export const exceptionsInUse: StackValidationPolicy = {
  name: "ecr-exceptions-in-use",
  displayName: "Exceptions are needed and have not expired",
  description:
    "Every exception excuses a finding in the stack, does not exempt every resource from every rule, and has not expired.",
  enforcementLevel: "advisory",
  severity: "low",
  tags: ["exceptions"],
  remediationSteps,
  url,
  validateStack: ({ resources }, reportViolation) => {
    const stack = /^urn:pulumi:[^:]*::[^:]*::/.exec(resources[0]?.urn ?? "")?.[0] ?? "";
    for (const each of (exceptions ?? []).filter(({ resource }) => mayMatchStack(stack, resource))) {
      const what = `exceptions: the exception from ${each.rule} for "${each.resource}" (${JSON.stringify(each.reason)})`;
      if (isExpired(each)) {
        reportViolation(
          `${what} expired after ${each.expires}. Must not be expired. Remove it, or set \`expires\` to a later date.`,
        );
      } else if (!used.has(each)) {
        reportViolation(`${what} excuses nothing in this stack. Must excuse at least one finding. Remove it.`);
      } else if (isForEverything(each, stack)) {
        reportViolation(
          `${what} exempts every resource of this stack from every rule until ${each.expires}, so nothing is checked. ` +
            "Must name rules or resources. Write the rule and the resource that need it.",
        );
      }
    }
  },
};

/** Whether the pattern can match a resource of this stack: one with the URN of another stack or project cannot. */
function mayMatchStack(stack: string, pattern: string): boolean {
  if (!pattern.startsWith("urn:")) {
    return true;
  }
  const automaton = wildcardAutomaton(pattern);
  let state = 0;
  for (const character of stack) {
    state = automaton.step(state, character);
    if (state === rejected) {
      return false;
    }
  }
  return true;
}

/**
 * Whether an exception turns the whole pack off: its patterns match resource names, and rule names, that have nothing
 * in common.
 */
function isForEverything({ rule, resource }: Exception, stack: string): boolean {
  const fitsBoth = (pattern: string, ...texts: readonly string[]) =>
    texts.every((text) => wildcardMatches(pattern, text));
  return (
    fitsBoth(rule, "ecr-a", "ecr-z-y") &&
    (fitsBoth(resource, "a", "zz") || fitsBoth(resource, `${stack}a::b`, `${stack}zz::yy`))
  );
}
