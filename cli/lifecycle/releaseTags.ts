import { faultMessage } from "../../ecr/faults";
import { tagFits, tagGrammarFaults } from "../../ecr/tagGrammar";

/**
 * Whether a tag is a release's, by a grammar's name or a regular expression for the whole tag.
 *
 * @throws Error that names the option when the expression is none.
 */
export function releaseMatcher(grammar: string): (tag: string) => boolean {
  const [fault] = tagGrammarFaults(grammar, "--release-tags");
  if (fault !== undefined) {
    throw new Error(faultMessage(fault));
  }
  return (tag) => tagFits(tag, grammar);
}
