import { findTag, type TagAutomaton } from "../tagSearch";
import { wildcardAutomaton, wildcardMatches } from "../wildcard";
import type { LifecycleRule, StorageClass } from "./types";

/** An image by what rules select it by; no tags: an untagged one. */
export interface OwnedImage {
  tags: readonly string[];
}

/** What an image must be for a question about ownership. */
export interface ImageLimits {
  /** The image has at least one tag of this form. @default it may be untagged, or have any tags */
  someTag?: TagAutomaton;
  /** All of its tags are of this form. @default its other tags may be any */
  everyTag?: TagAutomaton;
}

/** Sets of tags tried before the search gives up. Only documents of many rules with several entries each come near. */
const attemptLimit = 2_000;

/** The storage class whose images a rule is for. */
export function storageClassOf(rule: LifecycleRule): StorageClass {
  return rule.selection.storageClass ?? "standard";
}

/** The entries of a `tagged` rule as patterns; all of them have to be met, by one tag or by several. */
export function patternsOf({ selection }: LifecycleRule): readonly string[] {
  return selection.tagPatternList ?? (selection.tagPrefixList ?? []).map((prefix) => `${prefix}*`);
}

/** Rules of the same storage class that have a say before this one. */
export function earlierRules(rule: LifecycleRule, rules: readonly LifecycleRule[]): LifecycleRule[] {
  return rules.filter((each) => each.rulePriority < rule.rulePriority && storageClassOf(each) === storageClassOf(rule));
}

/**
 * An image that all of `matched` and none of `unmatched` match, by tag status and tags: with the earlier rules as
 * `unmatched`, one that the rule owns. Storage class and age are not looked at: every image can come to any age. Exact, since
 * more tags only ever make more rules match: one tag for each entry of the rules is enough, and each rule that is not to
 * match has an entry that none of these tags fits.
 *
 * @param attempts Sets of tags to try. @default 2,000
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
  // Where every tag has to be of the form, the tags that the rules want are already.
  if (wanted.length === 0 || limits.everyTag === undefined) {
    wanted.push([...(limits.someTag === undefined ? [] : [limits.someTag]), ...every]);
  }
  const tagged = unmatched.filter(({ selection }) => selection.tagStatus === "tagged").map(patternsOf);
  return new Attempts(wanted, tagged, attempts).image([]);
}

class Attempts {
  constructor(
    /** What each tag of the image has to be. */
    private readonly wanted: readonly (readonly TagAutomaton[])[],
    /** Entries of each rule that is not to match. */
    private readonly unmatched: readonly (readonly string[])[],
    private left: number,
  ) {}

  /** @param avoided Patterns that no tag of the image may fit. */
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
