import type { Fault } from "./faults";

/** Properties whose values all have one type, except those that may not be known yet (`Input<…>`). */
type KeysOf<T, Value> = { [Key in keyof T]-?: [NonNullable<T[Key]>] extends [Value] ? Key : never }[keyof T];

/** Every property that is a boolean, a number, or a list: the compiler checks that none is missing. */
export type PlainTypes<T> = { [Key in KeysOf<T, boolean>]: "boolean" } & { [Key in KeysOf<T, number>]: "number" } & {
  [Key in KeysOf<T, readonly unknown[]>]: "list";
};

const types = {
  boolean: {
    holds: (value: unknown) => typeof value === "boolean",
    rule: "must be true or false.",
    fix: "write true or false, without quotes.",
  },
  number: {
    holds: (value: unknown) => typeof value === "number",
    rule: "must be a number.",
    fix: "write digits, without quotes.",
  },
  list: { holds: Array.isArray, rule: "must be a list.", fix: "write a list, even for one entry." },
} as const;

/**
 * Values whose types do not match their properties'. A program in another language, or one that was not type-checked,
 * can pass `"false"`, which is truthy.
 *
 * @param path The object's path; empty for none.
 * @returns Every fault, or none. Values that are not set are not checked. Never throws.
 */
export function typeFaults<T extends object>(values: T, expected: PlainTypes<T>, path: string): Fault[] {
  return Object.entries(expected as Record<string, keyof typeof types>).flatMap(([key, type]) => {
    const value = (values as Record<string, unknown>)[key];
    const { holds, rule, fix } = types[type];
    if (value === undefined || value === null || holds(value)) return [];
    return [{ path: path === "" ? key : `${path}.${key}`, value, rule, fix }];
  });
}
