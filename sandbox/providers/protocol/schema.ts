import type { Failure } from "../../../provider/protocol/definition";
import {
  formatPath,
  isMap,
  isUnknown,
  type PathSegment,
  type PropertyMap,
  type PropertyValue,
} from "../../../provider/protocol/values";
import { notSupported } from "./notSupported";

export type PropertyType =
  | "string"
  | "number"
  | "boolean"
  /** User-defined keys with string values. */
  | "stringMap"
  /** A JSON string; a program may also pass the document as an object. */
  | "json"
  | { readonly list: PropertySchema }
  /** A list of strings whose order does not matter. */
  | "stringSet"
  | { readonly object: Schema };

/** A property in the released provider's schema. */
export interface PropertySchema {
  readonly type: PropertyType;
  readonly required?: boolean;
  /** Set by the provider only; rejected as an input. */
  readonly output?: boolean;
  /**
   * When omitted from the inputs, the service's value is kept without a diff ("Optional, Computed" in the released
   * provider).
   */
  readonly computed?: boolean;
  /** For computed properties: an empty list removes what is there instead of keeping it. */
  readonly emptyRemoves?: boolean;
  readonly default?: PropertyValue;
  /** A change replaces the resource. */
  readonly replace?: boolean;
  readonly values?: readonly string[];
  readonly maxItems?: number;
  /** The rule that a value violates, with the fix; undefined when it is valid. */
  readonly rule?: (value: PropertyValue) => string | undefined;
  /** True when two different values are equivalent. */
  readonly equal?: (left: PropertyValue, right: PropertyValue) => boolean;
}
export type Schema = Readonly<Record<string, PropertySchema>>;

/** Names of the bridge's internal properties, such as `__defaults`. */
export function isInternal(key: string): boolean {
  return key.startsWith("__");
}

/**
 * Validates inputs against a schema and reports everything missing, unsupported, of the wrong type, or against a rule
 * at once. Returns the inputs as the released provider would store them: without nulls, with defaults, JSON documents
 * as strings, and `__defaults` listing what the user did not set.
 */
export function checkInputs(
  type: string,
  schema: Schema,
  news: PropertyMap,
  supported: readonly string[] = inputNames(schema),
): { inputs: PropertyMap; failures: Failure[] } {
  const failures: Failure[] = [];
  const foreign = Object.keys(news).filter((key) => !isInternal(key) && news[key] !== null && !supported.includes(key));
  if (foreign.length > 0) {
    const subject = `${foreign.join(", ")}: ${foreign.length === 1 ? "this property" : "these properties"} of ${type}`;
    failures.push({
      property: foreign[0] ?? "",
      reason: notSupported(`${subject} ${foreign.length === 1 ? "is" : "are"}`, supported),
    });
  }
  const inputs = checkObject(schema, news, [], failures, type);
  return { inputs, failures };
}

export function inputNames(schema: Schema): string[] {
  return Object.entries(schema)
    .filter(([, property]) => !property.output)
    .map(([key]) => key);
}

function checkObject(
  schema: Schema,
  news: PropertyMap,
  path: readonly PathSegment[],
  failures: Failure[],
  type: string,
): PropertyMap {
  const inputs: PropertyMap = {};
  const defaults: string[] = [];
  for (const [key, property] of Object.entries(schema)) {
    if (property.output) continue;
    const given = news[key];
    if (given !== undefined && given !== null) {
      inputs[key] = checkValue(property, given, [...path, key], failures, type);
    } else if (property.default !== undefined) {
      inputs[key] = property.default;
      defaults.push(key);
    } else if (property.required) {
      failures.push({
        property: formatPath([...path, key]),
        reason: `Missing required property '${formatPath([...path, key])}'`,
      });
    }
  }
  inputs["__defaults"] = defaults;
  if (path.length > 0) refuseForeign(schema, news, path, failures, type);
  return inputs;
}

function refuseForeign(
  schema: Schema,
  news: PropertyMap,
  path: readonly PathSegment[],
  failures: Failure[],
  type: string,
): void {
  const names = inputNames(schema);
  const foreign = Object.keys(news).filter((key) => !isInternal(key) && news[key] !== null && !names.includes(key));
  if (foreign.length === 0) return;
  const where = formatPath(path);
  failures.push({
    property: where,
    reason: notSupported(`${where}.{${foreign.join(", ")}} of ${type} is`, names),
  });
}

function checkValue(
  property: PropertySchema,
  value: PropertyValue,
  path: readonly PathSegment[],
  failures: Failure[],
  type: string,
): PropertyValue {
  if (isUnknown(value)) return value;
  const fault = (rule: string) => {
    failures.push({ property: formatPath(path), reason: `${formatPath(path)}: ${show(value)}: ${rule}` });
    return value;
  };
  const checked = checkType(property, value, path, failures, type, fault);
  if (property.values && typeof checked === "string" && !property.values.includes(checked)) {
    fault(`expected one of ${property.values.join(", ")}`);
  }
  if (property.maxItems !== undefined && Array.isArray(checked) && checked.length > property.maxItems) {
    fault(`at most ${property.maxItems} ${property.maxItems === 1 ? "item is" : "items are"} allowed`);
  }
  const rule = property.rule?.(checked);
  if (rule !== undefined) fault(rule);
  return checked;
}

function checkType(
  property: PropertySchema,
  value: PropertyValue,
  path: readonly PathSegment[],
  failures: Failure[],
  type: string,
  fault: (rule: string) => PropertyValue,
): PropertyValue {
  const expected = property.type;
  if (expected === "string") {
    // The bridge converts numbers and booleans to strings where strings are expected.
    return typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : typeof value === "string"
        ? value
        : fault("expected text");
  }
  if (expected === "number") {
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    return typeof number === "number" && Number.isFinite(number) ? number : fault("expected a number");
  }
  if (expected === "boolean") {
    if (value === "true") return true;
    if (value === "false") return false;
    return typeof value === "boolean" ? value : fault("expected true or false");
  }
  if (expected === "json") return checkJson(value, fault);
  if (expected === "stringMap") {
    if (!isMap(value)) return fault("expected a map of strings");
    const map: PropertyMap = {};
    for (const [key, element] of Object.entries(value)) {
      if (element === null || isInternal(key)) continue;
      map[key] = checkValue({ type: "string" }, element, [...path, key], failures, type);
    }
    return map;
  }
  if (expected === "stringSet") {
    if (!Array.isArray(value)) return fault("expected a list of strings");
    return value.map((element, index) => checkValue({ type: "string" }, element, [...path, index], failures, type));
  }
  if ("list" in expected) {
    if (!Array.isArray(value)) return fault("expected a list");
    return value.map((element, index) => checkValue(expected.list, element, [...path, index], failures, type));
  }
  return isMap(value) ? checkObject(expected.object, value, path, failures, type) : fault("expected an object");
}

function checkJson(value: PropertyValue, fault: (rule: string) => PropertyValue): PropertyValue {
  if (isMap(value) || Array.isArray(value)) return JSON.stringify(sorted(value));
  if (typeof value !== "string") return fault("expected a JSON string or an object");
  try {
    JSON.parse(value);
    return value;
  } catch (error) {
    return fault(`contains invalid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function sorted(value: PropertyValue): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key] ?? null)]),
  );
}

function show(value: PropertyValue): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}
