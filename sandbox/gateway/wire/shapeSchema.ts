import { z } from "zod";
import { characterCount } from "../../../ecr/values/stringLength";

/** A shape in botocore's service model, reduced to what determines validity (models/generate.py). */
export interface Shape {
  type: string;
  min?: number;
  max?: number;
  pattern?: string;
  enum?: string[];
  required?: string[];
  members?: Record<string, string>;
  /** Element shape of a list. */
  member?: string;
  /** Value shape of a map. */
  value?: string;
}

/** Which side's value is validated: a request may use `null` for "not set", a response omits the member. */
export type Direction = "request" | "response";

/** In the year 5138: anything later is a time in milliseconds. */
const latestSeconds = 1e11;

/**
 * Builds the validator for a shape.
 *
 * @param schema Looks up the validator for another shape by name, in the same direction.
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
      // Responses share shapes with requests, but their lists may be empty or as long as a page.
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
      return z.number();
    case "timestamp":
      return z.number().max(latestSeconds);
    case "map":
      return z.record(z.string(), schema(shape.value ?? ""));
    case "blob":
      return blobSchema(shape);
    default:
      throw new Error(`a shape of type ${shape.type}`);
  }
}

/** Some clients write `null` for "not set". */
function optional(value: z.ZodType, direction: Direction): z.ZodType {
  return direction === "request" ? value.nullish().transform((given) => given ?? undefined) : value.optional();
}

function stringSchema(shape: Shape, direction: Direction): z.ZodType {
  if (shape.enum) {
    return z.enum(shape.enum);
  }
  const { min = 0 } = shape;
  // The service returns policies reformatted, which makes them longer than what was sent.
  const max = direction === "request" ? (shape.max ?? Number.MAX_SAFE_INTEGER) : Number.MAX_SAFE_INTEGER;
  // Zod measures length in UTF-16 units. A string never has more characters than units, so only long strings need
  // counting.
  const text = z.string().check(({ value, issues }) => {
    const limit = { origin: "string", inclusive: true, input: value } as const;
    if (value.length < 2 * min && characterCount(value) < min) {
      issues.push({ ...limit, code: "too_small", minimum: min });
    }
    if (value.length > max && characterCount(value) > max) issues.push({ ...limit, code: "too_big", maximum: max });
  });
  // Patterns in the models apply to the whole value, whether or not they are anchored.
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
