import { wildcardMatches } from "../ecr/wildcard";
import { fitsAny } from "./access";
import { nist } from "./frameworks";
import { pushedNames, pushTypes, readReference } from "./imageResources";
import { tagPatterns, texts } from "./parameters";
import { canMove, repositoryUrl, StackRepositories } from "./repositoriesOfStack";
import { labelled } from "./resources";
import { type Stack, type StackSubject, stackRule } from "./rule";
import { movingTags } from "./tagImmutability";
import { Unknown } from "./unknowns";

const url = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html";

interface Pushed {
  image: StackSubject;
  path: string;
  /** Repository with its registry. */
  repository: string;
  tag: string;
}

/** What the stack pushes, as far as it is known, and the names that are not. */
function pushes(stack: Stack): { known: Pushed[]; open: Unknown[] } {
  const known: Pushed[] = [];
  const open: Unknown[] = [];
  for (const image of stack.ofType(...pushTypes)) {
    for (const { path, name } of pushedNames(image)) {
      if (name instanceof Unknown) {
        open.push(name);
        continue;
      }
      const reference = readReference(name);
      if (reference !== undefined) {
        // Docker takes a name without a tag for `latest`.
        known.push({ image, path, repository: repositoryUrl(reference), tag: reference.tag ?? "latest" });
      }
    }
  }
  return { known, open };
}

export const imageTags = stackRule<{ exempt: string[] }>({
  name: "ecr-image-tags",
  displayName: "Images have a tag of their own beside latest",
  description:
    "What a stack pushes to a repository as `latest` it pushes under another tag too, which says what it is.",
  severity: "medium",
  framework: nist(["CM-2(2)", "CM-8"], "Versions can be told apart and gone back to"),
  tags: ["supply-chain"],
  remediationSteps:
    "Push the image under a tag of its own, such as its version or the digest of its sources, and `latest` beside it.",
  url,
  parameters: {
    exempt: texts(
      "Repositories with their registry, as in image names, that may hold `latest` only; `*` stands for any characters.",
    ),
  },
  types: pushTypes,
  judge: (stack, { exempt }, findings) => {
    const { known, open } = pushes(stack);
    // A repository with another tag is done, and so is one that was reported.
    const done = new Set(known.filter(({ tag }) => tag !== "latest").map(({ repository }) => repository));
    for (const { image, path, repository } of known) {
      if (done.has(repository) || fitsAny(repository, exempt)) {
        continue;
      }
      done.add(repository);
      findings.violationUnless(
        open[0],
        `${path}: image "${image.name}" is pushed to ${repository} as "latest" only, so nothing tells which one is running; allowed ` +
          `are images with a tag of their own. Write "${repository}:<version>", and push "latest" beside it.`,
        "Other names under which the stack pushes are not known yet.",
        image,
      );
    }
  },
});

export const movingImageTags = stackRule<{ movingTags: string[] }>({
  name: "ecr-moving-tags",
  displayName: "Tags that move are pushed where they may",
  description:
    "An image is pushed under a moving tag only to a repository that lets this tag move: the next push would be refused.",
  severity: "medium",
  framework: nist(["CM-2", "SI-2"], "What is configured can be updated"),
  tags: ["builds"],
  remediationSteps:
    'Add the tag to the repository\'s imageTagMutabilityExclusionFilters with "IMMUTABLE_WITH_EXCLUSION", or push under another tag.',
  url,
  parameters: {
    movingTags: tagPatterns("Tags that are pushed again and again; `*` stands for any characters.", movingTags),
  },
  types: pushTypes,
  judge: (stack, config, findings) => {
    const repositories = new StackRepositories(stack);
    for (const { image, path, repository, tag } of pushes(stack).known) {
      if (!config.movingTags.some((pattern) => wildcardMatches(pattern, tag))) {
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
        `${path}: image "${image.name}" is pushed under the moving tag "${tag}", and ${label} lets it not move: ECR refuses the next ` +
          `push; allowed are moving tags that an exclusion filter matches. Write imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" and ` +
          `imageTagMutabilityExclusionFilters: [{ filter: "${tag}", filterType: "WILDCARD" }], or push under another tag.`,
        "Whether the tag moves there is not known yet.",
        image,
      );
    }
  },
});
