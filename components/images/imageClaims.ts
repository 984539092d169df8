import type * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { refuseInput } from "../inputChecks";
import type { ImageRepository } from "./imageRepository";

/** An image's tags and repositories, as in Publication. */
interface TaggedImage {
  subject: string;
  repositories: readonly ImageRepository[];
  identity: string;
  release?: { tag: string; path: string };
  movingTags: readonly string[];
  cacheTag?: string;
}

/** By repository, each tag with the image of this program that sets it. */
const tagOwners = new WeakMap<pulumi.Resource, Map<string, string>>();

/**
 * Refuses an image whose tag is also set by another image of the program: both would set it concurrently, and which
 * image it points to in the end, or which push is refused, would be random. A config is checked for that before
 * anything is registered.
 */
export function claimTags({ subject, repositories, identity, release, movingTags, cacheTag }: TaggedImage): void {
  const everywhere = [
    ...movingTags.map((tag, index) => ({ tag, path: `tags[${index}]` })),
    ...(release === undefined ? [] : [release]),
  ];
  const first = cacheTag === undefined ? everywhere : [...everywhere, { tag: cacheTag, path: "cacheTo" }];
  const faults = repositories.flatMap((repository, index): Fault[] => {
    const tags = index === 0 ? first : everywhere;
    const taken = tagOwners.get(repository.repository) ?? new Map<string, string>();
    tagOwners.set(repository.repository, taken);
    const name = `the ${repository.kind} repository ${JSON.stringify(repository.logicalName)}`;
    const same = {
      owner: taken.get(identity),
      path: `repositories[${index}]`,
      value: repository.logicalName,
      rule: `already puts the same image into ${name}.`,
      fix: "merge the tags of both into one image, or remove the repository from one.",
    };
    const repeated = tags.map(({ tag, path }) => ({
      owner: taken.get(tag),
      path,
      value: tag,
      rule: `already puts this tag into ${name}: a tag names one image of a repository.`,
      fix: "give one of them another tag, or another repository.",
    }));
    for (const tag of [identity, ...tags.map((each) => each.tag)]) if (!taken.has(tag)) taken.set(tag, subject);
    return [same, ...repeated].flatMap(({ owner, rule, ...fault }) =>
      owner === undefined ? [] : [{ ...fault, rule: `${owner} ${rule}` }],
    );
  });
  refuseInput(subject, faults);
}
