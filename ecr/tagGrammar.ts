import type { DFA } from "refa";
import { type Fault, InvalidInputError } from "./faults";
import { imageTagCharacters } from "./imageTags";
import { findTag, rejected, type TagAutomaton, type TagSearch } from "./tagSearch";
import { wildcardAutomaton } from "./wildcard";

/**
 * Forms of tags as regular expressions for the whole tag. `semver`: Semantic Versioning 2.0.0 with an optional `v`; build
 * metadata is left out, since a tag has no `+`. `calver`: a year, a month and, if need be, more numbers.
 */
export const tagGrammars = {
  semver:
    "v?(?:0|[1-9][0-9]*)\\.(?:0|[1-9][0-9]*)\\.(?:0|[1-9][0-9]*)" +
    "(?:-(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(?:\\.(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?",
  calver: "v?20[0-9]{2}[.-](?:0?[1-9]|1[0-2])(?:[.-][0-9]+)*",
} as const;

export type TagGrammarName = keyof typeof tagGrammars;

/** The regular expression that a grammar's name stands for; any other text is one itself. */
function expressionOf(grammar: string): string {
  return Object.hasOwn(tagGrammars, grammar) ? tagGrammars[grammar as TagGrammarName] : grammar;
}

/**
 * Why a text is no grammar of tags: neither a name of `tagGrammars` nor a regular expression without look-arounds, word
 * boundaries and back references. It is for the whole tag: `^` and `$` around it change nothing. Never throws.
 */
export function tagGrammarFaults(grammar: unknown, path: string): Fault[] {
  const names = Object.keys(tagGrammars).join(", ");
  if (typeof grammar !== "string" || grammar === "") {
    return [{ path, value: grammar, rule: "a grammar of tags is a text.", fix: `write ${names} or an expression.` }];
  }
  try {
    grammarAutomaton(grammar);
    return [];
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "";
    return [
      {
        path,
        value: grammar,
        rule: `a grammar of tags is ${names} or a regular expression without assertions and back references (${why}).`,
        fix: 'write an expression for the whole tag, such as "v[0-9]+".',
      },
    ];
  }
}

const automata = new Map<string, TagAutomaton>();

/**
 * The automaton of a grammar: a name of `tagGrammars`, or a regular expression for the whole tag.
 *
 * @throws An Error when the text is no grammar; `tagGrammarFaults` says why beforehand.
 */
export function grammarAutomaton(grammar: string): TagAutomaton {
  const known = automata.get(grammar) ?? build(expressionOf(grammar));
  automata.set(grammar, known);
  return known;
}

function build(expression: string): TagAutomaton {
  // Loaded when first needed: it takes some 30 ms, and most runs of the policy pack ask nothing of a grammar.
  const { JS, NFA, DFA } = require("refa") as typeof import("refa");
  const whole = expression.replace(/^\^/, "").replace(/(?<!\\)((?:\\\\)*)\$$/, "$1");
  const parser = JS.Parser.fromLiteral({ source: `(?:${whole})`, flags: "" });
  const { expression: tree, maxCharacter } = parser.parse({ assertions: "throw", backreferences: "throw" });
  const dfa = DFA.fromFA(NFA.fromRegex(tree, { maxCharacter }), new DFA.LimitedNodeFactory(10_000));
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

/** A shortest tag that fits both the filter (`*` for any characters) and the grammar. */
export function tagOfBoth(filter: string, grammar: string): TagSearch {
  return findTag([wildcardAutomaton(filter), grammarAutomaton(grammar)], []);
}

/**
 * Whether a tag filter can match a tag of the grammar, decided exactly over all tags that ECR accepts.
 *
 * @param filter A pattern in which `*` stands for any characters.
 * @param grammar A name of `tagGrammars`, or a regular expression for the whole tag.
 * @throws InvalidInputError when the grammar is none.
 */
export function filterCanMatch(filter: string, grammar: string): boolean {
  const faults = tagGrammarFaults(grammar, "grammar");
  if (faults.length > 0) {
    throw new InvalidInputError("tag grammar", faults);
  }
  // What could not be decided might match.
  return tagOfBoth(filter, grammar).found !== false;
}

/** Whether a tag fits a grammar. @throws An Error when the grammar is none. */
export function tagFits(tag: string, grammar: string): boolean {
  const automaton = grammarAutomaton(grammar);
  let state = 0;
  for (const character of tag) {
    state = automaton.step(state, character);
    if (state === rejected) {
      return false;
    }
  }
  return automaton.accepts(state);
}
