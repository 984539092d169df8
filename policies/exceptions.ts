import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { rejected } from "../ecr/tagSearch";
import { wildcardAutomaton, wildcardMatches } from "../ecr/wildcard";
import { type Parameters, readParameters } from "./parameters";

const name = "ecr-exceptions";

/** A resource that a rule lets be, for a reason and until a day. */
export interface Exception {
  /** The rule's name; `*` stands for any characters. */
  rule: string;
  /** The resource's URN, or its name in the program; `*` stands for any characters. Both are known in every preview. */
  resource: string;
  reason: string;
  /** The last day on which it holds, in UTC: 2026-12-31. */
  expires: string;
}

/** Exceptions of this process's config, once it was read; the engine starts a process for each run. */
let exceptions: readonly Exception[] | undefined;
/** Those that something was found for. */
const used = new Set<Exception>();

/** @param given `undefined` has them read from the config again. */
export function setExceptions(given: readonly Exception[] | undefined): void {
  exceptions = given;
  used.clear();
}

export function isExpired(exception: Exception, now: Date = new Date()): boolean {
  return exception.expires < now.toISOString().slice(0, 10);
}

/**
 * The exception that excuses a resource from a rule, an expired one when there is no other. To be asked only when the rule
 * has found something: an exception that nobody needs is reported.
 */
export function exceptionFor(rule: string, resource: { urn: string; name: string }): Exception | undefined {
  const fits = fitting(rule, resource);
  for (const each of fits) {
    used.add(each);
  }
  return fits.find((each) => !isExpired(each)) ?? fits[0];
}

/** Whether an exception that holds excuses the resource; as `exceptionFor`, to be asked when something was found. */
export function isExcused(rule: string, resource: { urn: string; name: string }): boolean {
  const exception = exceptionFor(rule, resource);
  return exception !== undefined && !isExpired(exception);
}

function fitting(rule: string, resource: { urn: string; name: string }): Exception[] {
  return (exceptions ?? []).filter(
    (each) =>
      wildcardMatches(each.rule, rule) &&
      (wildcardMatches(each.resource, resource.urn) || wildcardMatches(each.resource, resource.name)),
  );
}

/**
 * Whether an exception keeps a remediation from the resource. It is not used by that: the same rule judges the resource next, and
 * finds what the remediation left.
 */
export function isLeftAlone(rule: string, resource: { urn: string; name: string }): boolean {
  return fitting(rule, resource).some((each) => !isExpired(each));
}

const parameters: Parameters = {
  exceptions: {
    type: "array",
    default: [],
    description:
      "Resources that rules let be: the rule's name, the resource's URN or name in the program (in both, `*` stands for any " +
      "characters), the reason, and the last day on which the exception holds, in UTC.",
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
  "Take the exception out of the policy config, or, when it is still needed, agree on a new day and write it in `expires`.";

/** First of the pack: it takes the exceptions out of the config before another rule finds anything. */
export const exceptionsRule: ResourceValidationPolicy = {
  name,
  displayName: "Exceptions from the rules",
  description: "Holds the exceptions from all other rules: which resource, which rule, why, until when.",
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

/** Last of the pack: by then every rule has found what it finds. */
export const exceptionsInUse: StackValidationPolicy = {
  name: "ecr-exceptions-in-use",
  displayName: "Exceptions are needed and have not expired",
  description:
    "Every exception from a rule excuses something that is there, does not excuse everything, and its last day has not passed.",
  enforcementLevel: "advisory",
  severity: "low",
  tags: ["exceptions"],
  remediationSteps,
  url,
  validateStack: ({ resources }, reportViolation) => {
    const stack = /^urn:pulumi:[^:]*::[^:]*::/.exec(resources[0]?.urn ?? "")?.[0] ?? "";
    for (const each of (exceptions ?? []).filter(({ resource }) => mayBeOf(stack, resource))) {
      const what = `exceptions: the exception from ${each.rule} for "${each.resource}" (${JSON.stringify(each.reason)})`;
      if (isExpired(each)) {
        reportViolation(
          `${what} expired after ${each.expires}; allowed are exceptions whose day has not passed. ` +
            "Leave it out, or write a later day in `expires`.",
        );
      } else if (!used.has(each)) {
        reportViolation(`${what} excuses nothing in this stack; allowed are exceptions that are needed. Leave it out.`);
      } else if (isForEverything(each, stack)) {
        reportViolation(
          `${what} excuses every resource of this stack from every rule until ${each.expires}, so nothing is judged. ` +
            "Must be for resources or rules by name. Write the rule and the resource that it is needed for.",
        );
      }
    }
  },
};

/** Whether a resource of the stack can be meant: a URN of another stack or project says nothing about this one. */
function mayBeOf(stack: string, pattern: string): boolean {
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

/** Whether an exception turns the whole pack off: names that have nothing in common are excused from rules that do not either. */
function isForEverything({ rule, resource }: Exception, stack: string): boolean {
  const fitsBoth = (pattern: string, ...texts: readonly string[]) =>
    texts.every((text) => wildcardMatches(pattern, text));
  return (
    fitsBoth(rule, "ecr-a", "ecr-z-y") &&
    (fitsBoth(resource, "a", "zz") || fitsBoth(resource, `${stack}a::b`, `${stack}zz::yy`))
  );
}
