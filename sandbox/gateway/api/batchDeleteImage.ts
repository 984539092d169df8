import type { BatchDeleteImageRequest, ImageIdentifier } from "@aws-sdk/client-ecr";
import type { GatewayContext, Operation } from "../context";
import { removeImage } from "../images";
import type { RegistryKind, RepositoryRecord } from "../state/records";
import { findImage, type ImageProblem, tagsByDigest } from "./images";
import { existingRepository, requestedRegistry } from "./repositoryLookup";

/**
 * BatchDeleteImage of both services. An identifier with a tag removes that tag, and the image with its last tag; one with
 * a digest only removes the image with all its tags. An image that an index names stays until the index is gone; both may
 * be in one request.
 */
export function batchDeleteImage(kind: RegistryKind): Operation<BatchDeleteImageRequest> {
  return async (context, caller, input) => {
    const registry = requestedRegistry(kind, caller, input.registryId, "BatchDeleteImage");
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
): Promise<{ imageIds: ImageIdentifier[] } | ImageProblem> {
  const image = findImage(context, repository, imageId);
  if ("failureCode" in image) {
    return image;
  }
  const { digest } = image;
  const tags = tagsByDigest(context, repository).get(digest) ?? [];
  const { imageTag } = imageId;
  if (imageTag !== undefined && tags.length > 1) {
    context.store.change(() => context.store.removeTag(repository, imageTag));
    return { imageIds: [{ imageDigest: digest, imageTag }] };
  }
  const indexes = context.store.imagesOf(repository).filter((each) => each.children.includes(digest));
  if (indexes.length > 0) {
    const failureReason = `Requested image referenced by manifest list: [${indexes.map((each) => each.digest).join(", ")}]`;
    return { imageId, failureCode: "ImageReferencedByManifestList", failureReason };
  }
  await removeImage(context, repository, digest);
  return {
    imageIds: tags.length > 0 ? tags.map((tag) => ({ imageDigest: digest, imageTag: tag })) : [{ imageDigest: digest }],
  };
}
