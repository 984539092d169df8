import type { ImageIdentifier } from "@aws-sdk/client-ecr";
import type { GatewayContext } from "./context";
import { imageActionEvent } from "./events/events";
import type { RepositoryRecord } from "./state/records";

/** What a deletion took away. */
export interface Deletion {
  digest: string;
  /** The tags that went; none: the image had none. */
  tags: string[];
  /** Whether the image went with them. */
  whole: boolean;
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
  const result = context.store.change(() => removeFromState(context, repository, digest, tag));
  if (!("referencedBy" in result)) await finishDeletions(context, repository, [result], isFirst);
  return result;
}

/** The part of a deletion that belongs into a transaction of the store: from its end on the image cannot be pulled. */
export function removeFromState(
  { store }: GatewayContext,
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

/** What follows when deletions are in the state: events, replication, and Distribution's copies, many at once. */
export async function finishDeletions(
  context: GatewayContext,
  repository: RepositoryRecord,
  deletions: readonly Deletion[],
  isFirst = true,
): Promise<void> {
  for (const { digest, tags, whole } of deletions) {
    tellDeleted(context, repository, digest, tags);
    if (isFirst) context.replicator.scheduleDeletion(repository, digest, tags, whole);
  }
  await Promise.all(
    deletions.filter(({ whole }) => whole).map(({ digest }) => removeManifest(context, repository, digest)),
  );
}

/** As BatchDeleteImage answers: one entry for each tag that went, or one without a tag for an image that had none. */
export function deletedIds({ digest, tags }: Deletion): ImageIdentifier[] {
  return tags.length > 0 ? tags.map((imageTag) => ({ imageDigest: digest, imageTag })) : [{ imageDigest: digest }];
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

/** What becomes of Distribution's copy changes nothing for anybody. */
async function removeManifest(context: GatewayContext, repository: RepositoryRecord, digest: string): Promise<void> {
  try {
    await context.distribution.deleteManifest(repository, digest);
  } catch (error) {
    context.log(`${repository.name}@${digest} stays in Distribution, unseen: ${String(error)}`);
  }
}
