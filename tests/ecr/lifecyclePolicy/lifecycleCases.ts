import fc from "fast-check";
import type { LifecycleImage, LifecyclePolicyDocument } from "../../../ecr/lifecyclePolicy";
import { daysAgo } from "./lifecycleImages";
import { days, type Json } from "./lifecycleRules";

/** Random small repositories and policies, dense enough for rules, indexes and signatures to interact. */

export interface LifecycleCase {
  document: LifecyclePolicyDocument;
  images: LifecycleImage[];
}

const tag = fc.constantFrom("v1", "v2", "v1-rc", "src-a", "src-b", "pr-1", "latest");
/** Quarters of a day, so that equal times and ages of whole days are common. */
const age = fc.integer({ min: 0, max: 160 }).map((quarters) => daysAgo(quarters / 4));
const longAge = fc.integer({ min: 60, max: 130 }).map(daysAgo);

/** The value in `inTen` of ten cases, otherwise undefined. */
function optional<T>(value: fc.Arbitrary<T>, inTen: number): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: inTen, arbitrary: value }, { weight: 10 - inTen, arbitrary: fc.constant(undefined) });
}

/** Images refer only to earlier ones in the list, so there are no cycles. */
function imageAt(index: number, linked: boolean): fc.Arbitrary<LifecycleImage> {
  const earlier = fc.integer({ min: 0, max: Math.max(0, index - 1) }).map((other) => `image-${other}`);
  return fc.record({
    digest: fc.constant(`image-${index}`),
    tags: fc.uniqueArray(tag, { maxLength: 3 }),
    pushedAt: age,
    lastPulledAt: optional(age, 5),
    activatedAt: optional(age, 3),
    storageClass: optional(fc.constantFrom("standard" as const, "archive" as const), 5),
    archivedAt: longAge,
    parents: linked && index > 0 ? fc.uniqueArray(earlier, { maxLength: 2 }) : fc.constant([]),
    subject: linked && index > 0 ? optional(fc.oneof(earlier, fc.constant("deleted")), 3) : fc.constant(undefined),
  });
}

const list = fc.uniqueArray(fc.constantFrom("v", "v1", "src-", "pr-"), { minLength: 1, maxLength: 2 });
const patterns = fc.uniqueArray(fc.constantFrom("*", "v*", "*-*", "*a", "v1", "src-*"), { minLength: 1, maxLength: 2 });
const tagSelection: fc.Arbitrary<Json> = fc.oneof(
  fc.constant({ tagStatus: "any" }),
  fc.constant({ tagStatus: "untagged" }),
  list.map((tagPrefixList) => ({ tagStatus: "tagged", tagPrefixList })),
  patterns.map((tagPatternList) => ({ tagStatus: "tagged", tagPatternList })),
);
const count = fc.integer({ min: 1, max: 4 });
const expire = { type: "expire" };
const transition = { type: "transition", targetStorageClass: "archive" };

const rule: fc.Arbitrary<Json> = fc
  .tuple(
    tagSelection,
    fc.oneof(
      fc.tuple(count, fc.constantFrom(expire, transition)).map(([countNumber, action]) => ({
        selection: { countType: "imageCountMoreThan", countNumber },
        action,
      })),
      fc.tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom(expire, transition)).map(([age, action]) => ({
        selection: days("sinceImagePushed", age),
        action,
      })),
      fc.integer({ min: 1, max: 40 }).map((age) => ({ selection: days("sinceImagePulled", age), action: transition })),
      fc.integer({ min: 90, max: 120 }).map((age) => ({
        selection: { storageClass: "archive", ...days("sinceImageTransitioned", age) },
        action: expire,
      })),
    ),
  )
  .map(([tags, { selection, action }]) => ({ selection: { ...tags, ...selection }, action }));

export const lifecycleRulesArbitrary: fc.Arbitrary<LifecyclePolicyDocument> = fc
  .tuple(
    fc.array(rule, { minLength: 1, maxLength: 5 }),
    fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 5, maxLength: 5 }),
  )
  .map(
    ([rules, numbers]) =>
      ({
        rules: rules.map((each, index) => ({ ...each, rulePriority: numbers[index] })),
      }) as unknown as LifecyclePolicyDocument,
  );

/** @param linked Whether images may be children of indexes and artifacts of subjects. */
export function lifecycleCases(linked: boolean): fc.Arbitrary<LifecycleCase> {
  const images = fc.integer({ min: 0, max: 8 }).chain((length) => {
    const each = Array.from({ length }, (_, index) => imageAt(index, linked));
    return fc.tuple(...each).chain((list) => fc.shuffledSubarray(list, { minLength: Math.max(0, list.length - 1) }));
  });
  return fc.record({ document: lifecycleRulesArbitrary, images });
}
