import { type SchemaFault, valueAt } from "./schemaFaults";

/** Values that the schema accepts, made from some that it does not, so that the rest of them can be judged too. */
export interface RepairedValues {
  values: Record<string, unknown>;
  /** Paths of keys that are there under another name than the user's. */
  renamed: { from: readonly PropertyKey[]; to: string }[];
  /** Paths of what was left out. */
  removed: (readonly PropertyKey[])[];
}

/**
 * One step of it: a misspelt word becomes the one that was meant, and what has no such word is left out. An entry of a list
 * takes its list along, since those behind it would have other numbers.
 */
export function repaired(values: Record<string, unknown>, faults: readonly SchemaFault[]): RepairedValues {
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

/** @returns The path of what was removed. */
function remove(values: Record<string, unknown>, at: readonly PropertyKey[]): readonly PropertyKey[] {
  const last = at.at(-1);
  const parentPath = at.slice(0, -1);
  const parent = valueAt(values, parentPath);
  // What is missing is missed by what it would be in.
  const isThere = typeof parent === "object" && parent !== null && last !== undefined && Object.hasOwn(parent, last);
  if (parentPath.length > 0 && (typeof last === "number" || !isThere)) return remove(values, parentPath);
  if (!isThere) return at;
  // A repository that cannot be read is there all the same, for those that name it.
  if (at.length === 2 && /^(private|public)Repositories$/.test(String(at[0]))) Reflect.set(parent, last, {});
  else Reflect.deleteProperty(parent, last);
  return at;
}
