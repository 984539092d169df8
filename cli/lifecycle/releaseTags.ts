import { faultMessage } from "../../ecr/faults";
import { matchesGrammar, tagGrammarFaults } from "../../ecr/tags/tagGrammar";

/**
 * Matches release tags, by a grammar's name or a regular expression for the whole tag.
 *
 * @throws Error that names the option if the expression is invalid.
 */
export function releaseMatcher(grammar: string): (tag: string) => boolean {
  const [fault] = tagGrammarFaults(grammar, "--release-tags");
  if (fault !== undefined) {
    throw new Error(faultMessage(fault));
  }
  return (tag) => matchesGrammar(tag, grammar);
}
