import { isObject, type JsonObject } from "../values/jsonObjects";
import {
  type PolicyCondition,
  type PolicyDocument,
  type PolicyPrincipal,
  type PolicyStatement,
  policyVersions,
} from "./policyDocument";

/**
 * Normalizes a policy: statements as a list, every value as a list of strings, `Principal` either `"*"` or names by
 * type (a plain string or list counts as `AWS` names), and an explicit `Version`. IAM treats a single statement as a
 * list of one, and numbers and booleans in conditions as strings.
 *
 * @param policy JSON string or the parsed document.
 * @returns `undefined` when it does not have the structure of a policy; `accessPolicyFaults` then gives the reason.
 * Names and actions are not validated, so that a policy with such faults can still be evaluated.
 */
export function readAccessPolicy(policy: unknown): PolicyDocument | undefined {
  const document = parsePolicy(policy);
  if (!isObject(document)) {
    return undefined;
  }
  const { Version = "2008-10-17", Id, Statement } = document;
  const version = policyVersions.find((each) => each === Version);
  const statements = statementList(Statement).map(readStatement);
  if (version === undefined || statements.length === 0 || (Id !== undefined && typeof Id !== "string")) {
    return undefined;
  }
  if (!statements.every((statement) => statement !== undefined)) {
    return undefined;
  }
  return { Version: version, ...(Id !== undefined && { Id }), Statement: statements };
}

/** Parses a JSON string and returns any other value unchanged; `undefined` for a string that is not JSON. */
export function parsePolicy(policy: unknown): unknown {
  if (typeof policy !== "string") {
    return policy;
  }
  try {
    return JSON.parse(policy);
  } catch {
    return undefined;
  }
}

/** A policy's statements: a single one becomes a list of one, a missing one an empty list. */
export function statementList(statements: unknown): unknown[] {
  if (statements === undefined || statements === null) {
    return [];
  }
  return Array.isArray(statements) ? statements : [statements];
}

/** The strings of a value that is a string or a list of strings; `undefined` for anything else. */
export function readStrings(values: unknown): string[] | undefined {
  const list = Array.isArray(values) ? values : [values];
  return list.every((each) => typeof each === "string") ? list : undefined;
}

const stringKeys = ["Action", "NotAction", "Resource", "NotResource"] as const;
const principalKeys = ["Principal", "NotPrincipal"] as const;

function readStatement(statement: unknown): PolicyStatement | undefined {
  if (!isObject(statement)) {
    return undefined;
  }
  const { Sid, Effect, Condition } = statement;
  if ((Effect !== "Allow" && Effect !== "Deny") || (Sid !== undefined && typeof Sid !== "string")) {
    return undefined;
  }
  const read: PolicyStatement = { ...(Sid !== undefined && { Sid }), Effect };
  for (const key of principalKeys) {
    if (statement[key] === undefined) continue;
    const principal = readPrincipal(statement[key]);
    if (principal === undefined) return undefined;
    read[key] = principal;
  }
  for (const key of stringKeys) {
    if (statement[key] === undefined) continue;
    const texts = readStrings(statement[key]);
    if (texts === undefined) return undefined;
    read[key] = texts;
  }
  if (Condition !== undefined) {
    const condition = readCondition(Condition);
    if (condition === undefined) return undefined;
    read.Condition = condition;
  }
  return read;
}

function readPrincipal(principal: unknown): PolicyPrincipal | undefined {
  if (principal === "*") {
    return "*";
  }
  if (!isObject(principal)) {
    const names = readStrings(principal);
    return names && { AWS: names };
  }
  return readValues(principal, readStrings);
}

function readCondition(condition: unknown): PolicyCondition | undefined {
  return isObject(condition)
    ? readValues(condition, (keys) => (isObject(keys) ? readValues(keys, readConditionValues) : undefined))
    : undefined;
}

/** A condition's values as strings; they may also be numbers and booleans. */
export function readConditionValues(values: unknown): string[] | undefined {
  const list: unknown[] = Array.isArray(values) ? values : [values];
  return readStrings(list.map((each) => (typeof each === "number" || typeof each === "boolean" ? String(each) : each)));
}

/** The object with each value parsed; `undefined` when one cannot be. */
function readValues<T>(object: JsonObject, read: (value: unknown) => T | undefined): Record<string, T> | undefined {
  const entries: [string, T][] = [];
  for (const [key, value] of Object.entries(object)) {
    const known = read(value);
    if (known === undefined) return undefined;
    entries.push([key, known]);
  }
  return Object.fromEntries(entries);
}
