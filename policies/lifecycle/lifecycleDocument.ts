import { deadRules, type LifecyclePolicyDocument, splitTagLists, splitTagListText } from "../../ecr/lifecyclePolicy";
import { memoizeByObject } from "../engine/memoize";
import { repositoryNames } from "../engine/parameters";
import { resourceRule } from "../engine/rule";
import {
  certainFaults,
  documentSource,
  documentTypes,
  isMissing,
  knownDocument,
  reportViolations,
} from "./documentSource";
import { documentRemediation, lifecycleControl } from "./ruleMetadata";

const splitListsOf = memoizeByObject((document: LifecyclePolicyDocument) => splitTagLists(document));
const deadRulesOf = memoizeByObject((document: LifecyclePolicyDocument) => deadRules(document));

interface Config {
  exempt: string[];
}

export const lifecycleDocument = resourceRule<Config>({
  name: "ecr-lifecycle-document",
  displayName: "ECR lifecycle policies are valid, and each of their rules takes effect",
  description:
    "Lifecycle policies, including those of creation templates, are valid in ECR, and no rule is dead because earlier rules own " +
    "every image that it matches.",
  severity: "medium",
  framework: lifecycleControl,
  tags: ["cost", "lifecycle"],
  remediationSteps: documentRemediation,
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html",
  parameters: { exempt: repositoryNames("Repositories whose lifecycle policy is not checked.") },
  types: documentTypes,
  judge: (resource, config, findings) => {
    const source = documentSource(resource, config.exempt);
    // ecr-lifecycle-limits reports a template without a policy.
    if (source === undefined || isMissing(source)) {
      return;
    }
    reportViolations(certainFaults(source), source, findings);
    const document = knownDocument(source, findings);
    if (document === undefined) {
      return;
    }
    const dead = deadRulesOf(document).map(({ index, shadowedBy }) => {
      const owners = shadowedBy.map((each) => `rules[${each}]`).join(" and ");
      return (
        `${source.path}.rules[${index}]: this rule of ${source.label} never acts, as every image that it matches belongs to ` +
        `${owners}. Must match images that no earlier rule owns. Put it before ${owners}, or remove it.`
      );
    });
    reportViolations(dead, source, findings);
    for (const each of splitListsOf(document)) {
      findings.note(`${source.path}.rules[${each.index}].selection of ${source.label}: ${splitTagListText(each)}`);
    }
  },
});
