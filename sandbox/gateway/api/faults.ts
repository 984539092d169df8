import type { Fault } from "../../../ecr/faults";
import { faultMessage } from "../../../ecr/faults";
import { constraintMessage, ServiceError } from "../wire/serviceError";

/** Refuses an input that ecr/'s rules find wrong, with all faults in one InvalidParameterException. */
export function refuseInput(faults: readonly Fault[], code = "InvalidParameterException"): void {
  if (faults.length > 0) {
    throw new ServiceError(
      code,
      // Faults of a whole request begin their paths with the dot before its members.
      faults.map(({ path, rule, fix }) => constraintMessage(path.replace(/^\./, ""), `${rule} ${fix}`)).join("; "),
    );
  }
}

/** Refuses a document whose faults lie inside one request member. */
export function refuseDocument(member: string, subject: string, faults: readonly Fault[]): void {
  if (faults.length > 0) {
    const found = faults.map(faultMessage).join(" ");
    throw new ServiceError("InvalidParameterException", constraintMessage(member, `${subject}: ${found}`));
  }
}
