import { findTag } from "../tagSearch";
import { wildcardAutomaton } from "../wildcard";
import type { LifecyclePolicyDocument } from "./types";

/** A rule whose list of tags no single tag can fit. */
export interface SplitTagList {
  /** Of the rule in the document. */
  index: number;
  list: "tagPatternList" | "tagPrefixList";
  /** Two entries that no tag fits both of. */
  entries: readonly [string, string];
}

/**
 * Rules of a valid document that match only images with several tags, since two entries of their list have no tag in common. ECR takes a
 * list for AND; 6 of 48 policies found in public repositories wrote one that can only be meant as OR. It is no fault: an image may have
 * both tags.
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

/** The list in words, as the end of a sentence about its rule. */
export function splitTagListText({ list, entries: [one, other] }: SplitTagList): string {
  return (
    `${list} holds for images that have a tag of "${one}" and another one of "${other}" at once: ECR takes the entries of a list for AND. ` +
    "Write a rule for each where either is meant."
  );
}
