import { isObject, type JsonObject } from "../jsonObjects";
import {
  type PolicyCondition,
  type PolicyDocument,
  type PolicyPrincipal,
  type PolicyStatement,
  policyVersions,
} from "./types";

/**
 * A policy as one form: its statements a list, every value a list of texts, `Principal` either `"*"` or names by kind
 * (a bare text or list there is taken as `AWS` names), `Version` written out. IAM takes a single statement for a list of
 * one, and numbers and booleans in conditions for their text.
 *
 * @param policy JSON text or the parsed document.
 * @returns `undefined` when it has not the structure of a policy; `accessPolicyFaults` then says why. Whether the
 *   service accepts its names and actions is not asked here, so that a policy with a fault can still be judged.
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

/** The document of a text, or the value itself; `undefined` for a text that is no JSON. */
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

/** A policy's statements: one that stands alone is a list of one, and none at all an empty list. */
export function statementList(statements: unknown): unknown[] {
  if (statements === undefined || statements === null) {
    return [];
  }
  return Array.isArray(statements) ? statements : [statements];
}

/** Texts of a value that is one text or a list of them; `undefined` for anything else. */
export function readTexts(values: unknown): string[] | undefined {
  const list = Array.isArray(values) ? values : [values];
  return list.every((each) => typeof each === "string") ? list : undefined;
}

const textKeys = ["Action", "NotAction", "Resource", "NotResource"] as const;
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
  for (const key of textKeys) {
    if (statement[key] === undefined) continue;
    const texts = readTexts(statement[key]);
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
    const names = readTexts(principal);
    return names && { AWS: names };
  }
  return readValues(principal, readTexts);
}

function readCondition(condition: unknown): PolicyCondition | undefined {
  return isObject(condition)
    ? readValues(condition, (keys) => (isObject(keys) ? readValues(keys, readConditionValues) : undefined))
    : undefined;
}

/** Texts of a condition's values, which may be numbers and booleans too. */
export function readConditionValues(values: unknown): string[] | undefined {
  const list: unknown[] = Array.isArray(values) ? values : [values];
  return readTexts(list.map((each) => (typeof each === "number" || typeof each === "boolean" ? String(each) : each)));
}

/** The object with each value read; `undefined` when one cannot be. */
function readValues<T>(object: JsonObject, read: (value: unknown) => T | undefined): Record<string, T> | undefined {
  const entries: [string, T][] = [];
  for (const [key, value] of Object.entries(object)) {
    const known = read(value);
    if (known === undefined) return undefined;
    entries.push([key, known]);
  }
  return Object.fromEntries(entries);
}
