import type * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { refuseInput } from "../inputChecks";
import type { ImageRepository } from "./imageRepository";

/** An image's tags and repositories, as of a Publication. */
interface TaggedImage {
  subject: string;
  repositories: readonly ImageRepository[];
  identity: string;
  release?: { tag: string; path: string };
  movingTags: readonly string[];
}

/** Tags by repository, each with the image of this program that puts it there. */
const owners = new WeakMap<pulumi.Resource, Map<string, string>>();

/**
 * Refuses an image that puts a tag where another one of the program puts it: both would do so at once, and whose image it
 * names in the end, or which push is refused, would be chance. A config is checked for that before anything is registered.
 */
export function claimTags({ subject, repositories, identity, release, movingTags }: TaggedImage): void {
  const tags = [
    ...movingTags.map((tag, index) => ({ tag, path: `tags[${index}]` })),
    ...(release === undefined ? [] : [release]),
  ];
  const faults = repositories.flatMap((repository, index): Fault[] => {
    const taken = owners.get(repository.repository) ?? new Map<string, string>();
    owners.set(repository.repository, taken);
    const name = `the ${repository.kind} repository ${JSON.stringify(repository.logicalName)}`;
    const same = {
      owner: taken.get(identity),
      path: `repositories[${index}]`,
      value: repository.logicalName,
      rule: `puts this very image into ${name} already.`,
      fix: "put the tags of both into one image, or leave the repository out of one.",
    };
    const repeated = tags.map(({ tag, path }) => ({
      owner: taken.get(tag),
      path,
      value: tag,
      rule: `puts this tag into ${name} already: a tag names one image of a repository.`,
      fix: "give one of them another tag, or another repository.",
    }));
    for (const tag of [identity, ...tags.map((each) => each.tag)]) if (!taken.has(tag)) taken.set(tag, subject);
    return [same, ...repeated].flatMap(({ owner, rule, ...fault }) =>
      owner === undefined ? [] : [{ ...fault, rule: `${owner} ${rule}` }],
    );
  });
  refuseInput(subject, faults);
}
