import { wireValue } from "./json";
import type { ServiceModel } from "./serviceModel";

/** An answer of the gateway that is none of the service's: a mistake of the sandbox, not of the caller. */
export class BrokenModel extends Error {
  override name = "BrokenModel";
}

/** Errors that any AWS service may answer (ECR API reference, "Common errors"), and the sandbox's own refusal. */
const commonErrors: ReadonlySet<string> = new Set([
  "AccessDeniedException",
  "IncompleteSignatureException",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
  "RequestEntityTooLargeException",
  "SerializationException",
  "ServerException",
  "ThrottlingException",
  "TooManyRequestsException",
  "UnknownOperationException",
  "UnrecognizedClientException",
  "UnsupportedCommandException",
  "UnsupportedOperationException",
]);

/** @throws BrokenModel that names every member of the output that the operation's model does not have so. */
export function checkOutput(model: ServiceModel, operation: string, output: object): void {
  const faults = model.outputFaults(operation, wireValue(output));
  if (faults.length > 0) {
    throw new BrokenModel(`The answer to ${operation} is none of the service's: ${faults.join("; ")}`);
  }
}

/** What is wrong with answering an operation with an error of this name; `undefined`: the model lists it there. */
export function errorFault(model: ServiceModel, operation: string, code: string): BrokenModel | undefined {
  return model.listsError(operation, code) || commonErrors.has(code)
    ? undefined
    : new BrokenModel(`${operation} is refused with ${code}, which the service's model does not list for it.`);
}
