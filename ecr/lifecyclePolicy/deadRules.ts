import type { LifecyclePolicyDocument } from "./lifecycleDocument";
import { earlierRules, findImage } from "./ownership";

/** A rule that never acts, because every image it matches belongs to an earlier rule. */
export interface DeadRule {
  /** Index of the rule in the document. */
  index: number;
  /** Indexes of the earlier rules that own all its images; each of them is needed for that. */
  shadowedBy: number[];
}

/**
 * Rules of a valid document that can never own an image. The decision is exact, based on what the rules match (tag
 * status, prefixes and patterns with several entries as AND, storage class) and on every set of tags an image can have.
 * A count rule counts images of earlier rules but acts only on its own: without any, it is dead as well. Rules that
 * could not be decided are not included.
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
