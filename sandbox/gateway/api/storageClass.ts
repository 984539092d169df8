import type { UpdateImageStorageClassRequest } from "@aws-sdk/client-ecr";
import type { Operation } from "../context";
import { setStorageClass } from "../images/imagePush";
import { ServiceError } from "../wire/serviceError";
import { existingImage } from "./imageOperations";
import { existingRepository, requestedRegistry } from "./repositoryLookup";

/**
 * Archives an image or restores it. ECR takes up to 20 minutes to restore one and returns ACTIVATING; here the image is
 * active by the next request.
 */
export const updateImageStorageClass: Operation<UpdateImageStorageClassRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const repository = existingRepository(context, registry, input.repositoryName ?? "");
  const archive = input.targetStorageClass === "ARCHIVE";
  const { digest } = context.store.change(() => {
    const image = existingImage(context, registry, repository, input.imageId ?? {});
    if ((image.storageClass === "ARCHIVE") === archive) {
      throw new ServiceError(
        "ImageStorageClassUpdateNotSupportedException",
        `The image with digest '${image.digest}' is in the storage class ${input.targetStorageClass} already.`,
      );
    }
    return setStorageClass(context, repository, image, archive ? "ARCHIVE" : undefined);
  });
  return {
    registryId: repository.account,
    repositoryName: repository.name,
    imageId: { imageDigest: digest, imageTag: input.imageId?.imageTag },
    imageStatus: archive ? "ARCHIVED" : "ACTIVATING",
  };
};
