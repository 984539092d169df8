/**
 * ECR's lifecycle policy document, the `lifecyclePolicyText` of PutLifecyclePolicy. Source: "Lifecycle policy
 * properties in Amazon ECR" and "Archiving an image" in the ECR user guide.
 */
export interface LifecyclePolicyDocument {
  /** 1 to 50. */
  rules: readonly LifecycleRule[];
}

/** A rule of ECR's lifecycle document: which images it matches, and what happens to them. */
export interface LifecycleRule {
  /**
   * 1 or more, unique in the document; gaps are allowed. An image belongs to the matching rule with the lowest number.
   */
  rulePriority: number;
  /** @default none */
  description?: string;
  /** Which images it matches, and how many of them are kept or for how long. */
  selection: LifecycleSelection;
  /** What happens to the images that are not kept. */
  action: LifecycleAction;
}

/** Which images a rule matches, and from which number or age it acts. */
export interface LifecycleSelection {
  /** `untagged`: images without tags. Each storage class may have one such rule, and one for `any`. */
  tagStatus: TagStatus;
  /**
   * With `tagged` only. An image must have a matching tag for each entry; several entries are AND, not OR. @default
   * none
   */
  tagPrefixList?: readonly string[];
  /**
   * With `tagged` only, instead of `tagPrefixList`. At most four `*` per entry; several entries are AND. @default none
   */
  tagPatternList?: readonly string[];
  /** @default "standard" */
  storageClass?: StorageClass;
  /** What `countNumber` counts: images, or days since an event. */
  countType: CountType;
  /** Required with the `since…` types, not allowed with `imageCountMoreThan`. @default none */
  countUnit?: "days";
  /** 1 or more: number of images kept, or days. */
  countNumber: number;
}

/** `expire` deletes an image; `transition` archives it, so that it must be restored before a pull. */
export type LifecycleAction =
  | {
      /** Deletes it. */
      type: "expire";
    }
  | {
      /** Moves it to another storage class. */
      type: "transition";
      /** The only class that images can move to. */
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
/**
 * `sinceImagePulled` requires a transition; `sinceImageTransitioned` requires the archive storage class and is required
 * there.
 */
export type CountType = (typeof countTypes)[number];

export const lifecycleLimits = {
  /** Characters of the document as sent: JSON without whitespace. */
  text: { minimum: 100, maximum: 30_720 },
  rules: { minimum: 1, maximum: 50 },
  /** Number of `*` in one entry of `tagPatternList`. */
  wildcards: 4,
  /** Days in the archive before a rule may delete an image: its minimum storage duration. */
  archiveDays: 90,
} as const;

/** Which images a rule matches. Several prefixes or patterns are AND: the image has a tag for each. */
export type ImageSelector =
  | "any"
  | "untagged"
  | { tagPrefixes: readonly string[] }
  | { tagPatterns: readonly string[] };

interface RuleTexts {
  /** Which images the rule matches. */
  images: ImageSelector;
  /** @default a generated sentence */
  description?: string;
}

/**
 * A rule in the short form, converted to a document's rule by `lifecyclePolicyFromRules`. Each has one number, 1 or
 * more, that determines what happens to its images.
 *
 * @example
 * const rule: LifecycleRuleInput = { images: { tagPatterns: ["pr-*"] }, expireAfterDays: 14 };
 */
export type LifecycleRuleInput =
  | (RuleTexts & {
      /** Number of images to keep, the most recently pushed; the others are deleted. */
      keepNewest: number;
    })
  | (RuleTexts & {
      /** Days after the push until they are deleted. */
      expireAfterDays: number;
    })
  | (RuleTexts & {
      /** Number of images to keep in standard storage, the most recently pushed; the others are archived. */
      archiveKeepNewest: number;
    })
  | (RuleTexts & {
      /** Days after the push until they are archived. */
      archiveAfterDays: number;
    })
  | (RuleTexts & {
      /** Days after the last pull until they are archived. */
      archiveAfterDaysUnpulled: number;
    })
  | (RuleTexts & {
      /** Days in the archive until they are deleted, 90 or more. */
      expireAfterDaysArchived: number;
    });
