/**
 * ECR's lifecycle policy document, as PutLifecyclePolicy takes it in `lifecyclePolicyText`. Source: "Lifecycle policy
 * properties in Amazon ECR" and "Archiving an image" in the ECR user guide.
 */
export interface LifecyclePolicyDocument {
  /** 1 to 50. */
  rules: readonly LifecycleRule[];
}

/** One rule of ECR's lifecycle document: which images, and what becomes of them. */
export interface LifecycleRule {
  /** 1 or more, unique in the document; gaps are fine. An image belongs to the matching rule with the lowest number. */
  rulePriority: number;
  /** @default none */
  description?: string;
  /** Which images it is for, and how many of them or for how long they stay. */
  selection: LifecycleSelection;
  /** What happens to the images that do not stay. */
  action: LifecycleAction;
}

/** Which images a rule is for, and from which number or age on it acts. */
export interface LifecycleSelection {
  /** `untagged`: images with no tag at all; one such rule, and one for `any`, in each storage class. */
  tagStatus: TagStatus;
  /** With `tagged` only. An image must have a tag for each entry; several entries are AND, not OR. @default none */
  tagPrefixList?: readonly string[];
  /** With `tagged` only, instead of `tagPrefixList`. At most four `*` an entry; several entries are AND. @default none */
  tagPatternList?: readonly string[];
  /** @default "standard" */
  storageClass?: StorageClass;
  /** What `countNumber` counts: images, or days since an event. */
  countType: CountType;
  /** Needed with the `since…` kinds, an error with `imageCountMoreThan`. @default none */
  countUnit?: "days";
  /** 1 or more: images that stay, or days. */
  countNumber: number;
}

/** `expire` deletes an image, `transition` moves it to the archive, from where it has to be restored before a pull. */
export type LifecycleAction =
  | {
      /** Delete it. */
      type: "expire";
    }
  | {
      /** Move it to another storage class. */
      type: "transition";
      /** The only one that images move to. */
      targetStorageClass: "archive";
    };

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
  /** Characters of the document's text as it is sent: JSON without spaces. */
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
  /** Which images the rule is for. */
  images: ImageSelector;
  /** @default a sentence that says what the rule does */
  description?: string;
}

/**
 * A rule in words; `lifecyclePolicyFromRules` makes the document's rule of it. Each says what becomes of its images in one
 * number, 1 or more.
 *
 * @example
 * const rule: LifecycleRuleInput = { images: { tagPatterns: ["pr-*"] }, expireAfterDays: 14 };
 */
export type LifecycleRuleInput =
  | (RuleTexts & {
      /** So many of these images, the newest by their push, stay; the others are deleted. */
      keepNewest: number;
    })
  | (RuleTexts & {
      /** Days after their push when they are deleted. */
      expireAfterDays: number;
    })
  | (RuleTexts & {
      /** So many of these images, the newest by their push, stay; the others move to the archive. */
      archiveKeepNewest: number;
    })
  | (RuleTexts & {
      /** Days after their push when they move to the archive. */
      archiveAfterDays: number;
    })
  | (RuleTexts & {
      /** Days after their last pull when they move to the archive. */
      archiveAfterDaysUnpulled: number;
    })
  | (RuleTexts & {
      /** Days after they came to the archive when they are deleted, 90 or more. */
      expireAfterDaysArchived: number;
    });
