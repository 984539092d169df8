/**
 * The choice that a misspelt word most likely stands for; undefined when none is near: at most a third of the letters may
 * differ. Letters that changed places count once, upper and lower case are the same.
 */
export function nearestWord(word: string, choices: Iterable<string>): string | undefined {
  let best: { choice: string; distance: number } | undefined;
  for (const choice of choices) {
    const limit = Math.max(1, Math.floor(Math.max(word.length, choice.length) / 3));
    if (Math.abs(word.length - choice.length) > limit) continue;
    const distance = editDistance(word.toLowerCase(), choice.toLowerCase());
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { choice, distance };
  }
  return best?.choice;
}

/** The fix for a word that is none of the choices: the nearest one, and all. */
export function oneOf(word: unknown, choices: readonly string[]): string {
  return withGuess(word, choices, `write one of ${choices.join(", ")}.`);
}

/** A fix with the nearest right word before it, where one is near. */
export function withGuess(word: unknown, choices: Iterable<string>, fix: string): string {
  const nearest = didYouMean(word, choices);
  return nearest === "" ? fix : `${nearest}${fix.charAt(0).toUpperCase()}${fix.slice(1)}`;
}

/** `did you mean "kms"? ` to begin a fix with; empty when nothing is near. */
export function didYouMean(word: unknown, choices: Iterable<string>): string {
  const nearest = typeof word === "string" ? nearestWord(word, choices) : undefined;
  return nearest === undefined ? "" : `did you mean ${JSON.stringify(nearest)}? `;
}

/** Letters to insert, remove, replace or swap with their neighbour to get from one word to the other. */
function editDistance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, index) => index)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0;
  for (let i = 1; i <= one.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const distance = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (same ? 0 : 1));
      rows[i]?.push(swapped ? Math.min(distance, at(i - 2, j - 2) + 1) : distance);
    }
  }
  return at(one.length, other.length);
}
