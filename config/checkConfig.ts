import type { Fault } from "../ecr/faults";
import { environmentFaults } from "./environmentFaults";
import { repaired } from "./repairedValues";
import { type EnvironmentConfig, environmentSchema } from "./schema";
import { pathText, type SchemaFault, schemaFaults } from "./schemaFaults";

/** A stack's config: what it says, or all that is wrong with it. */
export type CheckedConfig = { config: EnvironmentConfig; faults?: undefined } | { config?: undefined; faults: Fault[] };

/**
 * Reads config values, and gathers every fault: unknown keys and wrong types, and what ECR would refuse of all the rest.
 * Asks nothing of Pulumi's engine, AWS or Docker.
 *
 * @param all every config value of the stack, as the engine gives them: `<namespace>:<key>` to text
 * @param namespace the part that is ours; other packages' config (`aws:region`) is theirs to check
 * @param region the provider's, where it is known
 */
export function checkConfig(all: Record<string, string>, namespace: string, region?: string): CheckedConfig {
  const prefix = `${namespace}:`;
  const own = Object.entries(all).filter(([key]) => key.startsWith(prefix));
  // Not by assignment: that would take `__proto__` for the object's prototype.
  const values = Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), parseValue(value)]));
  const inherited = inheritedKeyFaults(values, prefix);
  if (inherited.length > 0) return { faults: inherited };
  const parsed = environmentSchema.safeParse(values);
  const faults = parsed.success ? environmentFaults(parsed.data, region) : allFaults(values, prefix, region);
  if (parsed.success && faults.length === 0) return { config: parsed.data };
  return { faults: parsed.success ? faults.map((fault) => ({ ...fault, path: prefix + fault.path })) : faults };
}

/** Structured config arrives as JSON text; what is no JSON is text. */
function parseValue(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Keys that every object inherits: what is set under them is there for some and not for others who read it. */
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
        rule: `no key is called ${inheritedKeys.join(", ")}: every object has those.`,
        fix: "give it another name; a repository's own name is its repositoryName.",
      },
    ];
  });
}

/** Misspelt words in misspelt keys, at most so deep. */
const mostRounds = 5;

/** Faults of keys and types, and of what can be read in spite of them. */
function allFaults(values: Record<string, unknown>, prefix: string, region: string | undefined): Fault[] {
  const faults: Fault[] = [];
  const written: ((path: string) => string)[] = [];
  const gone: string[] = [];
  let current = values;
  for (let round = 0; round < mostRounds; round++) {
    const found = schemaFaults(environmentSchema, current, prefix);
    // Later ones that are only missing miss what was left out here.
    const own = found.filter(({ path, value }) => round === 0 || (value !== undefined && !follows(path, value, gone)));
    faults.push(...own.map((fault) => asWritten(fault, written)));
    const step = repaired(current, found);
    current = step.values;
    gone.push(...step.removed.map((path) => pathText(prefix, path)));
    written.push(...step.renamed.map((each) => renaming(each, prefix)));
    const parsed = environmentSchema.safeParse(current);
    if (!parsed.success) continue;
    const rest = environmentFaults(parsed.data, region)
      .map((fault) => ({ ...fault, path: prefix + fault.path }))
      .filter(({ path, value }) => !follows(path, value, gone))
      .map((fault) => asWritten(fault, written));
    const known = new Set(faults.map(({ path }) => path));
    return [...faults, ...rest.filter(({ path }) => !known.has(path))];
  }
  return faults;
}

/** Whether a fault comes from what was left out: it is in it, around it, or misses something beside it. */
function follows(path: string, value: unknown, gone: readonly string[]): boolean {
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

function renaming({ from, to }: { from: readonly PropertyKey[]; to: string }, prefix: string) {
  const right = pathText(prefix, [...from.slice(0, -1), to]);
  const wrong = pathText(prefix, from);
  return (path: string) => (isWithin(path, right) ? wrong + path.slice(right.length) : path);
}

function asWritten(
  { path, value, rule, fix }: Fault | SchemaFault,
  written: readonly ((path: string) => string)[],
): Fault {
  return { path: written.reduceRight((each, rename) => rename(each), path), value, rule, fix };
}
