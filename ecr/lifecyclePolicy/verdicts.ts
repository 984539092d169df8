import {
  type LifecyclePolicyDocument,
  type LifecycleRule,
  lifecycleLimits,
  type StorageClass,
} from "./lifecycleDocument";
import { byPriority } from "./lifecycleText";
import { imageStorageClass, type LifecycleImage, tagMatcher } from "./matching";
import { storageClassOf } from "./ownership";

export const dayMilliseconds = 24 * 60 * 60 * 1000;

/**
 * The document's decision on an image by itself, before indexes and subjects are considered. Times are milliseconds
 * since 1970.
 */
export interface OwnVerdict {
  /** The rule that owns the image: the matching one with the lowest number. */
  rule?: LifecycleRule;
  /** When the rule acts, never in the past; absent when it keeps the image. */
  at?: number;
}

/**
 * The owner of each image and its action, in the order of the images. All rules are matched against all images before
 * any of them acts, so a count rule also counts the images of earlier rules. Sources: ECR user guide, "Lifecycle policy
 * evaluation rules" and "Examples of lifecycle policies".
 *
 * @param counted Whether rules see an image at all.
 */
export function ownVerdicts(
  document: LifecyclePolicyDocument,
  images: readonly LifecycleImage[],
  counted: (image: LifecycleImage) => boolean,
  now: number,
): OwnVerdict[] {
  const rules = [...document.rules].sort(byPriority).map(
    (rule): CountedRule => ({
      rule,
      matches: tagMatcher(rule),
      counts: rule.selection.countType === "imageCountMoreThan",
      seen: 0,
    }),
  );
  const inClass = (storageClass: StorageClass) => rules.filter(({ rule }) => storageClassOf(rule) === storageClass);
  const rulesOf = { standard: inClass("standard"), archive: inClass("archive") };
  const verdicts: OwnVerdict[] = images.map(() => ({}));
  for (const { image, index } of newestFirst(images)) {
    if (counted(image)) {
      verdicts[index] = ownVerdict(rulesOf[imageStorageClass(image)], image, now);
    }
  }
  return verdicts;
}

interface CountedRule {
  rule: LifecycleRule;
  matches: (tags: readonly string[]) => boolean;
  counts: boolean;
  /** Images matched so far, newest first. */
  seen: number;
}

function ownVerdict(rules: readonly CountedRule[], image: LifecycleImage, now: number): OwnVerdict {
  let verdict: OwnVerdict | undefined;
  for (const each of rules) {
    // After the owner, only count rules need to see the image.
    if ((verdict === undefined || each.counts) && each.matches(image.tags)) {
      each.seen++;
      verdict ??= { rule: each.rule, at: dueAt(each.rule, image, each.seen, now) };
    }
  }
  return verdict ?? {};
}

/** By push or restore time; images with the same time by digest, so that the order is deterministic. */
function newestFirst(images: readonly LifecycleImage[]): { image: LifecycleImage; index: number; time: number }[] {
  return images
    .map((image, index) => ({ image, index, time: pushTime(image) }))
    .sort((a, b) => b.time - a.time || (a.image.digest < b.image.digest ? 1 : -1));
}

function pushTime({ activatedAt, pushedAt }: LifecycleImage): number {
  return (activatedAt ?? pushedAt).getTime();
}

/** A pull counts only after the image was restored from the archive. */
function pullTime(image: LifecycleImage): number {
  const pulled = image.lastPulledAt?.getTime();
  const activated = image.activatedAt?.getTime();
  return pulled === undefined || (activated !== undefined && pulled < activated) ? pushTime(image) : pulled;
}

/** @param rank 1 for the newest image that the rule matches. */
function dueAt({ selection }: LifecycleRule, image: LifecycleImage, rank: number, now: number): number | undefined {
  const { countNumber } = selection;
  switch (selection.countType) {
    case "imageCountMoreThan":
      return rank > countNumber ? now : undefined;
    case "sinceImagePushed":
      return Math.max(now, pushTime(image) + countNumber * dayMilliseconds);
    case "sinceImagePulled":
      return Math.max(now, pullTime(image) + countNumber * dayMilliseconds);
    case "sinceImageTransitioned": {
      // Unknown only in a list of images that does not come from ECR: counts as archived now.
      const archived = image.archivedAt?.getTime() ?? now;
      return Math.max(now, archived + Math.max(countNumber, lifecycleLimits.archiveDays) * dayMilliseconds);
    }
  }
}
