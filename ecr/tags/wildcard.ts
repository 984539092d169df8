import { defaultStateLimit, findTag, rejected, type TagAutomaton } from "./tagSearch";

/**
 * Patterns in which `*` matches any number of characters, including none, and every other character matches itself:
 * ECR's tag exclusion filters and `tagPatternList`, and the lists of names in policy configuration.
 */

/**
 * Whether the whole string matches the pattern. Linear in both for a pattern with one `*`, at worst their product.
 *
 * @param single A character that matches any one character, such as IAM's `?`. @default none
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
      // Backtracking to the latest star is enough: it can match whatever an earlier one could.
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

/** The positions in the pattern reachable after the string so far; empty when it cannot match. */
type Positions = readonly number[];

function afterStars(pattern: string, position: number, reached: Set<number>): void {
  let at = position;
  reached.add(at);
  while (pattern[at] === "*") {
    reached.add(++at);
  }
}

/**
 * Drops positions made redundant by the latest star: from there, every string is accepted that an earlier position
 * accepts.
 */
function prunePositions(pattern: string, reached: Set<number>): Positions {
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
  return prunePositions(pattern, reached);
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
  return prunePositions(pattern, reached);
}

/** The automaton of a pattern; its states are the sets of reachable positions. */
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
    // The position of a trailing `*`.
    acceptsEverything: (state) => pattern.endsWith("*") && (states[state]?.includes(pattern.length - 1) ?? false),
    classOf: (character) => (pattern.includes(character) ? character : ""),
  };
}

export type Containment =
  /** Every tag that matches the pattern matches one of the others. */
  | { within: true }
  /** `example` is a shortest tag that matches the pattern and none of the others. */
  | { within: false; example: string }
  /** The patterns have more states than the search visits: treat it as not within. */
  | { within: "undecided" };

/**
 * Whether every image tag that matches `pattern` also matches at least one of `allowed`. Exact, like `findTag`. A
 * pattern that matches no tag at all is within any list.
 *
 * @param stateLimit States after which the answer is "undecided". @default 200,000
 */
export function wildcardWithin(
  pattern: string,
  allowed: readonly string[],
  stateLimit: number = defaultStateLimit,
): Containment {
  const counterexample = findTag([wildcardAutomaton(pattern)], allowed.map(wildcardAutomaton), stateLimit);
  if (counterexample.found === true) {
    return { within: false, example: counterexample.tag };
  }
  return { within: counterexample.found === "undecided" ? "undecided" : true };
}
