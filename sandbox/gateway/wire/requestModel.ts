import { z } from "zod";
import { constraintMessage, ServiceError } from "./serviceError";

/** A shape of botocore's service model, cut down to what decides validity (models/generate.py). */
interface Shape {
  type: string;
  min?: number;
  max?: number;
  pattern?: string;
  enum?: string[];
  required?: string[];
  members?: Record<string, string>;
  member?: string;
}

interface ServiceModel {
  targetPrefix: string;
  signingName: string;
  operations: Record<string, string>;
  shapes: Record<string, Shape>;
}

/** The requests of one service: which operations there are, and whether an input is one. */
export interface RequestModel {
  readonly targetPrefix: string;
  readonly signingName: string;
  hasOperation(operation: string): boolean;
  /**
   * The input with blobs decoded. Refuses with InvalidParameterException (SerializationException for a wrong type)
   * that names every member at fault. Members that the service does not know are refused too: a misspelt one would
   * otherwise be ignored in silence.
   */
  parse(operation: string, input: unknown): object;
}

/** Builds the validators of a service from its model, each when it is first needed. */
export function requestModel(model: unknown): RequestModel {
  const service = model as ServiceModel;
  const schemas = new Map<string, z.ZodType>();
  const schema = (name: string): z.ZodType => {
    const known = schemas.get(name);
    if (known) {
      return known;
    }
    const shape = service.shapes[name];
    if (!shape) {
      throw new Error(`the model of ${service.signingName} has no shape ${name}`);
    }
    const built = shapeSchema(shape, schema);
    schemas.set(name, built);
    return built;
  };
  return {
    targetPrefix: service.targetPrefix,
    signingName: service.signingName,
    hasOperation: (operation) => Object.hasOwn(service.operations, operation),
    parse(operation, input) {
      const result = schema(service.operations[operation] ?? "").safeParse(input);
      if (result.success) {
        return result.data as object;
      }
      throw refusal(result.error.issues);
    },
  };
}

function shapeSchema(shape: Shape, schema: (name: string) => z.ZodType): z.ZodType {
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
    case "blob":
      return blobSchema(shape);
    default:
      throw new Error(`a request shape of type ${shape.type}`);
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

/** One error for all issues: SerializationException when nothing but types are wrong, as the service's parser has it. */
function refusal(issues: readonly z.core.$ZodIssue[]): ServiceError {
  const messages = issues.flatMap((issue) => issueMessages(issue));
  const onlyTypes = issues.every((issue) => issue.code === "invalid_type" && !isMissing(issue));
  return new ServiceError(onlyTypes ? "SerializationException" : "InvalidParameterException", messages.join("; "));
}

function issueMessages(issue: z.core.$ZodIssue): string[] {
  const path = issue.path.map((part) => String(part)).join(".");
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => constraintMessage([path, key].filter(Boolean).join("."), "unknown member"));
    case "invalid_type":
      return [
        isMissing(issue)
          ? constraintMessage(path, "must not be null")
          : constraintMessage(path, `must be of type ${issue.expected}`),
      ];
    case "invalid_value":
      return [constraintMessage(path, `must satisfy enum value set: [${issue.values.join(", ")}]`)];
    case "too_small":
      return [constraintMessage(path, limitRule(issue.origin, "greater than or equal to", issue.minimum))];
    case "too_big":
      return [constraintMessage(path, limitRule(issue.origin, "less than or equal to", issue.maximum))];
    default:
      return [constraintMessage(path, issue.message)];
  }
}

/** A required member that is not there; Zod says so in the message only. */
function isMissing(issue: z.core.$ZodIssue): boolean {
  return issue.message.endsWith("received undefined");
}

function limitRule(origin: string, comparison: string, limit: number | bigint): string {
  const measured = origin === "string" || origin === "array" ? "length" : "value";
  return `Member must have ${measured} ${comparison} ${limit}`;
}
