import type { z } from "zod";
import { refusal } from "./requestFaults";
import { type Shape, shapeSchema } from "./shapeSchema";

/** One operation in botocore's service model, cut down by models/generate.py. */
export interface OperationModel {
  input: string;
  output: string;
  /** Names of the errors that the model lists for it. */
  errors: string[];
}

interface ServiceModel {
  targetPrefix: string;
  signingName: string;
  operations: Record<string, OperationModel>;
  shapes: Record<string, Shape>;
}

/** The requests of one service: which operations there are, and whether an input is one. */
export interface RequestModel {
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
  /** The validator of a shape by its name, for values that are no request. */
  shape(name: string): z.ZodType;
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
    operations: service.operations,
    hasOperation: (operation) => Object.hasOwn(service.operations, operation),
    shape: schema,
    parse(operation, input) {
      const result = schema(service.operations[operation]?.input ?? "").safeParse(input);
      if (result.success) {
        return result.data as object;
      }
      throw refusal(result.error.issues);
    },
  };
}
