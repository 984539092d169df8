import { z } from "zod";
import type { Fault } from "../ecr/faults";
import { nearestWord, oneOf, withSuggestion } from "../ecr/values/nearestWord";
import { keysAt, keysOf, optionsOf, schemasAt } from "./schemaShape";

/**
 * A schema fault with its path and the most likely intended word, so that the value can be repaired and checked
 * further.
 */
export interface SchemaFault extends Fault {
  at: readonly PropertyKey[];
  /** The key that was most likely intended. */
  key?: string;
  /** The value that was most likely intended. */
  instead?: string;
}

/** The rule of faults in a key rather than its value. */
export const unknownKeyRule = "unknown key.";

/**
 * The fix for a number, a boolean or a date that stands for a string. `1.10` reads as 1.1, so its value must not be
 * quoted; where a stack file has the text, StackFile.located quotes that.
 */
export const unquotedFix =
  "the text as written is lost: write the original in quotes, or set it with `pulumi config set --type string`.";

/** The fix for an empty value, or a null, that stands for a string. */
export const emptyFix = "write a string in quotes.";

/** The same fixes for the text as written. */
export function quotedFix(source: string, isNull = false): string {
  const quoted = `quote it, ${JSON.stringify(source)}`;
  return isNull
    ? `${quoted}, or write another string.`
    : `${quoted}, or set it with \`pulumi config set --type string\`.`;
}

/** Shown in place of what may be a secret. */
export const hidden = "(hidden)";

/** Validates values against the schema. Each fault suggests the nearest valid word. */
export function schemaFaults(schema: z.ZodType, values: unknown, prefix: string): SchemaFault[] {
  const parsed = schema.safeParse(values);
  if (parsed.success) return [];
  const faults = parsed.error.issues.flatMap((issue) => faultsOf(issue, schema, values, prefix));
  // Do not report a key as missing when it is only misspelled.
  const meant = new Set(
    faults.flatMap(({ at, key }) => (key === undefined ? [] : [[...at.slice(0, -1), key].join("\0")])),
  );
  const reported = faults.filter(({ at, value }) => value !== undefined || !meant.has(at.join("\0")));
  return reported.map((fault) => (holdsSecret(fault) ? { ...fault, value: hidden } : fault));
}

/** Validates one value. Its path is a single key, such as a file name or a config key with its namespace. */
export function valueFaults(schema: z.ZodType, value: unknown, path: string): SchemaFault[] {
  return schemaFaults(z.object({ [path]: schema }), { [path]: value }, "");
}

const secretKeys: readonly PropertyKey[] = ["secrets", "password", "accessToken"];

/** Whether the value may be a secret, even under a misspelled key. */
function holdsSecret({ at, key = "", value }: SchemaFault): boolean {
  return value !== undefined && [...at, key].some((each) => secretKeys.includes(each));
}

function faultsOf(issue: z.core.$ZodIssue, schema: z.ZodType, values: unknown, prefix: string): SchemaFault[] {
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, issue.path);
    const given = Object.keys(Object(valueAt(values, issue.path)));
    return issue.keys.map((key) => {
      const fault = {
        at: [...issue.path, key],
        path: pathText(prefix, [...issue.path, key]),
        value: valueAt(values, [...issue.path, key]),
      };
      const others = given.filter((each) => known.includes(each) && !issue.keys.includes(each));
      if (known.includes(key) && others.length > 0) {
        return { ...fault, rule: `must not be together with ${others.join(", ")}.`, fix: "remove one of them." };
      }
      const fix = known.length > 0 ? oneOf(key, known) : "remove it.";
      return { ...fault, key: nearestWord(key, known), rule: unknownKeyRule, fix };
    });
  }
  if (issue.code === "invalid_union") {
    const nested = intendedIssues(issue, schema, valueAt(values, issue.path));
    if (nested !== undefined) {
      return nested.flatMap((each) =>
        faultsOf({ ...each, path: [...issue.path, ...each.path] }, schema, values, prefix),
      );
    }
  }
  const value = valueAt(values, issue.path);
  const choices = choicesOf(issue);
  const { rule, fix } = describeIssue(issue, value, choices);
  return [
    {
      at: issue.path,
      instead: typeof value === "string" ? nearestWord(value, choices.filter(isText)) : undefined,
      path: pathText(prefix, issue.path),
      value,
      rule,
      fix,
    },
  ];
}

/**
 * The issues of the union's alternative that was most likely intended: of those that accept the value's type, the one
 * with the most of its keys, where a misspelled key counts less than a known one.
 *
 * @returns Undefined if the value's type is wrong for all of them, or nothing tells which of several was intended.
 */
function intendedIssues(
  issue: z.core.$ZodIssueInvalidUnion,
  schema: z.ZodType,
  value: unknown,
): readonly z.core.$ZodIssue[] | undefined {
  const ofType = issue.errors
    .map((issues, index) => ({ issues, index }))
    .filter(({ issues }) => issues.length > 0 && !issues.some(isOfAnotherType));
  if (ofType.length < 2) return ofType[0]?.issues;
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  const alternatives = schemasAt(schema, issue.path)
    .map(optionsOf)
    .find((options) => options.length === issue.errors.length);
  const keys = isMap ? Object.keys(value) : [];
  const score = (index: number) => {
    const known = alternatives === undefined ? [] : keysOf([alternatives[index]]);
    return keys.reduce(
      (sum, key) => sum + (known.includes(key) ? 1 : nearestWord(key, known) === undefined ? 0 : 0.5),
      0,
    );
  };
  const scored = ofType.map((each) => ({ ...each, score: score(each.index), depth: depthOf(each.issues) }));
  const [best] = scored.sort((a, b) => b.score - a.score || b.depth - a.depth);
  if (!isMap || alternatives === undefined || (best?.score ?? 0) > 0) return best?.issues;
  // Without a key that tells, what one alternative requires is not missing: only the unknown keys are faults.
  const unknown = best?.issues.filter(({ code }) => code === "unrecognized_keys") ?? [];
  return unknown.length > 0 ? unknown : undefined;
}

/** Whether the issue is that the value itself, not a part of it, has another type than the alternative. */
function isOfAnotherType(issue: z.core.$ZodIssue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === "invalid_union") return issue.errors.every((issues) => issues.some(isOfAnotherType));
  return issue.code === "invalid_type" || issue.code === "invalid_value";
}

/** The issues of a union whose alternatives all have another type. */
function ofAnotherType({ errors }: z.core.$ZodIssueInvalidUnion): readonly z.core.$ZodIssue[] {
  return errors.every((issues) => issues.some(isOfAnotherType)) ? errors.flat() : [];
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(...issues.map(({ path }) => path.length));
}

/** Names of zod's types in messages. */
const typeNames: Record<string, string> = {
  record: "a map",
  object: "a map",
  array: "a list",
  string: "a string",
  boolean: "true or false, without quotes",
  number: "a number, without quotes",
  null: "null",
};

/** The fix for a missing value or one of the wrong type. */
function typeFix(value: unknown, types: readonly string[]): string {
  if (value === undefined) return "set it; see docs/config.md.";
  const isText = types.join() === "string";
  if (types.includes("string") && typeof value === "number") return unquotedFix;
  if (isText && typeof value === "boolean") return unquotedFix;
  if (isText && value === null) return emptyFix;
  if (types.join() === "array" && typeof value === "string") return `write [${JSON.stringify(value)}].`;
  return "write it that way; see docs/config.md.";
}

function describeIssue(
  issue: z.core.$ZodIssue,
  value: unknown,
  choices: readonly unknown[],
): { rule: string; fix: string } {
  const types = [...new Set(typesOf(issue))];
  if (choices.length > 0 || types.length > 0) {
    const all = [...choices.map((choice) => JSON.stringify(choice)), ...types.map((type) => typeNames[type] ?? type)];
    const rule = choices.length > 0 && types.length === 0 ? "no such choice." : `must be ${all.join(" or ")}.`;
    return { rule, fix: choices.length > 0 ? choiceFix(value, choices, types) : otherFix(value, types) };
  }
  const keys = requiredKeysOf(issue);
  if (keys.length > 0) return { rule: `must have ${keys.join(" or ")}.`, fix: "set one of them; see docs/config.md." };
  if (issue.code === "too_small" && issue.origin === "array") {
    return { rule: `must have at least ${issue.minimum} entry.`, fix: "add one." };
  }
  if (issue.code === "too_small" && issue.origin === "string") return { rule: "must not be empty.", fix: "write it." };
  const { message } = issue;
  const fix: unknown = issue.code === "custom" ? issue.params?.["fix"] : undefined;
  return {
    rule: `${message.charAt(0).toLowerCase()}${message.slice(1)}.`,
    fix: typeof fix === "string" ? fix : "see docs/config.md for its values.",
  };
}

function choiceFix(value: unknown, choices: readonly unknown[], types: readonly string[]): string {
  if (choices.some((choice) => !isText(choice) && String(choice) === value)) return `write ${value}, without quotes.`;
  const words = choices.filter(isText);
  if (words.length === 0 && types.length > 0) return typeFix(value, []);
  return withSuggestion(value, words, `write one of ${choices.map(String).join(", ")}.`);
}

function otherFix(value: unknown, types: readonly string[]): string {
  return value === null && types.some((type) => typeNames[type] === typeNames["object"])
    ? "write {} for an entry without settings."
    : typeFix(value, types);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** The keys that are missing in the alternatives of a union of maps. */
function requiredKeysOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code !== "invalid_union") return [];
  return [...new Set(issue.errors.flat().flatMap(({ path }) => path.slice(0, 1).map(String)))];
}

/** The expected types, including those of union members. */
function typesOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "invalid_union") return ofAnotherType(issue).flatMap(typesOf);
  return issue.code === "invalid_type" ? [issue.expected] : [];
}

/** The allowed values, including those of union members. */
function choicesOf(issue: z.core.$ZodIssue): unknown[] {
  if (issue.code === "invalid_union") return ofAnotherType(issue).flatMap(choicesOf);
  return issue.code === "invalid_value" ? [...issue.values] : [];
}

export function pathText(prefix: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part, index) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return index === 0 ? prefix + String(part) : `${text}.${String(part)}`;
  }, "");
}

export function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === "object" && value !== null ? Reflect.get(value, part) : undefined),
    values,
  );
}
