import type { GatewayContext } from "./context";
import { pushImage } from "./images";
import type { PushOrigin } from "./pushFollowUps";
import type { ImageRecord, RepositoryRecord } from "./state/records";

/**
 * Copies an image, an index's children before it, to another repository of the sandbox. Its blobs are not moved: both
 * repositories are in the same storage, so the second only gets a link to them.
 *
 * @param tag The tag to give it there. @default none
 */
export async function copyImage(
  context: GatewayContext,
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
