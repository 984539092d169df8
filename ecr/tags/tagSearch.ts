import { canBeginTag, imageTagCharacters, imageTagMaximumLength } from "./imageTags";

/** A deterministic automaton over the characters of image tags. It starts in state 0. */
export interface TagAutomaton {
  /** The next state for a character, or `rejected`. */
  step(state: number, character: string): number;
  accepts(state: number): boolean;
  /** Whether every continuation from here is accepted; false when unknown. */
  acceptsEverything(state: number): boolean;
  /** Characters of the same class lead from every state to the same state. */
  classOf(character: string): string;
}

/** The state from which nothing can be accepted. */
export const rejected = -1;

export type TagSearch =
  /** A shortest matching tag. */
  | { found: true; tag: string }
  | { found: false }
  /** The search gave up. */
  | { found: "undecided" };

/** States to visit before a search gives up; no list of patterns that a person writes comes close. */
export const defaultStateLimit = 200_000;

interface State {
  tag: string;
  within: readonly number[];
  outside: readonly number[];
}

/**
 * A tag that every automaton of `within` and none of `outside` accepts. The result is exact for all tags that ECR
 * accepts (1 to 128 characters of the tag grammar): the automata are traversed in parallel, shortest tags first,
 * without sampling.
 *
 * @param stateLimit States after which the answer is "undecided". @default 200,000
 */
export function findTag(
  within: readonly TagAutomaton[],
  outside: readonly TagAutomaton[],
  stateLimit: number = defaultStateLimit,
): TagSearch {
  const { first, later } = representatives([...within, ...outside]);
  const start = (automata: readonly TagAutomaton[]) => automata.map(() => 0);
  let level: State[] = [{ tag: "", within: start(within), outside: start(outside) }];
  const seen = new Set<string>();
  for (let length = 1; length <= imageTagMaximumLength && level.length > 0; length++) {
    const next: State[] = [];
    for (const state of level) {
      for (const letter of length === 1 ? first : later) {
        const reached = step(state, letter, within, outside);
        if (reached === undefined) {
          continue;
        }
        if (
          within.every((each, index) => each.accepts(reached.within[index] ?? rejected)) &&
          !outside.some((each, index) => each.accepts(reached.outside[index] ?? rejected))
        ) {
          return { found: true, tag: reached.tag };
        }
        const key = `${reached.within.join()}|${reached.outside.join()}`;
        if (!seen.has(key)) {
          if (seen.size >= stateLimit) {
            return { found: "undecided" };
          }
          seen.add(key);
          next.push(reached);
        }
      }
    }
    level = next;
  }
  return { found: false };
}

/** `undefined` when no tag with this prefix can match. */
function step(
  state: State,
  letter: string,
  within: readonly TagAutomaton[],
  outside: readonly TagAutomaton[],
): State | undefined {
  const inner: number[] = [];
  for (const [index, each] of within.entries()) {
    const reached = each.step(state.within[index] ?? rejected, letter);
    if (reached === rejected) {
      return undefined;
    }
    inner.push(reached);
  }
  const outer: number[] = [];
  for (const [index, each] of outside.entries()) {
    const before = state.outside[index] ?? rejected;
    const reached = before === rejected ? rejected : each.step(before, letter);
    if (reached !== rejected && each.acceptsEverything(reached)) {
      return undefined;
    }
    outer.push(reached);
  }
  return { tag: state.tag + letter, within: inner, outside: outer };
}

/** One character for all those that the automata do not distinguish. */
function representatives(automata: readonly TagAutomaton[]): { first: string[]; later: string[] } {
  const unique = (characters: readonly string[]) => {
    const classes = new Map<string, string>();
    for (const character of characters) {
      const key = automata.map((each) => each.classOf(character)).join(" ");
      if (!classes.has(key)) {
        classes.set(key, character);
      }
    }
    return [...classes.values()];
  };
  // Lowercase letters first: they make the simplest examples.
  const all = [...imageTagCharacters].sort((a, b) => Number(/[a-z]/.test(b)) - Number(/[a-z]/.test(a)));
  return { first: unique(all.filter(canBeginTag)), later: unique(all) };
}
