import { nearestWord } from "./editDistance.cjs";

export { nearestWord };

/** The fix for a word that is not one of the choices: the nearest one, and all of them. */
export function oneOf(word: unknown, choices: readonly string[]): string {
  return withSuggestion(word, choices, `write one of ${choices.join(", ")}.`);
}

/** Prefixes a fix with the nearest valid word, if there is one. */
export function withSuggestion(word: unknown, choices: Iterable<string>, fix: string): string {
  const nearest = didYouMean(word, choices);
  return nearest === "" ? fix : `${nearest}${fix.charAt(0).toUpperCase()}${fix.slice(1)}`;
}

/** `did you mean "kms"? ` as the start of a fix; empty when nothing is close. */
export function didYouMean(word: unknown, choices: Iterable<string>): string {
  const nearest = typeof word === "string" ? nearestWord(word, choices) : undefined;
  return nearest === undefined ? "" : `did you mean ${JSON.stringify(nearest)}? `;
}
