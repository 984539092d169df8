import type { DiffKind, PropertyChange } from "../../../provider/protocol/definition";
import {
  containsUnknown,
  formatPath,
  isMap,
  isUnknown,
  type PathSegment,
  type PropertyMap,
  type PropertyValue,
} from "../../../provider/protocol/values";
import { inputNames, isInternal, type PropertySchema, type Schema } from "./schema";

/**
 * Compares new inputs with the last known state, as the released providers do: with what the service reported rather
 * than what was requested, so that a refresh that found a manual change leads to an update. An omitted property falls
 * back to its default, or to the service's value when it is computed.
 */
export function diffState(schema: Schema, state: PropertyMap, news: PropertyMap): Record<string, PropertyChange> {
  const changes: Record<string, PropertyChange> = {};
  for (const key of inputNames(schema)) {
    const property = schema[key];
    if (property) diffProperty(property, state[key], news[key], [key], property.replace === true, changes);
  }
  return changes;
}

function diffProperty(
  property: PropertySchema,
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
  path: readonly PathSegment[],
  replace: boolean,
  changes: Record<string, PropertyChange>,
): void {
  if (isAbsent(after) && property.computed && !(property.emptyRemoves && Array.isArray(after))) return;
  if (isBlank(after) && isBlank(before)) return;
  if (!isUnknown(after) && before !== undefined && after !== undefined && property.equal?.(before, after)) return;
  const { type } = property;
  if (type === "stringSet" && Array.isArray(before) && Array.isArray(after) && !containsUnknown(after)) {
    if (JSON.stringify([...before].sort()) !== JSON.stringify([...after].sort())) {
      record(changes, path, "update", replace);
    }
    return;
  }
  if (type === "stringMap" && (isMap(before) || isMap(after)) && !isUnknown(after)) {
    const [left, right] = [isMap(before) ? before : {}, isMap(after) ? after : {}];
    for (const key of keysOf(left, right)) {
      diffProperty({ type: "string" }, left[key], right[key], [...path, key], replace, changes);
      // An empty string is a value here: a tag with an empty value differs from no tag.
      if (key in left !== key in right) record(changes, [...path, key], key in right ? "add" : "delete", replace);
    }
    return;
  }
  if (typeof type === "object" && "list" in type && Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      const element = type.list;
      const nested = replace || element.replace === true;
      if (index < before.length && index < after.length) {
        diffProperty(element, before[index], after[index], [...path, index], nested, changes);
      } else {
        record(changes, [...path, index], index < after.length ? "add" : "delete", nested);
      }
    }
    return;
  }
  if (typeof type === "object" && "object" in type && isMap(before) && isMap(after)) {
    for (const [key, nested] of Object.entries(type.object)) {
      diffProperty(nested, before[key], after[key], [...path, key], replace || nested.replace === true, changes);
    }
    return;
  }
  if (isAbsent(before)) record(changes, path, "add", replace);
  else if (isAbsent(after)) record(changes, path, "delete", replace);
  else if (before !== after) record(changes, path, "update", replace);
}

function record(
  changes: Record<string, PropertyChange>,
  path: readonly PathSegment[],
  kind: DiffKind,
  replace: boolean,
): void {
  changes[formatPath(path)] = { kind, replace };
}

function keysOf(left: PropertyMap, right: PropertyMap): string[] {
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].filter((key) => !isInternal(key));
}

/** Omitted; a missing block looks like an empty list. */
function isAbsent(value: PropertyValue | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/** Zero values, which the released providers treat as equal. */
function isBlank(value: PropertyValue | undefined): boolean {
  if (value === undefined || value === null || value === "" || value === false || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isMap(value) && Object.keys(value).every(isInternal);
}

/**
 * The inputs that would produce the service's state, for a refresh: only the properties that were given, with the
 * values found. Equivalent values keep the user's notation.
 */
export function inputsFromState(schema: Schema, inputs: PropertyMap, state: PropertyMap): PropertyMap {
  const result: PropertyMap = {};
  for (const [key, value] of Object.entries(inputs)) {
    const property = schema[key];
    const found = state[key];
    if (!property) result[key] = value;
    else if (found !== undefined) result[key] = refreshed(property, value, found);
    else if (isBlank(value)) result[key] = value;
  }
  return result;
}

function refreshed(property: PropertySchema, input: PropertyValue, found: PropertyValue): PropertyValue {
  if (property.equal?.(input, found)) return input;
  const { type } = property;
  if (type === "stringSet" && Array.isArray(input) && Array.isArray(found)) {
    return JSON.stringify([...input].sort()) === JSON.stringify([...found].sort()) ? input : found;
  }
  if (typeof type === "object" && "list" in type && Array.isArray(input) && Array.isArray(found)) {
    return found.map((element, index) => {
      const given = input[index];
      return given === undefined ? element : refreshed(type.list, given, element);
    });
  }
  if (typeof type === "object" && "object" in type && isMap(input) && isMap(found)) {
    return inputsFromState(type.object, input, found);
  }
  return found;
}

/** Inputs for an imported resource: every found value that differs from the result of omitting it. */
export function importedInputs(schema: Schema, state: PropertyMap): PropertyMap {
  const inputs: PropertyMap = {};
  for (const key of inputNames(schema)) {
    const found = state[key];
    if (!isBlank(found) && found !== undefined) inputs[key] = imported(schema[key], found);
  }
  inputs["__defaults"] = [];
  return inputs;
}

function imported(property: PropertySchema | undefined, found: PropertyValue): PropertyValue {
  const type = property?.type;
  if (typeof type === "object" && "list" in type && Array.isArray(found)) {
    return found.map((element) => imported(type.list, element));
  }
  if (typeof type === "object" && "object" in type && isMap(found)) return importedInputs(type.object, found);
  return found;
}
