import type { BatchDeleteImageRequest, ImageIdentifier } from "@aws-sdk/client-ecr";
import type { GatewayContext, Operation } from "../context";
import {
  type Deletion,
  deletedIds,
  finishDeletions,
  referencedMessage,
  removeFromState,
} from "../images/imageDeletion";
import type { RegistryKind, RepositoryRecord } from "../state/records";
import { findImage, type ImageProblem } from "./imageOperations";
import { existingRepository, requestedRegistry } from "./repositoryLookup";

/**
 * BatchDeleteImage of both services. An identifier with a tag removes that tag, and the image when it was the last tag;
 * one with only a digest removes the image with all its tags. An image that is part of an index stays until the index
 * is deleted; one request may contain both.
 */
export function batchDeleteImage(kind: RegistryKind): Operation<BatchDeleteImageRequest> {
  return async (context, caller, input) => {
    const registry = requestedRegistry(kind, caller, input.registryId);
    const repository = existingRepository(context, registry, input.repositoryName ?? "");
    return context.repositoryLocks.run(repository.id, async () => {
      const { deletions, failures } = context.store.change(() => removeAll(context, repository, input.imageIds ?? []));
      await finishDeletions(context, repository, deletions);
      return { imageIds: deletions.flatMap(deletedIds), failures };
    });
  };
}

/** Repeats until nothing changes: deleting an index makes its images deletable. */
function removeAll(
  context: GatewayContext,
  repository: RepositoryRecord,
  imageIds: readonly ImageIdentifier[],
): { deletions: Deletion[]; failures: ImageProblem[] } {
  const deletions: Deletion[] = [];
  const others: ImageProblem[] = [];
  let referenced: ImageProblem[] = [];
  let waiting = imageIds;
  for (let before = -1; waiting.length !== before; ) {
    before = waiting.length;
    referenced = [];
    for (const imageId of waiting) {
      const removed = removeOne(context, repository, imageId);
      if (!("failureCode" in removed)) {
        deletions.push(removed);
      } else if (removed.failureCode === "ImageReferencedByManifestList") {
        referenced.push(removed);
      } else {
        others.push(removed);
      }
    }
    waiting = referenced.map((failure) => failure.imageId);
  }
  return { deletions, failures: [...others, ...referenced] };
}

function removeOne(
  context: GatewayContext,
  repository: RepositoryRecord,
  imageId: ImageIdentifier,
): Deletion | ImageProblem {
  const image = findImage(context, repository, imageId);
  if ("failureCode" in image) {
    return image;
  }
  const result = removeFromState(context, repository, image.digest, imageId.imageTag);
  return "referencedBy" in result
    ? { imageId, failureCode: "ImageReferencedByManifestList", failureReason: referencedMessage(result) }
    : result;
}
