import type { DFA } from "refa";
import { imageTagCharacters } from "./imageTags";
import { rejected, type TagAutomaton } from "./tagSearch";

/**
 * User-defined regular expressions as automata: matching is linear in the string, where a backtracking engine could
 * take years. They apply to the whole string: `^` and `$` around an expression change nothing. Look-arounds, word
 * boundaries, and back references are rejected.
 */

/** Limit on an automaton's nodes; an expression that needs more is rejected. */
const maximumNodes = 10_000;

const automata = new Map<string, TagAutomaton>();

/** @throws An Error when the string is not a valid expression; check it with `expressionFault` first. */
export function expressionAutomaton(expression: string): TagAutomaton {
  const known = automata.get(expression) ?? build(expression);
  automata.set(expression, known);
  return known;
}

/** Why a string is not a valid expression; `undefined` when it is. Never throws. */
export function expressionFault(expression: string): string | undefined {
  try {
    expressionAutomaton(expression);
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.message.split("\n")[0] ?? "") : "";
  }
}

/** Whether the whole string matches. Linear in the string. @throws An Error if the expression is invalid. */
export function matchesExpression(text: string, expression: string): boolean {
  const automaton = expressionAutomaton(expression);
  let state = 0;
  for (const character of text) {
    state = automaton.step(state, character);
    if (state === rejected) {
      return false;
    }
  }
  return automaton.accepts(state);
}

function build(expression: string): TagAutomaton {
  // Loaded on demand: it takes some 30 ms, and most runs of the policy pack use no expression.
  const { JS, NFA, DFA } = require("refa") as typeof import("refa");
  const whole = expression.replace(/^\^/, "").replace(/(?<!\\)((?:\\\\)*)\$$/, "$1");
  const parser = JS.Parser.fromLiteral({ source: `(?:${whole})`, flags: "" });
  const { expression: tree, maxCharacter } = parser.parse({ assertions: "throw", backreferences: "throw" });
  const nfa = NFA.fromRegex(tree, { maxCharacter }, {}, new NFA.LimitedNodeFactory(maximumNodes));
  const dfa = DFA.fromFA(nfa, new DFA.LimitedNodeFactory(maximumNodes));
  dfa.minimize();
  return fromDfa(dfa);
}

function fromDfa(dfa: DFA): TagAutomaton {
  const nodes = [...dfa.nodes()];
  nodes.splice(nodes.indexOf(dfa.initial), 1);
  nodes.unshift(dfa.initial);
  const numbers = new Map(nodes.map((node, index) => [node, index]));
  const target = (state: number, character: string) => {
    const next = nodes[state]?.out.get(character.charCodeAt(0));
    return next === undefined ? rejected : (numbers.get(next) ?? rejected);
  };
  const classes = new Map(
    [...imageTagCharacters].map((character) => [character, nodes.map((_, state) => target(state, character)).join()]),
  );
  return {
    step: target,
    accepts: (state) => {
      const node = nodes[state];
      return node !== undefined && dfa.finals.has(node);
    },
    acceptsEverything: () => false,
    classOf: (character) => classes.get(character) ?? "",
  };
}
