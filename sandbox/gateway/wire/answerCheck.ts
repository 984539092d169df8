import { wireValue } from "./json";
import type { ServiceModel } from "./serviceModel";

/** A response of the gateway that does not match the service model: a bug in the sandbox, not in the caller. */
export class BrokenModel extends Error {
  override name = "BrokenModel";
}

/** Errors that any AWS service may return (ECR API reference, "Common errors"), and the sandbox's own refusal. */
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

/** @throws BrokenModel that lists every member of the output that does not match the operation's model. */
export function checkOutput(model: ServiceModel, operation: string, output: object): void {
  const faults = model.outputFaults(operation, wireValue(output));
  if (faults.length > 0) {
    throw new BrokenModel(`The answer to ${operation} does not match the service model: ${faults.join("; ")}`);
  }
}

/** An error when an operation's model does not list this code; `undefined` when it does. */
export function errorFault(model: ServiceModel, operation: string, code: string): BrokenModel | undefined {
  return model.listsError(operation, code) || commonErrors.has(code)
    ? undefined
    : new BrokenModel(`${operation} is refused with ${code}, which the service's model does not list for it.`);
}
