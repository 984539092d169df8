/**
 * An entry of `ecr:privateRepositories`, `ecr:publicRepositories` or `ecr:registries`, limited to what adoption writes.
 */
export type Entry = Record<string, unknown>;

/** The component's defaults for a private repository. */
const componentDefaults: Readonly<Entry> = { encryption: "kms", imageTagMutability: "IMMUTABLE", scanOnPush: true };
const settings = [...Object.keys(componentDefaults), "lifecyclePolicy"];

/** Below this count, a shared default would only make the entries harder to read. */
const minimumSharing = 3;

/** Moves the settings that most private repositories share into `defaults`; each entry keeps its differences. */
export function commonSettings(entries: Record<string, Entry>): { defaults: Entry; entries: Record<string, Entry> } {
  const defaults: Entry = {};
  for (const setting of settings) {
    const common = mostCommon(Object.values(entries).map((entry) => entry[setting] ?? componentDefaults[setting]));
    if (common !== undefined && !isSame(common, componentDefaults[setting])) defaults[setting] = common;
  }
  const rest = Object.entries(entries).map(([key, entry]) => [key, withoutDefaults(entry, defaults)]);
  return { defaults, entries: Object.fromEntries(rest) };
}

/** Drops the settings that equal the defaults, and spells out those that differ only by being unset. */
function withoutDefaults(entry: Entry, defaults: Entry): Entry {
  const explicit = {
    ...Object.fromEntries(Object.keys(defaults).map((setting) => [setting, componentDefaults[setting]])),
    ...entry,
  };
  const own = Object.entries(explicit).filter(
    ([setting, value]) => value !== undefined && !(setting in defaults && isSame(value, defaults[setting])),
  );
  return Object.fromEntries(own);
}

/** The value that more than half of the entries share; `undefined` when there is none or too few entries share it. */
function mostCommon(values: readonly unknown[]): unknown {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(JSON.stringify(value), (counts.get(JSON.stringify(value)) ?? 0) + 1);
  const found = [...counts].find(([, count]) => count >= minimumSharing && count > values.length / 2);
  return found === undefined ? undefined : JSON.parse(found[0]);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
