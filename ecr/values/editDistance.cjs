// Plain JavaScript: the sandbox's commands use it before anything is installed.

/**
 * The choice that was probably meant by a misspelled word; undefined when none is close: at most a third of the letters
 * may differ. Swapped letters count once, and case is ignored. It is never the word itself.
 *
 * @param {string} word
 * @param {Iterable<string>} choices
 * @returns {string | undefined}
 */
function nearestWord(word, choices) {
  let best;
  for (const choice of choices) {
    if (choice === word) continue;
    const limit = Math.max(1, Math.floor(Math.max(word.length, choice.length) / 3));
    if (Math.abs(word.length - choice.length) > limit) continue;
    const distance = editDistance(word.toLowerCase(), choice.toLowerCase());
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { choice, distance };
  }
  return best?.choice;
}

/** Letters to insert, remove, replace, or swap with their neighbor to turn one word into the other. */
function editDistance(one, other) {
  const rows = [Array.from({ length: other.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= other.length; j++) {
      const replaced = rows[i - 1][j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1);
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, replaced);
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (swapped) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[one.length][other.length];
}

module.exports = { nearestWord };
