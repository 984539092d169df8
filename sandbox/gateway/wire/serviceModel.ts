import type { z } from "zod";
import { issueMessages, refusal } from "./requestFaults";
import { type Direction, type Shape, shapeSchema } from "./shapeSchema";

/** An operation in botocore's service model, reduced by models/generate.py. */
export interface OperationModel {
  input: string;
  output: string;
  /** Names of the errors that the model lists for it. */
  errors: string[];
}

interface ModelFile {
  targetPrefix: string;
  signingName: string;
  operations: Record<string, OperationModel>;
  shapes: Record<string, Shape>;
}

/** A service: its operations and the validation of inputs and outputs. */
export interface ServiceModel {
  readonly targetPrefix: string;
  readonly signingName: string;
  readonly operations: Readonly<Record<string, OperationModel>>;
  hasOperation(operation: string): boolean;
  /**
   * The input with blobs decoded. Throws InvalidParameterException (SerializationException for a wrong type) that lists
   * every invalid member. Unknown members are rejected as well: a typo would otherwise be silently ignored.
   */
  parse(operation: string, input: unknown): object;
  /** Violations of the model in an output as sent; empty when it conforms. */
  outputFaults(operation: string, output: unknown): string[];
  /** Whether the model lists an error for an operation. */
  listsError(operation: string, code: string): boolean;
  /** The validator for a shape by name, for values that are not requests. */
  shape(name: string): z.ZodType;
}

/** Builds a service's validators from its model, each on first use. */
export function serviceModel(file: unknown): ServiceModel {
  const service = file as ModelFile;
  const requestSchema = schemasOf(service, "request");
  const responseSchema = schemasOf(service, "response");
  const operationOf = (name: string) => {
    const operation = service.operations[name];
    if (!operation) throw new Error(`the model of ${service.signingName} has no operation ${name}`);
    return operation;
  };
  const hasOperation = (name: string) => Object.hasOwn(service.operations, name);
  return {
    targetPrefix: service.targetPrefix,
    signingName: service.signingName,
    operations: service.operations,
    hasOperation,
    listsError: (operation, code) => hasOperation(operation) && operationOf(operation).errors.includes(code),
    shape: requestSchema,
    parse(operation, input) {
      const result = requestSchema(operationOf(operation).input).safeParse(input);
      if (result.success) {
        return result.data as object;
      }
      throw refusal(result.error.issues);
    },
    outputFaults(operation, output) {
      const result = responseSchema(operationOf(operation).output).safeParse(output);
      return result.success ? [] : result.error.issues.flatMap(issueMessages);
    },
  };
}

function schemasOf(service: ModelFile, direction: Direction): (name: string) => z.ZodType {
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
    const built = shapeSchema(shape, direction, schema);
    schemas.set(name, built);
    return built;
  };
  return schema;
}
