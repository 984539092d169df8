import type { Fault } from "../../ecr/faults";
import { imageTagFaults } from "../../ecr/tags/imageTags";
import { isTagMutable } from "../../ecr/tags/tagMutability";
import type { ImageRepository } from "./imageRepository";

/** The repository data that checks need before it exists. */
export type ImageTarget = Pick<ImageRepository, "kind" | "logicalName" | "tagSettings">;

/** Why an image cannot be pushed to these repositories with these moving tags: every fault, or none. */
export function imageTargetFaults(repositories: readonly ImageTarget[], movingTags: readonly string[]): Fault[] {
  const faults = movingTags.flatMap((tag, index) => {
    const path = `tags[${index}]`;
    return [
      ...imageTagFaults(tag, path),
      ...repeatedFaults(movingTags.slice(0, index), tag, path, "a tag"),
      ...repositories.flatMap((each) => movingTagFaults(tag, path, each)),
    ];
  });
  if (repositories.length === 0) {
    faults.push({
      path: "repositories",
      value: repositories,
      rule: "must name at least one repository.",
      fix: "name a PrivateRepository or a PublicRepository.",
    });
  }
  const names = repositories.map(({ kind, logicalName }) => `${kind}/${logicalName}`);
  names.forEach((name, index) => {
    faults.push(...repeatedFaults(names.slice(0, index), name, `repositories[${index}]`, "a repository"));
  });
  return faults;
}

function repeatedFaults(before: readonly string[], value: string, path: string, what: string): Fault[] {
  if (!before.includes(value)) return [];
  return [{ path, value, rule: `${what} can be named only once.`, fix: "remove it." }];
}

/** ECR would accept the first push of such a tag and refuse every later one. */
function movingTagFaults(tag: string, path: string, { kind, logicalName, tagSettings }: ImageTarget): Fault[] {
  if (tagSettings === undefined || isTagMutable(tag, tagSettings)) return [];
  return [
    {
      path,
      value: tag,
      rule: `the ${kind} repository ${JSON.stringify(logicalName)} is ${tagSettings.imageTagMutability}: it does not allow this tag to move to the next image.`,
      fix: `add ${JSON.stringify(tag)} to the repository's exclusionFilters, or leave the tag out.`,
    },
  ];
}
