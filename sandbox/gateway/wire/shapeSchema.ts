import { z } from "zod";

/** A shape of botocore's service model, cut down to what decides validity (models/generate.py). */
export interface Shape {
  type: string;
  min?: number;
  max?: number;
  pattern?: string;
  enum?: string[];
  required?: string[];
  members?: Record<string, string>;
  /** A list's. */
  member?: string;
  /** A map's. */
  value?: string;
}

/**
 * The validator of a shape.
 *
 * @param schema The validator of another shape by its name.
 */
export function shapeSchema(shape: Shape, schema: (name: string) => z.ZodType): z.ZodType {
  switch (shape.type) {
    case "structure": {
      const members = Object.entries(shape.members ?? {}).map(([name, target]): [string, z.ZodType] => {
        // `null` is how some clients write "not set".
        const value = schema(target);
        return [
          name,
          shape.required?.includes(name) ? value : value.nullish().transform((given) => given ?? undefined),
        ];
      });
      return z.strictObject(Object.fromEntries(members));
    }
    case "list":
      return z
        .array(schema(shape.member ?? ""))
        .min(shape.min ?? 0)
        .max(shape.max ?? Number.MAX_SAFE_INTEGER);
    case "string":
      return stringSchema(shape);
    case "boolean":
      return z.boolean();
    case "integer":
    case "long":
      return z
        .int()
        .min(shape.min ?? Number.MIN_SAFE_INTEGER)
        .max(shape.max ?? Number.MAX_SAFE_INTEGER);
    case "double":
    case "float":
    case "timestamp":
      return z.number();
    case "map":
      return z.record(z.string(), schema(shape.value ?? ""));
    case "blob":
      return blobSchema(shape);
    default:
      throw new Error(`a shape of type ${shape.type}`);
  }
}

function stringSchema(shape: Shape): z.ZodType {
  if (shape.enum) {
    return z.enum(shape.enum);
  }
  let text = z.string();
  if (shape.min !== undefined) {
    text = text.min(shape.min);
  }
  if (shape.max !== undefined) {
    text = text.max(shape.max);
  }
  // The models' patterns are for the whole value, whether they say so or not.
  return shape.pattern === undefined
    ? text
    : text.regex(new RegExp(`^(?:${shape.pattern})$`), {
        error: `must satisfy regular expression '${shape.pattern}'`,
      });
}

function blobSchema(shape: Shape): z.ZodType {
  return z
    .string()
    .regex(/^[A-Za-z0-9+/]*={0,2}$/, { error: "must be base64" })
    .transform((text) => Buffer.from(text, "base64"))
    .refine((blob) => blob.length >= (shape.min ?? 0), { error: `must have at least ${shape.min} bytes` })
    .refine((blob) => blob.length <= (shape.max ?? Number.MAX_SAFE_INTEGER), {
      error: `must have at most ${shape.max} bytes`,
    });
}
