import type { ImageIdentifier } from "@aws-sdk/client-ecr";
import { imageActionEvent } from "../events/ecrEvents";
import type { RepositoryRecord } from "../state/records";
import type { ImageDependencies } from "./imageDependencies";

/** The images and tags that a deletion removed. */
export interface Deletion {
  digest: string;
  /** The removed tags; empty when the image had none. */
  tags: string[];
  /** Whether the image itself was removed. */
  whole: boolean;
}

/** An index contains the image, so it cannot be deleted before the index. */
export interface DeletionRefusal {
  /** Digests of the indexes. */
  referencedBy: string[];
}

/**
 * Deletes an image or tag, for both the API and the registry protocol: with a tag, that tag, and the image when it was
 * the last; without one, the image with all its tags. The caller holds the repository's lock.
 *
 * @param tag One of the image's tags.
 * @param isFirst Whether the deletion originates here; a replicated one is not replicated further.
 */
export async function deleteImage(
  context: ImageDependencies,
  repository: RepositoryRecord,
  digest: string,
  tag: string | undefined,
  isFirst = true,
): Promise<Deletion | DeletionRefusal> {
  const result = context.store.change(() => removeFromState(context, repository, digest, tag));
  if (!("referencedBy" in result)) await finishDeletions(context, repository, [result], isFirst);
  return result;
}

/** The part of a deletion inside the store's transaction: once it commits, the image can no longer be pulled. */
export function removeFromState(
  { store }: ImageDependencies,
  repository: RepositoryRecord,
  digest: string,
  tag: string | undefined,
): Deletion | DeletionRefusal {
  const tags = store.tagsOfImage(repository, digest);
  if (tag !== undefined && tags.length > 1) {
    store.removeTag(repository, tag);
    return { digest, tags: [tag], whole: false };
  }
  const referencedBy = store.indexesOf(repository, digest);
  if (referencedBy.length > 0) {
    return { referencedBy };
  }
  store.removeImage(repository, digest);
  return { digest, tags, whole: true };
}

/** What follows deletions that are committed: events, replication, and removal from Distribution, in batches. */
export async function finishDeletions(
  context: ImageDependencies,
  repository: RepositoryRecord,
  deletions: readonly Deletion[],
  isFirst = true,
): Promise<void> {
  for (const { digest, tags, whole } of deletions) {
    sendDeletionEvents(context, repository, digest, tags);
    if (isFirst) context.replicator.scheduleDeletion(repository, digest, tags, whole);
  }
  await Promise.all(
    deletions.filter(({ whole }) => whole).map(({ digest }) => removeManifest(context, repository, digest)),
  );
}

/** In the format of BatchDeleteImage: one entry for each removed tag, or one without a tag for an untagged image. */
export function deletedIds({ digest, tags }: Deletion): ImageIdentifier[] {
  return tags.length > 0 ? tags.map((imageTag) => ({ imageDigest: digest, imageTag })) : [{ imageDigest: digest }];
}

/** Sends one event for each removed tag, or one without a tag. */
function sendDeletionEvents(
  context: ImageDependencies,
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

/** Why an image that is part of an index cannot be deleted, in the service's words. */
export function referencedMessage({ referencedBy }: DeletionRefusal): string {
  return `Requested image referenced by manifest list: [${referencedBy.join(", ")}]`;
}

/** Clients do not see whether Distribution still has a copy, so failures are ignored here. */
async function removeManifest(context: ImageDependencies, repository: RepositoryRecord, digest: string): Promise<void> {
  try {
    await context.distribution.deleteManifest(repository, digest);
  } catch (error) {
    context.log(`${repository.name}@${digest} remains in Distribution, hidden from clients: ${String(error)}`);
  }
}
