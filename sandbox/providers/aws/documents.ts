import type { PropertyMap, PropertyValue } from "../../../provider/protocol/values";
import { policiesAreEquivalent } from "./policyEquivalence";

/** Canonical JSON: sorted keys, no whitespace, and `<`, `>`, `&` escaped, as the released provider stores it. */
export function normalizeJson(text: string): string {
  return JSON.stringify(sortKeys(JSON.parse(text))).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Whether two lifecycle policies are equivalent: the order of rules (they have priorities), tag lists, and keys does
 * not matter. Keys unknown to the released provider are ignored, because it compares only those it knows.
 */
export function equivalentLifecyclePolicies(left: PropertyValue, right: PropertyValue): boolean {
  return equivalent(left, right, reduceLifecyclePolicy);
}

/** Whether two IAM policy documents are equivalent. */
export function equivalentPolicies(left: PropertyValue, right: PropertyValue): boolean {
  if (typeof left !== "string" || typeof right !== "string") return left === right;
  try {
    return policiesAreEquivalent(left, right);
  } catch {
    return false;
  }
}

/** Whether two JSON strings have equal content. */
export function equivalentJson(left: PropertyValue, right: PropertyValue): boolean {
  if (typeof left !== "string" || typeof right !== "string") return left === right;
  try {
    return normalizeJson(left) === normalizeJson(right);
  } catch {
    return false;
  }
}

/** The document as last written if the service's is equivalent; otherwise every refresh would report a change. */
export function policyState(
  known: PropertyMap,
  found: string,
  equal: (left: PropertyValue, right: PropertyValue) => boolean = equivalentPolicies,
  property = "policy",
): string {
  const written = known[property];
  return normalizeJson(typeof written === "string" && written !== "" && equal(written, found) ? written : found);
}

function equivalent(left: PropertyValue, right: PropertyValue, reduce: (document: unknown) => unknown): boolean {
  if (typeof left !== "string" || typeof right !== "string") return left === right;
  if (left === right) return true;
  try {
    const canonical = (text: string) => JSON.stringify(sortKeys(reduce(JSON.parse(text.trim() || "{}"))));
    return canonical(left) === canonical(right);
  } catch {
    return false;
  }
}

type Document = Record<string, unknown>;

function pick(value: unknown, keys: readonly string[]): Document {
  const source = isDocument(value) ? value : {};
  return Object.fromEntries(
    keys.filter((key) => source[key] !== undefined && source[key] !== null).map((key) => [key, source[key]]),
  );
}

function reduceLifecyclePolicy(document: unknown): unknown {
  const rules = isDocument(document) && Array.isArray(document["rules"]) ? document["rules"] : [];
  return rules
    .map((rule) => {
      const reduced = pick(rule, ["rulePriority", "description", "selection", "action"]);
      const selection = pick(reduced["selection"], [
        "tagStatus",
        "tagPatternList",
        "tagPrefixList",
        "storageClass",
        "countType",
        "countUnit",
        "countNumber",
      ]);
      for (const key of ["tagPatternList", "tagPrefixList"]) {
        const list = selection[key];
        if (!Array.isArray(list)) continue;
        if (list.length === 0) delete selection[key];
        else selection[key] = [...list].sort();
      }
      return { ...reduced, selection, action: pick(reduced["action"], ["targetStorageClass", "type"]) };
    })
    .sort((a, b) => priority(a) - priority(b));
}

function priority(rule: Document): number {
  return typeof rule["rulePriority"] === "number" ? rule["rulePriority"] : 0;
}

function isDocument(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isDocument(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sortKeys(value[key])]),
  );
}
