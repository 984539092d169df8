import type { z } from "zod";
import { issueMessages, refusal } from "./requestFaults";
import { type Direction, type Shape, shapeSchema } from "./shapeSchema";

/** One operation in botocore's service model, cut down by models/generate.py. */
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

/** One service: which operations there are, and whether an input or an output is one. */
export interface ServiceModel {
  readonly targetPrefix: string;
  readonly signingName: string;
  readonly operations: Readonly<Record<string, OperationModel>>;
  hasOperation(operation: string): boolean;
  /**
   * The input with blobs decoded. Refuses with InvalidParameterException (SerializationException for a wrong type)
   * that names every member at fault. Members that the service does not know are refused too: a misspelt one would
   * otherwise be ignored in silence.
   */
  parse(operation: string, input: unknown): object;
  /** What an output breaks of the model, as it goes over the wire; empty when it is the operation's. */
  outputFaults(operation: string, output: unknown): string[];
  /** Whether the model names an error for an operation. */
  listsError(operation: string, code: string): boolean;
  /** The validator of a shape by its name, for values that are no request. */
  shape(name: string): z.ZodType;
}

/** Builds the validators of a service from its model, each when it is first needed. */
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
