import { isMap, type PropertyMap, type PropertyValue } from "../../../provider/protocol/values";
import { equivalentJson, equivalentPolicies, normalizeJson, policyState } from "./documents";

/**
 * SNS and SQS store the settings of a topic or queue as attributes: strings by name. This maps a property to its
 * attribute and to the format of its value.
 */
export interface Attribute {
  readonly name: string;
  readonly kind: "text" | "number" | "boolean" | "json" | "policy";
}
export type AttributeMap = Readonly<Record<string, Attribute>>;

/** Properties from attributes; a missing attribute becomes the empty value of its kind. */
export function attributeState(
  map: AttributeMap,
  found: Readonly<Record<string, string | undefined>>,
  known: PropertyMap,
): PropertyMap {
  return Object.fromEntries(
    Object.entries(map).map(([property, { name, kind }]) => [property, stateOf(kind, found[name], known, property)]),
  );
}

/** Attributes for the properties that are set; with `keys`, only for those, and unset ones become empty. */
export function attributesOf(map: AttributeMap, inputs: PropertyMap, keys?: readonly string[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [property, { name, kind }] of Object.entries(map)) {
    const value = inputs[property];
    const given = value !== undefined && value !== null && value !== "";
    if (keys ? keys.includes(property) : given) result[name] = given ? comparableString(kind, value) : "";
  }
  return result;
}

function stateOf(kind: Attribute["kind"], text: string | undefined, known: PropertyMap, key: string): PropertyValue {
  switch (kind) {
    case "number":
      return Number(text ?? 0);
    case "boolean":
      return text?.toLowerCase() === "true";
    case "json":
      return text ? policyState(known, text, equivalentJson, key) : "";
    case "policy":
      return text ? policyState(known, text, equivalentPolicies, key) : "";
    case "text":
      return text ?? "";
  }
}

function comparableString(kind: Attribute["kind"], value: PropertyValue): string {
  if (kind === "json" || kind === "policy") return normalizeJson(String(value));
  return isMap(value) ? JSON.stringify(value) : String(value);
}
