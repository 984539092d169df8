import { expiringRules, type LifecyclePolicyDocument } from "../../ecr/lifecyclePolicy";
import { nist } from "../engine/frameworks";
import { memoizeByObject } from "../engine/memoize";
import { checkReleaseTags, releaseTagsParameter, repositoryNames } from "../engine/parameters";
import { resourceRule } from "../engine/rule";
import { documentSource, documentTypes, knownDocument, reportViolations } from "./documentSource";

const name = "ecr-release-tags-kept";

/** The setting holds the release tags and whether images may have other tags too. */
const expiringOf = memoizeByObject((document: LifecyclePolicyDocument, setting) => {
  const { releaseTags, withOtherTags } = JSON.parse(setting) as Pick<Config, "releaseTags" | "withOtherTags">;
  return expiringRules(document, releaseTags, { otherTags: withOtherTags });
});

interface Config {
  releaseTags: string;
  withOtherTags: boolean;
  exempt: string[];
}

export const releaseTagsKept = resourceRule<Config>({
  name,
  displayName: "ECR lifecycle policies keep releases",
  description: "No lifecycle policy, including those of creation templates, deletes an image that has a release tag.",
  severity: "high",
  framework: nist(["CP-9", "SI-12"], "Released images stay available"),
  tags: ["lifecycle", "availability"],
  remediationSteps:
    "Add an earlier rule that owns the release tags and never acts: tagPatternList with their pattern, countType " +
    "imageCountMoreThan, countNumber 100000. The first rule that matches an image owns it.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html#lp_evaluation_rules",
  parameters: {
    releaseTags: {
      ...releaseTagsParameter,
      description: `${releaseTagsParameter.description} No rule may delete an image with such a tag.`,
    },
    withOtherTags: {
      type: "boolean",
      default: false,
      description:
        "Whether to include images with other tags as well: an image tagged dev-7 first and 1.0.0 later is owned by a rule for dev-*.",
    },
    exempt: repositoryNames("Repositories whose releases may be deleted."),
  },
  checkConfig: (config: Config) => checkReleaseTags(name, config.releaseTags),
  types: documentTypes,
  judge: (resource, config, findings) => {
    const source = documentSource(resource, config.exempt);
    const document = source && knownDocument(source, findings);
    if (source === undefined || document === undefined) {
      return;
    }
    const { releaseTags, withOtherTags } = config;
    const expiring = expiringOf(document, JSON.stringify({ releaseTags, withOtherTags }));
    const messages = expiring.map(({ index, image, archivedBy }) => {
      const tags = image?.tags.map((tag) => `"${tag}"`).join(" and ");
      const found = tags === undefined ? "this rule may delete images" : "this rule deletes an image tagged";
      const way = archivedBy === undefined ? "" : `, which rules[${archivedBy}] archives`;
      return (
        `${source.path}.rules[${index}]: ${found} ${tags ?? "with release tags"}${way}. Must not delete a release ` +
        `(${config.releaseTags}) of ${source.label}. Add an earlier rule that owns the release tags and never acts: ` +
        'tagPatternList: [<their pattern>], countType: "imageCountMoreThan", countNumber: 100000.'
      );
    });
    reportViolations(messages, source, findings);
  },
});
