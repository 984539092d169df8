import type { Fault } from "../ecr/faults";
import { repairValues } from "./repairedValues";
import { pathText, type SchemaFault, schemaFaults, unquotedFix } from "./schemaFaults";
import { type EnvironmentConfig, environmentFaults, environmentSchema } from "./sections";

/** A stack's parsed config, or all of its faults. */
export type CheckedConfig = { config: EnvironmentConfig; faults?: undefined } | { config?: undefined; faults: Fault[] };

/**
 * Parses config values and collects every fault: unknown keys, wrong types, and whatever ECR would reject in the
 * remaining values. Does not call Pulumi's engine, AWS or Docker.
 *
 * @param all Every config value of the stack as the engine passes it: `<namespace>:<key>` to string.
 * @param namespace The project's own namespace. Config of other packages (`aws:region`) is not checked.
 * @param region The provider's region, if known.
 */
export function checkConfig(all: Record<string, string>, namespace: string, region?: string): CheckedConfig {
  const prefix = `${namespace}:`;
  const own = Object.entries(all).filter(([key]) => key.startsWith(prefix));
  // Object.fromEntries, because assigning `__proto__` would set the object's prototype.
  const values = Object.fromEntries(
    own.map(([key, value]) => [key.slice(prefix.length), parseValue(value)] as const).filter(isWritten),
  );
  const inherited = inheritedKeyFaults(values, prefix);
  if (inherited.length > 0) return { faults: inherited };
  const parsed = environmentSchema.safeParse(values);
  const faults = parsed.success ? environmentFaults(parsed.data, region) : allFaults(values, prefix, region);
  if (parsed.success && faults.length === 0) return { config: parsed.data };
  const located = parsed.success ? faults.map((fault) => ({ ...fault, path: prefix + fault.path })) : faults;
  return { faults: located.map(ofDate) };
}

/** How a date without quotes arrives: YAML reads a time, which the engine passes in Go's format. */
const goTime = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} \S+$/;

/** A fault in a date that stands for a string: what is wrong with the time is not the user's fault. */
function ofDate(fault: Fault): Fault {
  if (typeof fault.value !== "string" || !goTime.test(fault.value)) return fault;
  return { ...fault, rule: "must be a string, and YAML reads a date without quotes as a time.", fix: unquotedFix };
}

/**
 * Whether a section is set. Pulumi requires a value for each section without a default in Pulumi.yaml, so `{}` counts
 * as not set.
 */
function isWritten([key, value]: readonly [string, unknown]): boolean {
  return !(Object.hasOwn(environmentSchema.shape, key) && JSON.stringify(value) === "{}");
}

/** Structured config arrives as a JSON string; anything else is a plain string. */
function parseValue(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Names that exist on every object: whether a value set under one of them is visible depends on how it is read. */
const inheritedKeys: readonly string[] = ["__proto__", "constructor", "prototype"];

function inheritedKeyFaults(value: unknown, prefix: string, path: readonly PropertyKey[] = []): Fault[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, nested]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (!inheritedKeys.includes(key)) return inheritedKeyFaults(nested, prefix, at);
    return [
      {
        path: pathText(prefix, at),
        value: nested,
        rule: `a key must not be ${inheritedKeys.join(", ")}: every JavaScript object has properties of these names.`,
        fix: "use another key; the repository can keep its name with repositoryName.",
      },
    ];
  });
}

/** Maximum number of repair rounds: each one reveals the misspelled keys inside those that the last one corrected. */
const maximumRounds = 5;

/** Schema faults, and the faults of everything that can still be parsed despite them. */
function allFaults(values: Record<string, unknown>, prefix: string, region: string | undefined): Fault[] {
  const faults: Fault[] = [];
  const written: ((path: string) => string)[] = [];
  const gone: string[] = [];
  let current = values;
  for (let round = 0; round < maximumRounds; round++) {
    const found = schemaFaults(environmentSchema, current, prefix);
    // In later rounds, a missing value may only be missing because an earlier round removed something.
    const own = found.filter(
      ({ path, value }) => round === 0 || (value !== undefined && !isConsequence(path, value, gone)),
    );
    faults.push(...own.map((fault) => withWrittenPath(fault, written)));
    const step = repairValues(current, found);
    current = step.values;
    gone.push(...step.removed.map((path) => pathText(prefix, path)));
    written.push(...step.renamed.map((each) => pathRenamer(each, prefix)));
    const parsed = environmentSchema.safeParse(current);
    if (!parsed.success) continue;
    const rest = environmentFaults(parsed.data, region)
      .map((fault) => ({ ...fault, path: prefix + fault.path }))
      .filter(({ path, value }) => !isConsequence(path, value, gone))
      .map((fault) => withWrittenPath(fault, written));
    const known = new Set(faults.map(({ path }) => path));
    return [...faults, ...rest.filter(({ path }) => !known.has(path))];
  }
  return faults;
}

/**
 * Whether a fault is only a consequence of a removal: it is inside or around what was removed, or is a missing sibling.
 */
function isConsequence(path: string, value: unknown, gone: readonly string[]): boolean {
  return gone.some(
    (each) =>
      isWithin(path, each) || isWithin(each, path) || (value === undefined && parentOf(path) === parentOf(each)),
  );
}

function isWithin(path: string, outer: string): boolean {
  return path.startsWith(outer) && ["", ".", "["].includes(path.charAt(outer.length));
}

function parentOf(path: string): string {
  return path.replace(/(\.[^.[]*|\[\d+\])$/, "");
}

function pathRenamer({ from, to }: { from: readonly PropertyKey[]; to: string }, prefix: string) {
  const right = pathText(prefix, [...from.slice(0, -1), to]);
  const wrong = pathText(prefix, from);
  return (path: string) => (isWithin(path, right) ? wrong + path.slice(right.length) : path);
}

function withWrittenPath(
  { path, value, rule, fix }: Fault | SchemaFault,
  written: readonly ((path: string) => string)[],
): Fault {
  return { path: written.reduceRight((each, rename) => rename(each), path), value, rule, fix };
}
