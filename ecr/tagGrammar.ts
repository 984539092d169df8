import { type Fault, InvalidInputError } from "./faults";
import { expressionAutomaton, expressionFault, expressionFits } from "./regularExpression";
import { findTag, type TagAutomaton, type TagSearch } from "./tagSearch";
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
  const why = expressionFault(expressionOf(grammar));
  return why === undefined
    ? []
    : [
        {
          path,
          value: grammar,
          rule: `a grammar of tags is ${names} or a regular expression without assertions and back references (${why}).`,
          fix: 'write an expression for the whole tag, such as "v[0-9]+".',
        },
      ];
}

/**
 * The automaton of a grammar: a name of `tagGrammars`, or a regular expression for the whole tag.
 *
 * @throws An Error when the text is no grammar; `tagGrammarFaults` says why beforehand.
 */
export function grammarAutomaton(grammar: string): TagAutomaton {
  return expressionAutomaton(expressionOf(grammar));
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
  return expressionFits(tag, expressionOf(grammar));
}
