import { canBeginTag, imageTagCharacters, imageTagMaximumLength } from "./imageTags";

/**
 * Patterns in which `*` stands for any number of characters, none included, and every other character for itself:
 * ECR's tag exclusion filters and `tagPatternList`, and the lists of names in policy configuration.
 */

/** Whether the whole text fits the pattern. Linear in both for a pattern with one `*`, at worst their product. */
export function wildcardMatches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === "*") {
      star = p++;
      resume = t;
    } else if (p < pattern.length && pattern[p] === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      // Going back to the latest star only is enough: what an earlier one could swallow, the latest can too.
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") {
    p++;
  }
  return p === pattern.length;
}

/** The positions in a pattern that some reading of the text so far has reached; empty when no reading is left. */
type Positions = readonly number[];

function afterStars(pattern: string, position: number, reached: Set<number>): void {
  let at = position;
  reached.add(at);
  while (pattern[at] === "*") {
    reached.add(++at);
  }
}

/** Drops what the latest star makes needless: from there, every text is accepted that an earlier position would accept. */
function settled(pattern: string, reached: Set<number>): Positions {
  let latest = -1;
  for (const position of reached) {
    if (pattern[position] === "*" && position > latest) {
      latest = position;
    }
  }
  return [...reached].filter((position) => position >= latest).sort((a, b) => a - b);
}

function begin(pattern: string): Positions {
  const reached = new Set<number>();
  afterStars(pattern, 0, reached);
  return settled(pattern, reached);
}

function step(pattern: string, positions: Positions, character: string): Positions {
  const reached = new Set<number>();
  for (const position of positions) {
    if (pattern[position] === "*") {
      afterStars(pattern, position, reached);
    } else if (pattern[position] === character) {
      afterStars(pattern, position + 1, reached);
    }
  }
  return settled(pattern, reached);
}

function accepts(pattern: string, positions: Positions): boolean {
  return positions.includes(pattern.length);
}

/** From here on the pattern accepts everything: its end is reached through a `*` at the end. */
function acceptsEverything(pattern: string, positions: Positions): boolean {
  return pattern.endsWith("*") && positions.includes(pattern.length - 1);
}

/** Pairs of states looked at before the search gives up; no list of patterns that a person writes comes near. */
const defaultStateLimit = 200_000;

export type Containment =
  /** Every tag of the pattern fits one of the others. */
  | { within: true }
  /** `example` is a shortest tag that fits the pattern and none of the others. */
  | { within: false; example: string }
  /** The patterns have more states than the search looks at: take it as not within. */
  | { within: "undecided" };

interface State {
  tag: string;
  inner: Positions;
  outer: readonly Positions[];
}

/**
 * Whether every image tag that fits `pattern` fits at least one of `allowed`. Decided exactly, over all tags that ECR
 * accepts (1 to 128 characters of the tag grammar), by walking the patterns' automata side by side, shortest tags first;
 * not by samples. A pattern that fits no tag at all is within any list.
 *
 * @param stateLimit Pairs of states after which the answer is "undecided". @default 200,000
 */
export function wildcardWithin(
  pattern: string,
  allowed: readonly string[],
  stateLimit: number = defaultStateLimit,
): Containment {
  const named = new Set([pattern, ...allowed].join("").replaceAll("*", ""));
  const letters = [...imageTagCharacters].filter((character) => named.has(character));
  // All characters that no pattern names behave alike: one stands for the rest.
  const others = [...imageTagCharacters].filter((character) => !named.has(character));
  const first = others.find(canBeginTag);
  const firstLetters = [...letters.filter(canBeginTag), ...(first ? [first] : [])];
  const laterLetters = [...letters, ...others.slice(0, 1)];

  let level: State[] = [{ tag: "", inner: begin(pattern), outer: allowed.map(begin) }];
  const seen = new Set<string>();
  for (let length = 1; length <= imageTagMaximumLength && level.length > 0; length++) {
    const next: State[] = [];
    for (const state of level) {
      for (const letter of length === 1 ? firstLetters : laterLetters) {
        const inner = step(pattern, state.inner, letter);
        if (inner.length === 0) {
          continue;
        }
        const outer = allowed.map((each, index) => step(each, state.outer[index] ?? [], letter));
        if (allowed.some((each, index) => acceptsEverything(each, outer[index] ?? []))) {
          continue;
        }
        const tag = state.tag + letter;
        if (accepts(pattern, inner) && !allowed.some((each, index) => accepts(each, outer[index] ?? []))) {
          return { within: false, example: tag };
        }
        const key = [inner, ...outer].map((positions) => positions.join(",")).join("|");
        if (!seen.has(key)) {
          if (seen.size >= stateLimit) {
            return { within: "undecided" };
          }
          seen.add(key);
          next.push({ tag, inner, outer });
        }
      }
    }
    level = next;
  }
  return { within: true };
}
