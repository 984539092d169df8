import type { Fault } from "./faults";

/** Properties whose values are all of a type; those that may be known later (`Input<…>`) are none. */
type KeysOf<T, Value> = { [Key in keyof T]-?: [NonNullable<T[Key]>] extends [Value] ? Key : never }[keyof T];

/** Every property that is a boolean, a number or a list: the compiler sees to it that none is left out. */
export type PlainTypes<T> = { [Key in KeysOf<T, boolean>]: "boolean" } & { [Key in KeysOf<T, number>]: "number" } & {
  [Key in KeysOf<T, readonly unknown[]>]: "list";
};

const types = {
  boolean: {
    holds: (value: unknown) => typeof value === "boolean",
    rule: "this is true or false.",
    fix: "write true or false, without quotes.",
  },
  number: {
    holds: (value: unknown) => typeof value === "number",
    rule: "this is a number.",
    fix: "write it in digits, without quotes.",
  },
  list: { holds: Array.isArray, rule: "this is a list.", fix: "write a list, of one entry too." },
} as const;

/**
 * Why values are not of the types that their properties have. A program in another language, or one that was not compiled,
 * can give `"false"`, which is as good as true wherever only the truth of a value counts.
 *
 * @param path The object's path; empty for none.
 * @returns Every fault, or none. What is not set has none. Never throws.
 */
export function typeFaults<T extends object>(values: T, expected: PlainTypes<T>, path: string): Fault[] {
  return Object.entries(expected as Record<string, keyof typeof types>).flatMap(([key, type]) => {
    const value = (values as Record<string, unknown>)[key];
    const { holds, rule, fix } = types[type];
    if (value === undefined || value === null || holds(value)) return [];
    return [{ path: path === "" ? key : `${path}.${key}`, value, rule, fix }];
  });
}
