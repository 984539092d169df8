import type { Fault } from "../../../ecr/faults";
import { faultMessage } from "../../../ecr/faults";
import { constraintMessage, ServiceError } from "../wire/serviceError";

/** Rejects an input that violates ecr/'s rules, with all faults in one InvalidParameterException. */
export function refuseInput(faults: readonly Fault[], code = "InvalidParameterException"): void {
  if (faults.length > 0) {
    throw new ServiceError(
      code,
      // Paths for a whole request start with a dot.
      faults.map(({ path, rule, fix }) => constraintMessage(path.replace(/^\./, ""), `${rule} ${fix}`)).join("; "),
    );
  }
}

/** Rejects a document inside one request member. */
export function refuseDocument(member: string, subject: string, faults: readonly Fault[]): void {
  if (faults.length > 0) {
    const found = faults.map(faultMessage).join(" ");
    throw new ServiceError("InvalidParameterException", constraintMessage(member, `${subject}: ${found}`));
  }
}
