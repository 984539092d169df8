import type { z } from "zod";
import { constraintMessage, ServiceError } from "./serviceError";

/** One error for all issues: SerializationException when all of them are wrong types, as from the service's parser. */
export function refusal(issues: readonly z.core.$ZodIssue[]): ServiceError {
  const messages = issues.flatMap((issue) => issueMessages(issue));
  const onlyTypes = issues.every((issue) => issue.code === "invalid_type" && !isMissing(issue));
  return new ServiceError(onlyTypes ? "SerializationException" : "InvalidParameterException", messages.join("; "));
}

/** One issue in ECR's wording. */
export function issueMessages(issue: z.core.$ZodIssue): string[] {
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

/** Whether a required member is missing; Zod says so only in the message. */
function isMissing(issue: z.core.$ZodIssue): boolean {
  return issue.message.endsWith("received undefined");
}

function limitRule(origin: string, comparison: string, limit: number | bigint): string {
  const measured = origin === "string" || origin === "array" ? "length" : "value";
  return `Member must have ${measured} ${comparison} ${limit}`;
}
