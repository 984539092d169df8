import { isTagMutable } from "../../ecr/tags/tagMutability";
import { refuseInput } from "../inputChecks";
import type { ImageRepository } from "./imageRepository";
import { knownValue } from "./imageState";

/** An image and its repositories, as in Publication. */
interface ImageInRepositories {
  subject: string;
  repositories: readonly ImageRepository[];
  identity: string;
  digest?: string;
}

/**
 * Refuses a copy that is not identical, before anything is tagged: an earlier version copied through Docker, which may
 * have changed it.
 */
export function refuseDifferentImage(
  { subject, repositories, identity, digest }: ImageInRepositories,
  /** What the repositories have under the identity tag, in their order. */
  existingDigests: readonly unknown[],
): void {
  const faults = repositories.flatMap(({ kind, logicalName }, index) => {
    const found = existingDigests[index];
    if (digest === undefined || found === undefined || found === digest) return [];
    return [
      {
        path: "source",
        value: digest,
        rule: `the ${kind} repository ${JSON.stringify(logicalName)} has a different image under the tag of its copy, ${identity}: ${found}.`,
        fix: `remove that tag (\`aws ecr batch-delete-image\` with imageTag=${identity}), so that the source image is copied unchanged.`,
      },
    ];
  });
  refuseInput(subject, faults);
}

/** Refuses a release tag that permanently points to another image, before anything is made. */
export async function refuseTakenRelease(
  { subject, repositories, identity }: ImageInRepositories,
  release: { tag: string; path: string },
): Promise<void> {
  const find = (tag: string) => Promise.all(repositories.map((each) => knownValue(each.findDigest(tag))));
  const [own, released] = await Promise.all([find(identity), find(release.tag)]);
  const faults = repositories.flatMap(({ kind, logicalName, tagSettings }, index) => {
    const holder = released[index];
    if (holder === undefined || own.includes(holder)) return [];
    if (tagSettings === undefined || isTagMutable(release.tag, tagSettings)) return [];
    return [
      {
        path: release.path,
        value: release.tag,
        rule: `the ${kind} repository ${JSON.stringify(logicalName)} has a different image under this tag (${holder}), and its tags cannot be moved.`,
        fix: "give this image its own tag, such as the next version.",
      },
    ];
  });
  if (faults.length > 0) refuseInput(subject, faults);
}
