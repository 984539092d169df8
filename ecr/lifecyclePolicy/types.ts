/**
 * ECR's lifecycle policy document, as PutLifecyclePolicy takes it in `lifecyclePolicyText`. Source: "Lifecycle policy
 * properties in Amazon ECR" and "Archiving an image" in the ECR user guide.
 */
export interface LifecyclePolicyDocument {
  /** 1 to 50. */
  rules: readonly LifecycleRule[];
}

export interface LifecycleRule {
  /** 1 or more, unique in the document; gaps are fine. An image belongs to the matching rule with the lowest number. */
  rulePriority: number;
  /** @default none */
  description?: string;
  selection: LifecycleSelection;
  action: LifecycleAction;
}

export interface LifecycleSelection {
  /** `untagged`: images with no tag at all; one such rule, and one for `any`, in each storage class. */
  tagStatus: TagStatus;
  /** With `tagged` only. An image must have a tag for each entry; several entries are AND, not OR. */
  tagPrefixList?: readonly string[];
  /** With `tagged` only, instead of `tagPrefixList`. At most four `*` an entry; several entries are AND. */
  tagPatternList?: readonly string[];
  /** @default "standard" */
  storageClass?: StorageClass;
  countType: CountType;
  /** Needed with the `since…` kinds, an error with `imageCountMoreThan`. */
  countUnit?: "days";
  /** 1 or more: images that stay, or days. */
  countNumber: number;
}

export type LifecycleAction = { type: "expire" } | { type: "transition"; targetStorageClass: "archive" };

export const tagStatuses = ["tagged", "untagged", "any"] as const;
export type TagStatus = (typeof tagStatuses)[number];

export const storageClasses = ["standard", "archive"] as const;
export type StorageClass = (typeof storageClasses)[number];

export const countTypes = [
  "imageCountMoreThan",
  "sinceImagePushed",
  "sinceImagePulled",
  "sinceImageTransitioned",
] as const;
/** `sinceImagePulled` goes with a transition only; `sinceImageTransitioned` with the archive only, and is needed there. */
export type CountType = (typeof countTypes)[number];

export const lifecycleLimits = {
  /** Characters of the document's text. */
  text: { minimum: 100, maximum: 30_720 },
  rules: { minimum: 1, maximum: 50 },
  /** `*` in one entry of `tagPatternList`. */
  wildcards: 4,
  /** Days in the archive before a rule may delete an image: its minimum storage duration. */
  archiveDays: 90,
} as const;

/** Which images a rule is for. Several prefixes or patterns are AND: the image has a tag for each. */
export type ImageSelector =
  | "any"
  | "untagged"
  | { tagPrefixes: readonly string[] }
  | { tagPatterns: readonly string[] };

interface RuleTexts {
  images: ImageSelector;
  /** @default a sentence that says what the rule does */
  description?: string;
}

/**
 * A rule in words; `lifecyclePolicyFromRules` makes the document's rule of it.
 *
 * - `keepNewest`: the N newest of these images stay, the others are deleted.
 * - `expireAfterDays`: deleted N days after their push.
 * - `archiveKeepNewest`, `archiveAfterDays` (since the push), `archiveAfterDaysUnpulled` (since the last pull): moved to
 *   the archive instead.
 * - `expireAfterDaysArchived`: deleted N days after they came to the archive, 90 or more.
 */
export type LifecycleRuleInput =
  | (RuleTexts & { keepNewest: number })
  | (RuleTexts & { expireAfterDays: number })
  | (RuleTexts & { archiveKeepNewest: number })
  | (RuleTexts & { archiveAfterDays: number })
  | (RuleTexts & { archiveAfterDaysUnpulled: number })
  | (RuleTexts & { expireAfterDaysArchived: number });
