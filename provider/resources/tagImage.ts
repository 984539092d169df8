import { findImage, putTags } from "../../oci/tags";
import type { RepositoryAt } from "./repositoryAt";

/** What a resource says of an image that it has brought into a repository. */
export interface PlacedImage {
  digest: string;
  mediaType: string;
  /** `<url>@<digest>` */
  reference: string;
  /** What its tag names; null without a tag. */
  tagged: string | null;
}

/** Gives an image that a repository holds its tag, which comes last. A tag of another image is refused. */
export async function tagImage(
  target: RepositoryAt,
  { digest, mediaType }: Pick<PlacedImage, "digest" | "mediaType">,
  tag: string | undefined,
): Promise<PlacedImage> {
  await refuseTaken(target, tag, digest);
  if (tag !== undefined) await putTags(target.client, digest, [tag]);
  return { digest, mediaType, reference: `${target.url}@${digest}`, tagged: tag === undefined ? null : digest };
}

/** A copy never takes a tag from another image: whoever pulls that tag would get other bytes from then on. */
export async function refuseTaken(
  { client, url }: RepositoryAt,
  tag: string | undefined,
  digest: string,
): Promise<void> {
  const holder = tag === undefined ? undefined : await findImage(client, tag);
  if (holder === undefined || holder.digest === digest) return;
  throw new Error(
    `tag: ${url}:${tag} names another image (${holder.digest}) than the one to be copied (${digest}). Nothing was ` +
      "tagged. Give that one another tag and take this one from it, or copy under another tag.",
  );
}
