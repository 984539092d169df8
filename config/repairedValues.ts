import { type SchemaFault, valueAt } from "./schemaFaults";

/**
 * Config values after a repair step: closer to what the schema accepts, so that the remaining values can be checked
 * too.
 */
export interface RepairedValues {
  values: Record<string, unknown>;
  /** Keys that were renamed to what the user most likely meant. */
  renamed: { from: readonly PropertyKey[]; to: string }[];
  /** Paths of what was removed. */
  removed: (readonly PropertyKey[])[];
}

/**
 * One repair step: misspelled keys and values are corrected, and what cannot be corrected is removed. A faulty list
 * entry removes the whole list, because the indexes of the later entries would change.
 */
export function repairValues(values: Record<string, unknown>, faults: readonly SchemaFault[]): RepairedValues {
  const copy = structuredClone(values);
  const renamed: RepairedValues["renamed"] = [];
  const removed: (readonly PropertyKey[])[] = [];
  for (const { at, key, instead } of faults) {
    const parent = valueAt(copy, at.slice(0, -1));
    const last = at.at(-1);
    if (typeof parent !== "object" || parent === null || last === undefined) continue;
    const value: unknown = Reflect.get(parent, last);
    if (key !== undefined && !Object.hasOwn(parent, key)) {
      Reflect.deleteProperty(parent, last);
      Reflect.set(parent, key, value);
      renamed.push({ from: at, to: key });
    } else if (instead !== undefined) {
      Reflect.set(parent, last, instead);
    } else {
      removed.push(remove(copy, at));
    }
  }
  return { values: copy, renamed, removed };
}

/** @returns The path that was actually removed: a faulty list entry or a missing value removes its parent. */
function remove(values: Record<string, unknown>, at: readonly PropertyKey[]): readonly PropertyKey[] {
  const last = at.at(-1);
  const parentPath = at.slice(0, -1);
  const parent = valueAt(values, parentPath);
  // A missing required value makes its parent invalid.
  const isThere = typeof parent === "object" && parent !== null && last !== undefined && Object.hasOwn(parent, last);
  if (parentPath.length > 0 && (typeof last === "number" || !isThere)) return remove(values, parentPath);
  if (!isThere) return at;
  // Keep an unreadable repository as an empty entry, so that references to it still resolve.
  if (at.length === 2 && /^(private|public)Repositories$/.test(String(at[0]))) Reflect.set(parent, last, {});
  else Reflect.deleteProperty(parent, last);
  return at;
}
