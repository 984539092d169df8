import { BlockList, isIP } from "node:net";
import { listOf, type PolicyCondition } from "../../../ecr/accessPolicy";
import { parseConditionOperator } from "../../../ecr/accessPolicy/policyConditions";
import { wildcardMatches } from "../../../ecr/tags/wildcard";

/**
 * Values of condition keys in one request, by lowercase key. A key with `undefined` is known to be absent; a missing
 * key cannot be evaluated.
 */
export type ConditionKeys = ReadonlyMap<string, readonly string[] | undefined>;

export interface ConditionVerdict {
  holds: boolean;
  /** Keys that the result depends on but that could not be evaluated. */
  unjudged: string[];
}

type Compare = (actual: string, expected: string) => boolean;

const comparisons: Readonly<Record<string, Compare>> = {
  StringEquals: (actual, expected) => actual === expected,
  StringEqualsIgnoreCase: (actual, expected) => actual.toLowerCase() === expected.toLowerCase(),
  StringLike: (actual, expected) => wildcardMatches(expected, actual, "?"),
  NumericEquals: numeric((a, b) => a === b),
  NumericLessThan: numeric((a, b) => a < b),
  NumericLessThanEquals: numeric((a, b) => a <= b),
  NumericGreaterThan: numeric((a, b) => a > b),
  NumericGreaterThanEquals: numeric((a, b) => a >= b),
  DateEquals: dated((a, b) => a === b),
  DateLessThan: dated((a, b) => a < b),
  DateLessThanEquals: dated((a, b) => a <= b),
  DateGreaterThan: dated((a, b) => a > b),
  DateGreaterThanEquals: dated((a, b) => a >= b),
  Bool: (actual, expected) => actual.toLowerCase() === expected.toLowerCase(),
  BinaryEquals: (actual, expected) => actual === expected,
  IpAddress: inRange,
  ArnEquals: arnMatches,
  ArnLike: arnMatches,
};

/** Maps each negated operator to the one it negates. */
const negations: Readonly<Record<string, string>> = {
  StringNotEquals: "StringEquals",
  StringNotEqualsIgnoreCase: "StringEqualsIgnoreCase",
  StringNotLike: "StringLike",
  NumericNotEquals: "NumericEquals",
  DateNotEquals: "DateEquals",
  NotIpAddress: "IpAddress",
  ArnNotEquals: "ArnEquals",
  ArnNotLike: "ArnLike",
};

/**
 * Whether a statement's conditions are met (IAM user guide, "IAM JSON policy elements: Condition operators"): all
 * operators and keys must match, and one matching value of each is enough.
 *
 * @param expand Replaces policy variables in a value; `undefined` when one cannot be resolved.
 */
export function judgeConditions(
  condition: PolicyCondition | undefined,
  keys: ConditionKeys,
  expand: (text: string) => string | undefined,
): ConditionVerdict {
  const unjudged: string[] = [];
  for (const [operator, tests] of Object.entries(condition ?? {})) {
    for (const [key, values] of Object.entries(tests)) {
      const expected = listOf(values).map(expand);
      const known = expected.every((value) => value !== undefined);
      if (!keys.has(key.toLowerCase()) || !known) {
        unjudged.push(key);
      } else if (!holds(operator, keys.get(key.toLowerCase()), expected as string[])) {
        // One condition that fails decides the result, even when others cannot be evaluated.
        return { holds: false, unjudged: [] };
      }
    }
  }
  return { holds: unjudged.length === 0, unjudged };
}

function holds(text: string, actual: readonly string[] | undefined, expected: readonly string[]): boolean {
  const operator = parseConditionOperator(text);
  if (!operator) {
    return false;
  }
  const { name, quantifier, ifExists } = operator;
  if (name === "Null") {
    return expected.some((value) => value.toLowerCase() === String(actual === undefined));
  }
  const negated = negations[name];
  const compare = comparisons[negated ?? name];
  if (!compare) {
    return false;
  }
  const fits = (value: string) => expected.some((each) => compare(value, each)) !== (negated !== undefined);
  if (actual === undefined) {
    return ifExists || quantifier === "ForAllValues" || (negated !== undefined && quantifier === undefined);
  }
  if (quantifier === "ForAllValues") {
    return actual.every(fits);
  }
  // A negated operator with several values matches only when none of the values does.
  return negated !== undefined && quantifier === undefined ? actual.every(fits) : actual.some(fits);
}

function numeric(compare: (actual: number, expected: number) => boolean): Compare {
  return (actual, expected) => compare(Number(actual), Number(expected));
}

/** Dates are ISO 8601 or seconds since 1970. */
function dated(compare: (actual: number, expected: number) => boolean): Compare {
  const time = (text: string) => (/^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text));
  return (actual, expected) => compare(time(actual), time(expected));
}

function inRange(actual: string, expected: string): boolean {
  const [network = "", prefix] = expected.split("/");
  const family = isIP(network);
  if (family === 0 || isIP(actual) !== family) {
    return false;
  }
  const kind = family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(network, prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix), kind);
  return list.check(actual, kind);
}

/** Each of the six parts of an ARN is matched separately: `*` does not match across the first five colons. */
export function arnMatches(actual: string, expected: string): boolean {
  const [actualParts, expectedParts] = [arnParts(actual), arnParts(expected)];
  return expectedParts.every((part, index) => wildcardMatches(part, actualParts[index] ?? "", "?"));
}

function arnParts(arn: string): string[] {
  const parts = arn.split(":");
  return [...parts.slice(0, 5), parts.slice(5).join(":")];
}
