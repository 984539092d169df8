import type { z } from "zod";

/** The keys that the schema accepts at a path, in any alternative. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  return keysOf(schemasAt(schema, path));
}

/** The keys that any of the schemas accepts. */
export function keysOf(schemas: readonly unknown[]): string[] {
  return [...new Set(schemas.flatMap(schemaAlternatives).flatMap(({ shape = {} }) => Object.keys(shape)))];
}

/** The schemas at a path, in any alternative. */
export function schemasAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly unknown[] {
  return path.reduce<readonly unknown[]>(
    (schemas, part) => schemas.flatMap((each) => childSchemas(each, part)),
    [schema],
  );
}

/** The parts of zod's internal schema definitions that are used here. */
interface Definition {
  innerType?: unknown;
  options?: readonly unknown[];
  shape?: Record<string, unknown>;
  valueType?: unknown;
  element?: unknown;
}

function childSchemas(schema: unknown, part: PropertyKey): unknown[] {
  return schemaAlternatives(schema).flatMap(({ shape = {}, valueType, element }) => {
    const next = Object.hasOwn(shape, part) ? shape[String(part)] : (valueType ?? element);
    return next === undefined ? [] : [next];
  });
}

/** A schema's alternatives, without wrappers such as `optional`. */
function schemaAlternatives(schema: unknown): Definition[] {
  const { def } = schema as { def: Definition };
  if (def.innerType !== undefined) return schemaAlternatives(def.innerType);
  return def.options !== undefined ? def.options.flatMap(schemaAlternatives) : [def];
}

/** A union's alternatives; none for another schema. */
export function optionsOf(schema: unknown): readonly unknown[] {
  const { def } = schema as { def: Definition };
  return def.innerType === undefined ? (def.options ?? []) : optionsOf(def.innerType);
}
