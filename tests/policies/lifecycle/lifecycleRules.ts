export type Json = Record<string, unknown>;

export const rule = (rulePriority: number, selection: Json, action: Json = { type: "expire" }) => ({
  rulePriority,
  selection,
  action,
});
export const untaggedDays = (countNumber: number, action?: Json) =>
  rule(1, { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber }, action);
export const untaggedCount = (countNumber: number) =>
  rule(1, { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber });
export const anyCount = (rulePriority: number, countNumber: number) =>
  rule(rulePriority, { tagStatus: "any", countType: "imageCountMoreThan", countNumber });
export const anyDays = (rulePriority: number, countNumber: number) =>
  rule(rulePriority, { tagStatus: "any", countType: "sinceImagePushed", countUnit: "days", countNumber });
export const prefixCount = (rulePriority: number, prefix: string, countNumber: number) =>
  rule(rulePriority, { tagStatus: "tagged", tagPrefixList: [prefix], countType: "imageCountMoreThan", countNumber });
export const archive = { type: "transition", targetStorageClass: "archive" };
export const archivedDays = (rulePriority: number, tagStatus: string, countNumber: number) =>
  rule(rulePriority, {
    tagStatus,
    storageClass: "archive",
    countType: "sinceImageTransitioned",
    countUnit: "days",
    countNumber,
  });

export const rules = (...list: unknown[]) => JSON.stringify({ rules: list });
