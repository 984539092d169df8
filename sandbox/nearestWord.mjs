// The word that somebody who wrote another one may have meant. As the commands have it before anything is installed, it is written out here.

/**
 * @param {string} word
 * @param {readonly string[]} known
 * @returns {string} ` Did you mean "…"?`, or nothing where no word is near.
 */
export function didYouMean(word, known) {
  const [best] = known
    .map((each) => ({ each, distance: distance(word.toLowerCase(), each.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  // A third of the letters may differ: more, and it is another word.
  return best !== undefined && best.distance <= Math.max(1, Math.floor(best.each.length / 3))
    ? ` Did you mean ${JSON.stringify(best.each)}?`
    : "";
}

/** Letters to add, leave out or change, and neighbours to swap (optimal string alignment). */
function distance(a, b) {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, changed);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
  }
  return rows[a.length][b.length];
}
