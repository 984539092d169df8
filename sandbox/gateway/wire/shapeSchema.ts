import { z } from "zod";
import { characters } from "../../../ecr/textLength";

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

/** Whose value is validated: a request may write `null` for "not set", an answer leaves the member out. */
export type Direction = "request" | "response";

/**
 * The validator of a shape.
 *
 * @param schema The validator of another shape by its name, in the same direction.
 */
export function shapeSchema(shape: Shape, direction: Direction, schema: (name: string) => z.ZodType): z.ZodType {
  switch (shape.type) {
    case "structure": {
      const members = Object.entries(shape.members ?? {}).map(([name, target]): [string, z.ZodType] => {
        const value = schema(target);
        return [name, shape.required?.includes(name) ? value : optional(value, direction)];
      });
      return z.strictObject(Object.fromEntries(members));
    }
    case "list":
      // Answers share shapes with requests; they are empty when there is nothing, and as long as a page may be.
      return z
        .array(schema(shape.member ?? ""))
        .min(direction === "request" ? (shape.min ?? 0) : 0)
        .max(direction === "request" ? (shape.max ?? Number.MAX_SAFE_INTEGER) : Number.MAX_SAFE_INTEGER);
    case "string":
      return stringSchema(shape, direction);
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

/** `null` is how some clients write "not set". */
function optional(value: z.ZodType, direction: Direction): z.ZodType {
  return direction === "request" ? value.nullish().transform((given) => given ?? undefined) : value.optional();
}

function stringSchema(shape: Shape, direction: Direction): z.ZodType {
  if (shape.enum) {
    return z.enum(shape.enum);
  }
  const { min = 0 } = shape;
  // Policies come back in a form of the service's own, which is longer than what was sent.
  const max = direction === "request" ? (shape.max ?? Number.MAX_SAFE_INTEGER) : Number.MAX_SAFE_INTEGER;
  // Zod's own limits are of UTF-16 units. There are no more characters than units: long texts are counted only when they must be.
  const text = z.string().check(({ value, issues }) => {
    const limit = { origin: "string", inclusive: true, input: value } as const;
    if (value.length < 2 * min && characters(value) < min) issues.push({ ...limit, code: "too_small", minimum: min });
    if (value.length > max && characters(value) > max) issues.push({ ...limit, code: "too_big", maximum: max });
  });
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
