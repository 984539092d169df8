import { nist } from "../engine/frameworks";
import { movingTags, stringListParameter, tagPatterns } from "../engine/parameters";
import { matchesAny } from "../engine/patterns";
import { stackRule } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { pushTypes, readReference } from "../resources/imageResources";
import { pushedTags } from "../resources/pushedImages";
import { labelled } from "../resources/resourceTypes";
import { canMove, StackRepositories } from "../resources/stackRepositories";

const url = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html";

export const imageTags = stackRule<{ exempt: string[] }>({
  name: "ecr-image-tags",
  displayName: "Images have another tag than latest",
  description:
    "An image that a stack pushes to a repository as `latest` is also pushed under another tag, which identifies it.",
  severity: "medium",
  framework: nist(["CM-2(2)", "CM-8"], "Versions can be told apart and restored"),
  tags: ["supply-chain"],
  remediationSteps:
    "Push the image under a tag of its own, such as its version or the digest of its sources, in addition to `latest`.",
  url,
  parameters: {
    exempt: stringListParameter(
      "Repositories that may hold `latest` only, with their registry as in image names; `*` matches any characters.",
    ),
  },
  types: pushTypes,
  judge: (stack, { exempt }, findings) => {
    const { known, open } = pushedTags(stack);
    // A repository needs no finding when it has another tag, or was reported already.
    const done = new Set(known.filter(({ tag }) => tag !== "latest").map(({ repository }) => repository));
    for (const { image, path, repository } of known) {
      if (done.has(repository) || matchesAny(repository, exempt)) {
        continue;
      }
      done.add(repository);
      findings.violationUnless(
        open[0]?.unknown,
        `${path}: image "${image.name}" is pushed to ${repository} as "latest" only, so nobody can tell which build is running. ` +
          `Must also have a tag of its own. Push "${repository}:<version>" in addition to "latest".`,
        "Other names that the stack pushes are not known yet.",
        image,
      );
    }
  },
});

export const movingImageTags = stackRule<{ movingTags: string[] }>({
  name: "ecr-moving-tags",
  displayName: "Moving tags are pushed only to repositories that allow them to move",
  description:
    "An image is pushed under a moving tag only to a repository that allows this tag to move; otherwise ECR refuses the next push.",
  severity: "medium",
  framework: nist(["CM-2", "SI-2"], "What is configured can be updated"),
  tags: ["builds"],
  remediationSteps:
    'Add the tag to the repository\'s imageTagMutabilityExclusionFilters with "IMMUTABLE_WITH_EXCLUSION", or push under another tag.',
  url,
  parameters: {
    movingTags: tagPatterns("Tags that are pushed repeatedly; `*` matches any characters.", movingTags),
  },
  types: pushTypes,
  judge: (stack, config, findings) => {
    const repositories = new StackRepositories(stack);
    for (const { image, path, repository, tag } of pushedTags(stack).known) {
      if (!matchesAny(tag, config.movingTags)) {
        continue;
      }
      const reference = readReference(`${repository}:${tag}`);
      const referred = reference === undefined ? [] : repositories.of(reference);
      const fixed = referred
        .map((each) => ({ ...each, moves: canMove(tag, each.repository) }))
        .find(({ moves }) => moves !== true);
      if (fixed === undefined) {
        continue;
      }
      const { repository: target, doubt, moves } = fixed;
      const label = labelled("repository", target.read("name"), target);
      findings.violationUnless(
        doubt ?? (moves instanceof Unknown ? moves : undefined),
        `${path}: image "${image.name}" is pushed under the moving tag "${tag}", but ${label} does not allow this tag to move: ECR ` +
          `refuses the next push. Must match an exclusion filter. Write imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" and ` +
          `imageTagMutabilityExclusionFilters: [{ filter: "${tag}", filterType: "WILDCARD" }], or push under another tag.`,
        "Whether the tag can move there is not known yet.",
        image,
      );
    }
  },
});
