import { findTag, type TagAutomaton } from "../tags/tagSearch";
import { wildcardAutomaton, wildcardMatches } from "../tags/wildcard";
import type { LifecycleRule, StorageClass } from "./lifecycleDocument";

/** The properties of an image that rules select by; without tags, an untagged image. */
export interface OwnedImage {
  tags: readonly string[];
}

/** Restrictions on the image in a question about ownership. */
export interface ImageLimits {
  /** At least one of its tags has this form. @default it may be untagged, or have any tags */
  someTag?: TagAutomaton;
  /** All of its tags have this form. @default other tags may be anything */
  everyTag?: TagAutomaton;
}

/** Tag sets to try before the search gives up. Only documents with many rules of several entries each come close. */
const attemptLimit = 2_000;

/** The storage class whose images a rule matches. */
export function storageClassOf(rule: LifecycleRule): StorageClass {
  return rule.selection.storageClass ?? "standard";
}

/** The entries of a `tagged` rule as patterns; all of them must match, with the same tag or different ones. */
export function patternsOf({ selection }: LifecycleRule): readonly string[] {
  return selection.tagPatternList ?? (selection.tagPrefixList ?? []).map((prefix) => `${prefix}*`);
}

/** Rules for the same storage class with a higher precedence. */
export function earlierRules(rule: LifecycleRule, rules: readonly LifecycleRule[]): LifecycleRule[] {
  return rules.filter((each) => each.rulePriority < rule.rulePriority && storageClassOf(each) === storageClassOf(rule));
}

/**
 * An image matched by all of `matched` and none of `unmatched`, by tag status and tags: with the earlier rules as
 * `unmatched`, one that the rule owns. Storage class and age are ignored: every image can reach any age. The result is
 * exact, because additional tags only make more rules match: one tag for each entry of the rules is enough, and each
 * rule that must not match has an entry that none of these tags matches.
 *
 * @param attempts Tag sets to try. @default 2,000
 * @returns `undefined` when there is no such image; "undecided" when the search gave up.
 */
export function findImage(
  matched: readonly LifecycleRule[],
  unmatched: readonly LifecycleRule[],
  limits: ImageLimits = {},
  attempts: number = attemptLimit,
): OwnedImage | undefined | "undecided" {
  const statuses = new Set(matched.map(({ selection }) => selection.tagStatus));
  if (unmatched.some(({ selection }) => selection.tagStatus === "any")) {
    return undefined;
  }
  const untaggedOwned = unmatched.some(({ selection }) => selection.tagStatus === "untagged");
  if (!statuses.has("tagged") && limits.someTag === undefined && !untaggedOwned) {
    return { tags: [] };
  }
  if (statuses.has("untagged")) {
    return undefined;
  }
  const every = limits.everyTag === undefined ? [] : [limits.everyTag];
  const wanted = matched.flatMap(patternsOf).map((pattern) => [wildcardAutomaton(pattern), ...every]);
  // If every tag must have the form, the rules' tags already have it.
  if (wanted.length === 0 || limits.everyTag === undefined) {
    wanted.push([...(limits.someTag === undefined ? [] : [limits.someTag]), ...every]);
  }
  const tagged = unmatched.filter(({ selection }) => selection.tagStatus === "tagged").map(patternsOf);
  return new Attempts(wanted, tagged, attempts).image([]);
}

class Attempts {
  constructor(
    /** Requirements for each tag of the image. */
    private readonly wanted: readonly (readonly TagAutomaton[])[],
    /** Entries of each rule that must not match. */
    private readonly unmatched: readonly (readonly string[])[],
    private left: number,
  ) {}

  /** @param avoided Patterns that no tag of the image may match. */
  image(avoided: readonly string[]): OwnedImage | undefined | "undecided" {
    if (--this.left < 0) {
      return "undecided";
    }
    const tags: string[] = [];
    const outside = avoided.map(wildcardAutomaton);
    for (const within of this.wanted) {
      const search = findTag(within, outside);
      if (search.found === "undecided") {
        return "undecided";
      }
      if (!search.found) {
        return undefined;
      }
      tags.push(search.tag);
    }
    const matching = this.unmatched.find((entries) =>
      entries.every((entry) => tags.some((tag) => wildcardMatches(entry, tag))),
    );
    if (matching === undefined) {
      return { tags: [...new Set(tags)] };
    }
    let answer: undefined | "undecided";
    for (const entry of matching) {
      const found = this.image([...avoided, entry]);
      if (typeof found === "object") {
        return found;
      }
      answer ??= found;
    }
    return answer;
  }
}
