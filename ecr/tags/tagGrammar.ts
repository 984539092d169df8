import type { Fault } from "../faults";
import { expressionAutomaton, expressionFault, matchesExpression } from "./regularExpression";
import { findTag, type TagAutomaton, type TagSearch } from "./tagSearch";
import { wildcardAutomaton } from "./wildcard";

/**
 * Tag formats as regular expressions for the whole tag. `semver`: Semantic Versioning 2.0.0 with an optional `v`;
 * without build metadata, because a tag cannot contain `+`. `calver`: a year, a month, and optionally more numbers.
 */
export const tagGrammars = {
  semver:
    "v?(?:0|[1-9][0-9]*)\\.(?:0|[1-9][0-9]*)\\.(?:0|[1-9][0-9]*)" +
    "(?:-(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(?:\\.(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?",
  calver: "v?20[0-9]{2}[.-](?:0?[1-9]|1[0-2])(?:[.-][0-9]+)*",
} as const;

export type TagGrammarName = keyof typeof tagGrammars;

/** The regular expression for a grammar's name; any other string is already an expression. */
function expressionOf(grammar: string): string {
  return Object.hasOwn(tagGrammars, grammar) ? tagGrammars[grammar as TagGrammarName] : grammar;
}

/**
 * Why a string is not a tag grammar: neither a name from `tagGrammars` nor a regular expression without look-arounds,
 * word boundaries, and back references. It applies to the whole tag: `^` and `$` around it change nothing. Never
 * throws.
 */
export function tagGrammarFaults(grammar: unknown, path: string): Fault[] {
  const names = Object.keys(tagGrammars).join(", ");
  if (typeof grammar !== "string" || grammar === "") {
    return [{ path, value: grammar, rule: "a tag grammar must be a string.", fix: `write ${names} or an expression.` }];
  }
  const why = expressionFault(expressionOf(grammar));
  return why === undefined
    ? []
    : [
        {
          path,
          value: grammar,
          rule: `a tag grammar must be ${names} or a regular expression without assertions and back references (${why}).`,
          fix: 'write an expression that matches the whole tag, such as "v[0-9]+".',
        },
      ];
}

/**
 * The automaton for a grammar: a name from `tagGrammars`, or a regular expression for the whole tag.
 *
 * @throws An Error when the string is not a grammar; check it with `tagGrammarFaults` first.
 */
export function grammarAutomaton(grammar: string): TagAutomaton {
  return expressionAutomaton(expressionOf(grammar));
}

/** A shortest tag that matches both the filter (`*` for any characters) and the grammar. */
export function findMatchingTag(filter: string, grammar: string): TagSearch {
  return findTag([wildcardAutomaton(filter), grammarAutomaton(grammar)], []);
}

/** Whether a tag matches a grammar. @throws An Error if the grammar is invalid. */
export function matchesGrammar(tag: string, grammar: string): boolean {
  return matchesExpression(tag, expressionOf(grammar));
}
