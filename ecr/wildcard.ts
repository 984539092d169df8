import { defaultStateLimit, findTag, rejected, type TagAutomaton } from "./tagSearch";

/**
 * Patterns in which `*` stands for any number of characters, none included, and every other character for itself:
 * ECR's tag exclusion filters and `tagPatternList`, and the lists of names in policy configuration.
 */

/**
 * Whether the whole text fits the pattern. Linear in both for a pattern with one `*`, at worst their product.
 *
 * @param single A character that stands for any one character, such as IAM's `?`. @default none
 */
export function wildcardMatches(pattern: string, text: string, single?: "?"): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === "*") {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === text[t] || pattern[p] === single)) {
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

/** The automaton of one pattern; its states are the sets of positions that a text can have reached. */
export function wildcardAutomaton(pattern: string): TagAutomaton {
  const states: Positions[] = [begin(pattern)];
  const numbers = new Map<string, number>([[String(states[0]), 0]]);
  const steps = new Map<string, number>();
  const next = (state: number, character: string): number => {
    const positions = step(pattern, states[state] ?? [], character);
    if (positions.length === 0) {
      return rejected;
    }
    const key = positions.join();
    const known = numbers.get(key);
    if (known !== undefined) {
      return known;
    }
    numbers.set(key, states.length);
    return states.push(positions) - 1;
  };
  return {
    step: (state, character) => {
      const key = `${state}${character}`;
      const known = steps.get(key) ?? next(state, character);
      steps.set(key, known);
      return known;
    },
    accepts: (state) => states[state]?.includes(pattern.length) ?? false,
    // Its end is reached through a `*` at the end.
    acceptsEverything: (state) => pattern.endsWith("*") && (states[state]?.includes(pattern.length - 1) ?? false),
    classOf: (character) => (pattern.includes(character) ? character : ""),
  };
}

export type Containment =
  /** Every tag of the pattern fits one of the others. */
  | { within: true }
  /** `example` is a shortest tag that fits the pattern and none of the others. */
  | { within: false; example: string }
  /** The patterns have more states than the search looks at: take it as not within. */
  | { within: "undecided" };

/**
 * Whether every image tag that fits `pattern` fits at least one of `allowed`. Decided exactly, as `findTag` does it. A
 * pattern that fits no tag at all is within any list.
 *
 * @param stateLimit States after which the answer is "undecided". @default 200,000
 */
export function wildcardWithin(
  pattern: string,
  allowed: readonly string[],
  stateLimit: number = defaultStateLimit,
): Containment {
  const stranger = findTag([wildcardAutomaton(pattern)], allowed.map(wildcardAutomaton), stateLimit);
  if (stranger.found === true) {
    return { within: false, example: stranger.tag };
  }
  return { within: stranger.found === "undecided" ? "undecided" : true };
}
