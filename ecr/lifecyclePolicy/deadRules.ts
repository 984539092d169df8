import { earlierRules, findImage } from "./ownership";
import type { LifecyclePolicyDocument } from "./types";

/** A rule that never acts, because every image that it matches belongs to an earlier one. */
export interface DeadRule {
  /** Of the rule in the document. */
  index: number;
  /** Indexes of the earlier rules that own all its images: none of them can be left out. */
  shadowedBy: number[];
}

/**
 * Rules of a valid document that can never own an image. Decided exactly by what the rules match (tag status, prefixes and
 * patterns, several entries being AND, storage class), over every set of tags that an image can have. A count rule counts
 * images of earlier rules too, but acts on its own only: it is dead like any other when it owns none. A rule that could not
 * be decided on is not named.
 */
export function deadRules({ rules }: LifecyclePolicyDocument): DeadRule[] {
  return rules.flatMap((rule, index): DeadRule[] => {
    const earlier = earlierRules(rule, rules);
    if (findImage([rule], earlier) !== undefined) {
      return [];
    }
    let needed = earlier;
    for (const each of earlier.toReversed()) {
      const fewer = needed.filter((other) => other !== each);
      if (findImage([rule], fewer) === undefined) {
        needed = fewer;
      }
    }
    return [{ index, shadowedBy: needed.map((each) => rules.indexOf(each)) }];
  });
}
