/** A shell word that cannot be expanded; Docker rejects the Dockerfile for the same reason. */
export class ShellWordError extends Error {}

/** Replaces the first match of the pattern in a string, or all matches. */
export function replaceMatches(text: string, written: string, replacement: string, all: boolean): string {
  const pattern = patternOf(written);
  const value = [...text];
  let result = "";
  let from = 0;
  let start = 0;
  for (; start <= value.length; start++) {
    const end = matchEnds(pattern, value, start).at(-1);
    // An empty match right after another match does not count.
    if (end === undefined || (end === start && start === from && start > 0)) {
      continue;
    }
    result +=
      value.slice(from, start).join("") +
      (all ? expandReplacement(replacement, value.slice(start, end).join("")) : replacement);
    from = end;
    if (!all) {
      break;
    }
    start = end > start ? end - 1 : start;
  }
  return result + value.slice(from).join("");
}

/**
 * BuildKit replaces all matches as Go does: `$0` is the match, and the name of a group that does not exist is empty.
 */
function expandReplacement(replacement: string, match: string): string {
  return replacement.replace(/\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu, (_, dollar, braced, plain) =>
    dollar ? "$" : (braced ?? plain) === "0" ? match : "",
  );
}

/** A token of a pattern: any characters, any single one, or this one. */
type Token = { any: true } | { one: true } | { character: string };

function patternOf(text: string): Token[] {
  const characters = [...text];
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    if (character === "*") {
      tokens.push({ any: true });
    } else if (character === "?") {
      tokens.push({ one: true });
    } else if (character === "\\") {
      // `}` and `/` are escaped for the sake of the substitution, not of the pattern.
      const following = characters[++at];
      if (following === undefined || !"*?\\}/".includes(following)) {
        throw new ShellWordError(`invalid pattern (${text}) in substitution: invalid escape '\\${following ?? ""}'`);
      }
      tokens.push({ character: following });
    } else {
      tokens.push({ character });
    }
  }
  return tokens;
}

/** The possible ends of matches that start here, in order. Linear in the pattern for each character of the string. */
function matchEnds(pattern: readonly Token[], text: readonly string[], start: number): number[] {
  let ends: number[] = [start];
  for (const token of pattern) {
    if ("any" in token) {
      const first = ends[0] ?? text.length;
      ends = ends.length === 0 ? [] : Array.from({ length: text.length - first + 1 }, (_, index) => first + index);
    } else {
      ends = ends
        .filter((at) => at < text.length && ("one" in token || text[at] === token.character))
        .map((at) => at + 1);
    }
  }
  return ends;
}

/**
 * The value without the shortest match of the pattern at its start or end; the longest one if the operator is doubled.
 */
export function withoutMatch(value: string, word: string, atEnd: boolean): string {
  const longest = word.startsWith(atEnd ? "%" : "#");
  const tokens = patternOf(longest ? word.slice(1) : word);
  const [pattern, text] = atEnd ? [tokens.toReversed(), [...value].toReversed()] : [tokens, [...value]];
  const end = matchEnds(pattern, text, 0).at(longest ? -1 : 0) ?? 0;
  const rest = text.slice(end);
  return (atEnd ? rest.toReversed() : rest).join("");
}
