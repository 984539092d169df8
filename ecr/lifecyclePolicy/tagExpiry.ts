import { grammarAutomaton } from "../tags/tagGrammar";
import type { LifecyclePolicyDocument, LifecycleRule } from "./lifecycleDocument";
import { earlierRules, findImage, type ImageLimits, type OwnedImage, storageClassOf } from "./ownership";
import { imagesPerRepository, keepForeverDays } from "./protectedTags";

/** A rule that will eventually delete images with a tag of a certain form. */
export interface ExpiringRule {
  /** Index of the rule in the document. */
  index: number;
  /** An image it owns, with such a tag; `undefined` when none could be found but none could be ruled out. */
  image: OwnedImage | undefined;
  /** For a rule of the archive: index of the rule that archives these images. */
  archivedBy?: number;
}

export interface TagExpiryOptions {
  /**
   * Includes images that also have other tags: a rule for `dev-*` deletes a release that was tagged `dev-7` before it
   * was tagged `1.0.0`.
   * @default false: only images all of whose tags match the grammar
   */
  otherTags?: boolean;
}

/**
 * Whether a rule ever deletes anything. A rule that keeps as many images as a repository can hold does not, and neither
 * does one that waits a hundred years: `protectTags` creates such rules.
 */
function canExpire({ action, selection }: LifecycleRule): boolean {
  const never = selection.countType === "imageCountMoreThan" ? imagesPerRepository : keepForeverDays;
  return action.type === "expire" && selection.countNumber < never;
}

/**
 * Rules of a valid document that delete images with a tag matching the grammar. An image belongs to the first rule that
 * matches it: an earlier rule that owns these images without ever deleting any protects them from all later ones. Rules
 * for the archive count when a rule archives such images.
 *
 * @param grammar A name from `tagGrammars`, or a regular expression for the whole tag.
 * @throws An Error if the grammar is invalid (see `tagGrammarFaults`).
 */
export function expiringRules(
  { rules }: LifecyclePolicyDocument,
  grammar: string,
  options: TagExpiryOptions = {},
): ExpiringRule[] {
  const form = grammarAutomaton(grammar);
  const limits: ImageLimits = { someTag: form, ...(options.otherTags ? {} : { everyTag: form }) };
  return rules.flatMap((rule, index): ExpiringRule[] => {
    if (!canExpire(rule)) {
      return [];
    }
    if (storageClassOf(rule) === "standard") {
      const image = findImage([rule], earlierRules(rule, rules), limits);
      return image === undefined ? [] : [{ index, image: decided(image) }];
    }
    for (const [archivedBy, source] of rules.entries()) {
      if (source.action.type === "transition") {
        const image = findImage([source, rule], [...earlierRules(source, rules), ...earlierRules(rule, rules)], limits);
        if (image !== undefined) {
          return [{ index, image: decided(image), archivedBy }];
        }
      }
    }
    return [];
  });
}

function decided(image: OwnedImage | "undecided"): OwnedImage | undefined {
  return image === "undecided" ? undefined : image;
}
