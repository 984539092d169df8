import { copyImage } from "../../oci/copyImage";
import { findImage, putTags } from "../../oci/tags";
import type { RepositoryAt } from "./repositoryAt";

/**
 * An address that names nothing. An update with `--refresh` learns that an image is gone after the program has read the
 * stack's state: what builds or copies it is only asked for by the next one.
 */
export function missingImage(property: string, address: string): Error {
  return new Error(
    `${property}: ${address}: its registry holds no such image. If this stack put it there, somebody or a lifecycle rule ` +
      "has deleted it: run `pulumi refresh`, then `pulumi up`, which puts it there again.",
  );
}

/**
 * Gives a repository an image back from another one that has it under the same tag.
 *
 * @param known Digest that it must have, where that is known.
 * @returns Its digest; undefined when no other one has it.
 */
export async function bringBack(
  tag: string,
  [first, ...others]: readonly RepositoryAt[],
  known: string | undefined,
): Promise<string | undefined> {
  if (first === undefined) return undefined;
  for (const { client } of others) {
    const digest = (await findImage(client, tag))?.digest;
    if (digest === undefined || (known !== undefined && digest !== known)) continue;
    await copyImage({ source: client, digest, target: first.client, referrers: true });
    await putTags(first.client, digest, [tag]);
    return digest;
  }
  return undefined;
}
