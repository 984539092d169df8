import type { ImageDependencies } from "../images/imageDependencies";
import { pushImage } from "../images/imagePush";
import type { PushOrigin } from "../images/pushFollowUps";
import type { ImageRecord, RepositoryRecord } from "../state/records";

/**
 * Copies an image, after the children of an index, to another repository in the sandbox. No blob data is copied: both
 * repositories share the storage, so the target only gets a link.
 *
 * @param tag Tag in the target repository. @default none
 */
export async function copyImage(
  context: ImageDependencies,
  source: RepositoryRecord,
  image: ImageRecord,
  destination: RepositoryRecord,
  origin: PushOrigin,
  tag?: string,
): Promise<ImageRecord> {
  const there = context.store.image(destination, image.digest);
  if (there && (tag === undefined || context.store.tag(destination, tag) === image.digest)) {
    return there;
  }
  for (const digest of image.children) {
    const child = context.store.image(source, digest);
    if (child) await copyImage(context, source, child, destination, origin);
  }
  for (const blob of image.blobs) {
    await context.distribution.mountBlob(destination, source, blob);
  }
  const body = await context.distribution.manifest(source, image.digest);
  if (!body) {
    throw new Error(`${source.name}@${image.digest} is gone`);
  }
  return pushImage(context, destination, { body, mediaType: image.mediaType, tag, origin });
}
