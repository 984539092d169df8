import { isTagMutable } from "../../ecr/tagMutability";
import { refuseInput } from "../inputChecks";
import type { ImageRepository } from "./imageRepository";
import { knownValue } from "./imageState";

/** An image and where it goes, as of a Publication. */
interface ImagePlaces {
  subject: string;
  repositories: readonly ImageRepository[];
  identity: string;
  digest?: string;
}

/** Refuses what is not the very image, before anything is tagged: an earlier version copied by way of Docker, which may change it. */
export function refuseOther(
  { subject, repositories, identity, digest }: ImagePlaces,
  /** What the repositories have under the identity, in their order. */
  held: readonly unknown[],
): void {
  const faults = repositories.flatMap(({ kind, logicalName }, index) => {
    const found = held[index];
    if (digest === undefined || found === undefined || found === digest) return [];
    return [
      {
        path: "source",
        value: digest,
        rule: `the ${kind} repository ${JSON.stringify(logicalName)} has another image under the tag of its copy, ${identity}: ${found}.`,
        fix: `remove that tag (\`aws ecr batch-delete-image\` with imageTag=${identity}), so that the very image is copied.`,
      },
    ];
  });
  refuseInput(subject, faults);
}

/** Refuses a release tag that names another image for ever, before anything is made. */
export async function refuseTakenRelease(
  { subject, repositories, identity }: ImagePlaces,
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
        rule: `the ${kind} repository ${JSON.stringify(logicalName)} holds another image under this tag (${holder}), and its tags cannot be moved.`,
        fix: "give this image a tag of its own, such as the next version.",
      },
    ];
  });
  if (faults.length > 0) refuseInput(subject, faults);
}
