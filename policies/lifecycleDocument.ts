import { deadRules, type LifecyclePolicyDocument, splitTagLists, splitTagListText } from "../ecr/lifecyclePolicy";
import { securityHub } from "./frameworks";
import { certainFaults, documentPlace, documentTypes, isMissing, knownDocument, reportAll } from "./lifecycleDocuments";
import { repositoryNames } from "./parameters";
import { rememberObject } from "./remembered";
import { resourceRule } from "./rule";

const splitListsOf = rememberObject((document: LifecyclePolicyDocument) => splitTagLists(document));
const deadRulesOf = rememberObject((document: LifecyclePolicyDocument) => deadRules(document));

interface Config {
  exempt: string[];
}

export const lifecycleDocument = resourceRule<Config>({
  name: "ecr-lifecycle-document",
  displayName: "ECR lifecycle policies are valid, and every rule of them works",
  description:
    "Lifecycle policies, those of creation templates too, are ones that ECR accepts, and no rule is dead because earlier " +
    "ones own every image that it matches.",
  severity: "medium",
  framework: securityHub("ECR.3", "ECR repositories should have at least one lifecycle policy configured", {
    nist: ["CA-9(1)", "CM-2", "CM-2(2)"],
  }),
  tags: ["cost", "lifecycle"],
  remediationSteps:
    "Correct the lifecycle policy document as the message says. The AWS provider replaces the policy: it deletes the old one and creates " +
    "the new one, which acts within 24 hours.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html",
  parameters: { exempt: repositoryNames("Repositories whose lifecycle policy is not looked at.") },
  types: documentTypes,
  judge: (resource, config, findings) => {
    const place = documentPlace(resource, config.exempt);
    // That a template has none is for the rule about limits to say.
    if (place === undefined || isMissing(place)) {
      return;
    }
    reportAll(certainFaults(place), place, findings);
    const document = knownDocument(place, findings);
    if (document === undefined) {
      return;
    }
    const dead = deadRulesOf(document).map(({ index, shadowedBy }) => {
      const owners = shadowedBy.map((each) => `rules[${each}]`).join(" and ");
      return (
        `${place.path}.rules[${index}]: this rule of ${place.label} never acts, as every image that it matches belongs to ` +
        `${owners}; allowed are rules that own images. Put it before ${owners}, or leave it out.`
      );
    });
    reportAll(dead, place, findings);
    for (const each of splitListsOf(document)) {
      findings.note(`${place.path}.rules[${each.index}].selection of ${place.label}: ${splitTagListText(each)}`);
    }
  },
});
