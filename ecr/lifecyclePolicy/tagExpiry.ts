import { grammarAutomaton } from "../tagGrammar";
import { earlierRules, findImage, type ImageLimits, type OwnedImage, storageClassOf } from "./ownership";
import { foreverDays, imagesPerRepository } from "./protectedTags";
import type { LifecyclePolicyDocument, LifecycleRule } from "./types";

/** A rule that will sooner or later delete images with a tag of some form. */
export interface ExpiringRule {
  /** Of the rule in the document. */
  index: number;
  /** An image that it owns, with such a tag; `undefined` when none could be found and none be ruled out. */
  image: OwnedImage | undefined;
  /** Index of the rule that brings these images to the archive, for a rule of the archive. */
  archivedBy?: number;
}

export interface TagExpiryOptions {
  /**
   * Also images that have other tags beside: a rule for `dev-*` deletes a release that was tagged `dev-7` before it was
   * tagged `1.0.0`.
   * @default false: images all of whose tags are of the grammar
   */
  otherTags?: boolean;
}

/**
 * Whether a rule deletes anything, ever. One that keeps as many images as a repository can hold does not, and neither does
 * one that waits a hundred years: `protectTags` makes such rules.
 */
export function canExpire({ action, selection }: LifecycleRule): boolean {
  const never = selection.countType === "imageCountMoreThan" ? imagesPerRepository : foreverDays;
  return action.type === "expire" && selection.countNumber < never;
}

/**
 * Rules of a valid document that delete images with a tag of the grammar. An image belongs to the first rule that matches
 * it: an earlier rule that owns these images and never deletes any protects them from all later ones. Rules of the archive
 * count when a rule brings such images there.
 *
 * @param grammar A name of `tagGrammars`, or a regular expression for the whole tag.
 * @throws An Error when the grammar is none (see `tagGrammarFaults`).
 */
export function rulesThatExpire(
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
