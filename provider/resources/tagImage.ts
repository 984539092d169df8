import { findImage, putTags } from "../../oci/tags";
import type { RepositoryTarget } from "./repositoryTarget";

/** Outputs of a resource that put an image into a repository. */
export interface PushedImage {
  digest: string;
  mediaType: string;
  /** `<url>@<digest>` */
  reference: string;
  /** The digest its tag points to; null without a tag. */
  tagged: string | null;
}

/** Tags an image that a repository has, as the last step. A tag of another image is refused. */
export async function tagImage(
  target: RepositoryTarget,
  { digest, mediaType }: Pick<PushedImage, "digest" | "mediaType">,
  tag: string | undefined,
): Promise<PushedImage> {
  await refuseTaken(target, tag, digest);
  if (tag !== undefined) await putTags(target.client, digest, [tag]);
  return { digest, mediaType, reference: `${target.url}@${digest}`, tagged: tag === undefined ? null : digest };
}

/** A copy never moves a tag from another image: those who pull the tag would suddenly get different bytes. */
export async function refuseTaken(
  { client, url }: RepositoryTarget,
  tag: string | undefined,
  digest: string,
): Promise<void> {
  const holder = tag === undefined ? undefined : await findImage(client, tag);
  if (holder === undefined || holder.digest === digest) return;
  throw new Error(
    `tag: ${url}:${tag} points to a different image (${holder.digest}) than the one to copy (${digest}). Nothing was ` +
      "tagged. Give that image another tag and remove this one from it, or copy under another tag.",
  );
}
