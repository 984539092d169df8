import { copyImage } from "../../oci/copyImage";
import { findImage, putTags } from "../../oci/tags";
import type { RepositoryTarget } from "./repositoryTarget";

/**
 * The image at an address does not exist. An update with `--refresh` notices a missing image only after the program has
 * read the stack's state: the next update builds or copies it.
 */
export function missingImage(property: string, address: string): Error {
  return new Error(
    `${property}: ${address}: its registry has no such image. If this stack put it there, somebody or a lifecycle rule ` +
      "has deleted it: run `pulumi refresh`, then `pulumi up`, which puts it there again.",
  );
}

/**
 * Restores an image in a repository from another one that has it under the same tag.
 *
 * @param known Required digest, when it is known.
 * @returns Its digest; undefined when no other repository has it.
 */
export async function restoreImage(
  tag: string,
  [first, ...others]: readonly RepositoryTarget[],
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
