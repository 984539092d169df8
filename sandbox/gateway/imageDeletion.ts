import type { ImageIdentifier } from "@aws-sdk/client-ecr";
import type { GatewayContext } from "./context";
import { imageActionEvent } from "./events/events";
import type { RepositoryRecord } from "./state/records";

/** What a deletion took away: one entry for each tag, or one without a tag for an image that had none. */
export interface Deletion {
  imageIds: ImageIdentifier[];
}

/** An index names the image: it stays until the index is gone. */
export interface DeletionRefusal {
  /** Digests of the indexes. */
  referencedBy: string[];
}

/**
 * Deletes as both services do, through the API and through the registry protocol: with a tag that tag, and the image with
 * its last one; without a tag the image with all its tags. The caller holds the repository's lock.
 *
 * @param tag One of the image's tags.
 * @param isFirst Whether it begins here; one that is replicated goes no further.
 */
export async function deleteImage(
  context: GatewayContext,
  repository: RepositoryRecord,
  digest: string,
  tag: string | undefined,
  isFirst = true,
): Promise<Deletion | DeletionRefusal> {
  const { store } = context;
  const tags = store.tagsOf(repository).flatMap(([name, target]) => (target === digest ? [name] : []));
  if (tag !== undefined && tags.length > 1) {
    store.change(() => store.removeTag(repository, tag));
    tellDeleted(context, repository, digest, [tag]);
    if (isFirst) context.replicator.scheduleDeletion(repository, digest, [tag], false);
    return { imageIds: [{ imageDigest: digest, imageTag: tag }] };
  }
  const indexes = store.imagesOf(repository).filter((each) => each.children.includes(digest));
  if (indexes.length > 0) {
    return { referencedBy: indexes.map((each) => each.digest) };
  }
  await removeImage(context, repository, digest);
  tellDeleted(context, repository, digest, tags);
  if (isFirst) context.replicator.scheduleDeletion(repository, digest, tags, true);
  return {
    imageIds:
      tags.length > 0 ? tags.map((name) => ({ imageDigest: digest, imageTag: name })) : [{ imageDigest: digest }],
  };
}

/** One event for each tag that went, or one without a tag. */
function tellDeleted(
  context: GatewayContext,
  repository: RepositoryRecord,
  digest: string,
  tags: readonly string[],
): void {
  if (repository.kind === "private") {
    for (const tag of tags.length > 0 ? tags : [undefined]) {
      context.events.send(imageActionEvent(context, repository, "DELETE", { digest, tag }));
    }
  }
}

/** Why an image that indexes name stays, in the service's words. */
export function referencedMessage({ referencedBy }: DeletionRefusal): string {
  return `Requested image referenced by manifest list: [${referencedBy.join(", ")}]`;
}

/** Removes an image with all its tags. LMDB first: from then on it cannot be pulled, whatever becomes of Distribution's copy. */
async function removeImage(context: GatewayContext, repository: RepositoryRecord, digest: string): Promise<void> {
  context.store.change(() => context.store.removeImage(repository, digest));
  try {
    await context.distribution.deleteManifest(repository, digest);
  } catch (error) {
    context.log(`${repository.name}@${digest} stays in Distribution, unseen: ${String(error)}`);
  }
}
