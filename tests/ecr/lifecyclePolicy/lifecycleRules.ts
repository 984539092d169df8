import { lifecyclePolicyFaults } from "../../../ecr/lifecyclePolicy";

export type Json = Record<string, unknown>;

/** A rule that ECR accepts, with parts replaced, or left out if undefined. */
export function rule(selection: Json = {}, parts: Json = {}): Json {
  const whole = {
    rulePriority: 1,
    selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 10, ...selection },
    action: { type: "expire" },
    ...parts,
  };
  return JSON.parse(JSON.stringify(whole));
}

export const tagged = { tagStatus: "tagged", tagPatternList: ["v*"] };
export const untagged = { tagStatus: "untagged" };
export const days = (countType: string, countNumber = 30) => ({ countType, countUnit: "days", countNumber });
export const archived = { storageClass: "archive", ...days("sinceImageTransitioned", 90) };
export const transition = { action: { type: "transition", targetStorageClass: "archive" } };

export function faults(...rules: unknown[]) {
  return lifecyclePolicyFaults({ rules }, "lifecyclePolicy");
}
