import { faultMessage } from "../../ecr/faults";
import { privateRepositoryNameFaults, publicRepositoryNameFaults } from "../../ecr/names/repositoryNames";
import { expressionFault, matchesExpression } from "../../ecr/tags/regularExpression";
import { nist } from "../engine/frameworks";
import { ParameterError } from "../engine/parameters";
import { resourceRule } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { labelOf, repositoryKinds, repositoryName } from "../resources/anyRepository";
import { resourceTypes } from "../resources/resourceTypes";

interface NamesConfig {
  pattern: string;
}

const namesRule = "ecr-repository-names";

export const repositoryNamePattern = resourceRule<NamesConfig>({
  name: namesRule,
  displayName: "Repository names follow the agreed pattern",
  description: "Names of private and public repositories are valid in ECR and match the pattern in config.",
  severity: "low",
  framework: nist(["CM-8"], "Components can be told apart"),
  tags: ["naming"],
  remediationSteps:
    "Choose another name. A repository's name is fixed when it is created, so this replaces the repository.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/Repositories.html",
  parameters: {
    pattern: {
      type: "string",
      minLength: 1,
      default: "[a-z0-9._/-]+",
      description:
        "Regular expression that the whole name must match (without look-arounds, word boundaries and back references).",
    },
  },
  checkConfig: ({ pattern }: NamesConfig) => {
    const why = expressionFault(pattern);
    if (why !== undefined) {
      const rule = `a pattern is a regular expression without look-arounds, word boundaries and back references (${why}).`;
      throw new ParameterError(namesRule, {
        path: "pattern",
        value: pattern,
        rule,
        fix: 'write one such as "team-[a-z0-9-]+".',
      });
    }
  },
  types: repositoryKinds,
  judge: (resource, { pattern }, findings) => {
    const name = repositoryName(resource);
    const isPublic = resource.type === resourceTypes.publicRepository;
    const property = isPublic ? "repositoryName" : "name";
    if (name instanceof Unknown) {
      findings.unjudged(`${property} of ${labelOf(resource)} is not known yet. Must match ${pattern}.`, name);
      return;
    }
    // Without a name, the provider derives one from the resource's.
    if (typeof name !== "string") {
      return;
    }
    const faults = (isPublic ? publicRepositoryNameFaults : privateRepositoryNameFaults)(name, property);
    for (const fault of faults) {
      findings.violation(faultMessage(fault));
    }
    if (faults.length === 0 && !matchesExpression(name, pattern)) {
      findings.violation(
        `${property}: ${labelOf(resource)} does not follow the pattern for names. Must match ${pattern}. Write such a name.`,
      );
    }
  },
});
