import { type LifecyclePolicyDocument, rulesThatExpire } from "../ecr/lifecyclePolicy";
import { nist } from "./frameworks";
import { documentPlace, documentTypes, knownDocument, reportAll } from "./lifecycleDocuments";
import { repositoryNames } from "./parameters";
import { rememberObject } from "./remembered";
import { resourceRule } from "./rule";
import { checkReleaseTags, releaseTagsParameter } from "./tagImmutability";

const name = "ecr-release-tags-kept";

/** The setting is the config: a pattern of release tags, and whether images have other tags beside. */
const expiringOf = rememberObject((document: LifecyclePolicyDocument, setting) => {
  const { releaseTags, withOtherTags } = JSON.parse(setting) as Pick<Config, "releaseTags" | "withOtherTags">;
  return rulesThatExpire(document, releaseTags, { otherTags: withOtherTags });
});

interface Config {
  releaseTags: string;
  withOtherTags: boolean;
  exempt: string[];
}

export const releaseTagsKept = resourceRule<Config>({
  name,
  displayName: "ECR lifecycle policies keep releases",
  description:
    "No rule of a lifecycle policy, those of creation templates too, deletes an image that has a release tag.",
  severity: "high",
  framework: nist(["CP-9", "SI-12"], "Images that are released stay available"),
  tags: ["lifecycle", "availability"],
  remediationSteps:
    "Put a rule in front that owns the release tags and never acts: tagPatternList with their pattern, countType " +
    "imageCountMoreThan, countNumber 100000. An image belongs to the first rule that matches it.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html#lp_evaluation_rules",
  parameters: {
    releaseTags: {
      ...releaseTagsParameter,
      description: `${releaseTagsParameter.description} No rule may delete an image that has one.`,
    },
    withOtherTags: {
      type: "boolean",
      default: false,
      description:
        "Also images that have other tags beside: an image tagged dev-7 first and 1.0.0 later belongs to a rule for dev-*.",
    },
    exempt: repositoryNames("Repositories whose releases may be deleted."),
  },
  checkConfig: (config: Config) => checkReleaseTags(name, config.releaseTags),
  types: documentTypes,
  judge: (resource, config, findings) => {
    const place = documentPlace(resource, config.exempt);
    const document = place && knownDocument(place, findings);
    if (place === undefined || document === undefined) {
      return;
    }
    const { releaseTags, withOtherTags } = config;
    const expiring = expiringOf(document, JSON.stringify({ releaseTags, withOtherTags }));
    const messages = expiring.map(({ index, image, archivedBy }) => {
      const tags = image?.tags.map((tag) => `"${tag}"`).join(" and ");
      const found =
        tags === undefined ? "it may be that this rule deletes images" : "this rule deletes an image tagged";
      const way = archivedBy === undefined ? "" : `, which rules[${archivedBy}] brings to the archive`;
      return (
        `${place.path}.rules[${index}]: ${found} ${tags ?? "with release tags"}${way}; allowed are rules of ${place.label} ` +
        `that delete no release (${config.releaseTags}). Put a rule in front that owns the release tags and never acts: ` +
        'tagPatternList: [<their pattern>], countType: "imageCountMoreThan", countNumber: 100000.'
      );
    });
    reportAll(messages, place, findings);
  },
});
