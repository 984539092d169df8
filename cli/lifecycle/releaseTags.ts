import { tagGrammars } from "../../ecr/tagGrammar";

/**
 * Whether a tag is a release's, by a grammar's name or a regular expression for the whole tag.
 *
 * @throws Error that names the option when the expression is none.
 */
export function releaseMatcher(grammar: string): (tag: string) => boolean {
  const source = Object.hasOwn(tagGrammars, grammar) ? tagGrammars[grammar as keyof typeof tagGrammars] : grammar;
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${source})$`);
  } catch (error) {
    throw new Error(`--release-tags: ${error instanceof Error ? error.message : String(error)}`);
  }
  return (tag) => expression.test(tag);
}
