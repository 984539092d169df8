import type { z } from "zod";
import type { Fault } from "../ecr/faults";
import { nearestWord, oneOf } from "../ecr/nearestWord";

/** A fault of keys and types, with what to judge the rest by: where it is, and what was most likely meant there. */
export interface SchemaFault extends Fault {
  at: readonly PropertyKey[];
  /** The key that this one stands for. */
  key?: string;
  /** The value that this one stands for. */
  instead?: string;
}

/** Its fault is in the key, and not in the value. */
export const unknownKeyRule = "unknown key.";

/** What the schema says against the values, each fault with the nearest right word. */
export function schemaFaults(schema: z.ZodType, values: unknown, prefix: string): SchemaFault[] {
  const parsed = schema.safeParse(values);
  if (parsed.success) return [];
  const faults = parsed.error.issues.flatMap((issue) => faultsOf(issue, schema, values, prefix));
  // What is there under a misspelt key is not missing.
  const meant = new Set(
    faults.flatMap(({ at, key }) => (key === undefined ? [] : [[...at.slice(0, -1), key].join("\0")])),
  );
  return faults.filter(({ at, value }) => value !== undefined || !meant.has(at.join("\0")));
}

function faultsOf(issue: z.core.$ZodIssue, schema: z.ZodType, values: unknown, prefix: string): SchemaFault[] {
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => ({
      at: [...issue.path, key],
      key: nearestWord(key, known),
      path: pathText(prefix, [...issue.path, key]),
      value: valueAt(values, [...issue.path, key]),
      rule: unknownKeyRule,
      fix: known.length > 0 ? oneOf(key, known) : "remove it.",
    }));
  }
  if (issue.code === "invalid_union") {
    // The alternative that got furthest is the one that was meant.
    const depth = (issues: readonly z.core.$ZodIssue[]) => Math.max(...issues.map((nested) => nested.path.length));
    const nearest = [...issue.errors].sort((a, b) => depth(b) - depth(a))[0] ?? [];
    if (nearest.length > 0 && depth(nearest) > 0) {
      return nearest.flatMap((nested) =>
        faultsOf({ ...nested, path: [...issue.path, ...nested.path] }, schema, values, prefix),
      );
    }
  }
  const value = valueAt(values, issue.path);
  const choices = choicesOf(issue);
  const { rule, fix } = wordsFor(issue, value, choices);
  return [
    {
      at: issue.path,
      instead: typeof value === "string" ? nearestWord(value, choices) : undefined,
      path: pathText(prefix, issue.path),
      value,
      rule,
      fix,
    },
  ];
}

/** As users call what zod calls by its classes. */
const typeNames: Record<string, string> = {
  record: "a map",
  object: "a map",
  array: "a list",
  string: "a string",
  boolean: "true or false, without quotes",
  number: "a number, without quotes",
  null: "null",
};

/** A value of its own is what a list of one takes; what is not there has to be written first. */
function missingOrOtherwise(value: unknown, types: readonly string[]): string {
  if (value === undefined) return "set it; see docs/config.md.";
  if (types.join() === "array" && typeof value === "string") return `write [${JSON.stringify(value)}].`;
  return "write it that way; see docs/config.md.";
}

function wordsFor(issue: z.core.$ZodIssue, value: unknown, choices: readonly string[]): { rule: string; fix: string } {
  const types = [...new Set(typesOf(issue))];
  if (choices.length > 0 || types.length > 0) {
    const all = [...choices.map((choice) => JSON.stringify(choice)), ...types.map((type) => typeNames[type] ?? type)];
    const rule = choices.length > 0 && types.length === 0 ? "no such choice." : `must be ${all.join(" or ")}.`;
    return {
      rule,
      fix:
        choices.length > 0
          ? oneOf(value, choices)
          : value === null && types.some((type) => typeNames[type] === typeNames["object"])
            ? "write {} for one without settings."
            : missingOrOtherwise(value, types),
    };
  }
  if (issue.code === "too_small" && issue.origin === "array") {
    return { rule: `must have at least ${issue.minimum} entry.`, fix: "add one." };
  }
  if (issue.code === "too_small" && issue.origin === "string") return { rule: "must not be empty.", fix: "write it." };
  const { message } = issue;
  return {
    rule: `${message.charAt(0).toLowerCase()}${message.slice(1)}.`,
    fix: "write a value as docs/config.md has it.",
  };
}

/** Types that would be right, through unions. */
function typesOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "invalid_union") return issue.errors.flatMap((issues) => issues.flatMap(typesOf));
  return issue.code === "invalid_type" ? [issue.expected] : [];
}

/** Words that would be right, through unions. */
function choicesOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "invalid_union") return issue.errors.flatMap((issues) => issues.flatMap(choicesOf));
  return issue.code === "invalid_value" ? issue.values.map(String) : [];
}

/** The keys that the schema knows at a path; through every alternative. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const found = path.reduce<readonly unknown[]>(
    (schemas, part) => schemas.flatMap((each) => below(each, part)),
    [schema],
  );
  return [...new Set(found.flatMap(plain).flatMap((each) => Object.keys(each.shape ?? {})))];
}

/** What is read of zod's own descriptions of schemas. */
interface Definition {
  innerType?: unknown;
  options?: readonly unknown[];
  shape?: Record<string, unknown>;
  valueType?: unknown;
  element?: unknown;
}

function below(schema: unknown, part: PropertyKey): unknown[] {
  return plain(schema).flatMap(({ shape = {}, valueType, element }) => {
    const next = Object.hasOwn(shape, part) ? shape[String(part)] : (valueType ?? element);
    return next === undefined ? [] : [next];
  });
}

/** A schema without what makes it optional, as the alternatives that it has. */
function plain(schema: unknown): Definition[] {
  const { def } = schema as { def: Definition };
  if (def.innerType !== undefined) return plain(def.innerType);
  return def.options !== undefined ? def.options.flatMap(plain) : [def];
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
