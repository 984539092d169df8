import type { BatchDeleteImageRequest, ImageIdentifier } from "@aws-sdk/client-ecr";
import type { GatewayContext, Operation } from "../context";
import { type Deletion, deleteImage, referencedMessage } from "../imageDeletion";
import type { RegistryKind, RepositoryRecord } from "../state/records";
import { findImage, type ImageProblem } from "./images";
import { existingRepository, requestedRegistry } from "./repositoryLookup";

/**
 * BatchDeleteImage of both services. An identifier with a tag removes that tag, and the image with its last tag; one with
 * a digest only removes the image with all its tags. An image that an index names stays until the index is gone; both may
 * be in one request.
 */
export function batchDeleteImage(kind: RegistryKind): Operation<BatchDeleteImageRequest> {
  return async (context, caller, input) => {
    const registry = requestedRegistry(kind, caller, input.registryId);
    const repository = existingRepository(context, registry, input.repositoryName ?? "");
    return context.repositoryLocks.run(repository.id, async () => {
      const imageIds: ImageIdentifier[] = [];
      let waiting = input.imageIds ?? [];
      let failures: ImageProblem[] = [];
      const others: ImageProblem[] = [];
      for (let before = -1; waiting.length !== before; ) {
        before = waiting.length;
        failures = [];
        for (const imageId of waiting) {
          const removed = await removeOne(context, repository, imageId);
          if (!("failureCode" in removed)) {
            imageIds.push(...removed.imageIds);
          } else if (removed.failureCode === "ImageReferencedByManifestList") {
            failures.push(removed);
          } else {
            others.push(removed);
          }
        }
        waiting = failures.map((failure) => failure.imageId);
      }
      return { imageIds, failures: [...others, ...failures] };
    });
  };
}

async function removeOne(
  context: GatewayContext,
  repository: RepositoryRecord,
  imageId: ImageIdentifier,
): Promise<Deletion | ImageProblem> {
  const image = findImage(context, repository, imageId);
  if ("failureCode" in image) {
    return image;
  }
  const result = await deleteImage(context, repository, image.digest, imageId.imageTag);
  return "referencedBy" in result
    ? { imageId, failureCode: "ImageReferencedByManifestList", failureReason: referencedMessage(result) }
    : result;
}
