import { isMap, type PropertyMap, type PropertyValue } from "../../../provider/protocol/values";
import { equivalentJson, equivalentPolicies, normalizeJson, policyState } from "./documents";

/**
 * SNS and SQS keep what belongs to a topic or queue as attributes: texts by name. This says which attribute a property
 * is, and how its value is written.
 */
export interface Attribute {
  readonly name: string;
  readonly kind: "text" | "number" | "boolean" | "json" | "policy";
}
export type AttributeMap = Readonly<Record<string, Attribute>>;

/** Properties from attributes; an attribute that is not there is the empty value of its kind. */
export function attributeState(
  map: AttributeMap,
  found: Readonly<Record<string, string | undefined>>,
  known: PropertyMap,
): PropertyMap {
  return Object.fromEntries(
    Object.entries(map).map(([property, { name, kind }]) => [property, stateOf(kind, found[name], known, property)]),
  );
}

/** Attributes of those properties that are set; `keys` restricts them, and what is not set is then emptied. */
export function attributesOf(map: AttributeMap, inputs: PropertyMap, keys?: readonly string[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [property, { name, kind }] of Object.entries(map)) {
    const value = inputs[property];
    const given = value !== undefined && value !== null && value !== "";
    if (keys ? keys.includes(property) : given) result[name] = given ? textOf(kind, value) : "";
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

function textOf(kind: Attribute["kind"], value: PropertyValue): string {
  if (kind === "json" || kind === "policy") return normalizeJson(String(value));
  return isMap(value) ? JSON.stringify(value) : String(value);
}
