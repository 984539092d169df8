import type { DescribeImageTagsRequest, ImageTagDetail } from "@aws-sdk/client-ecr-public";
import type { Operation } from "../context";
import { keyBefore, pageOf } from "./paging";
import { existingRepository, requestedRegistry } from "./repositoryLookup";

/** ECR Public only: one entry for each tag. */
export const describeImageTags: Operation<DescribeImageTagsRequest> = (context, caller, input) => {
  const registry = requestedRegistry("public", caller, input.registryId);
  const repository = existingRepository(context, registry, input.repositoryName ?? "");
  const { page, nextToken } = pageOf(context.store.tagsFrom(repository, keyBefore(input)), ([tag]) => tag, input);
  const imageTagDetails = page.map(([imageTag, digest]): ImageTagDetail => {
    const image = context.store.image(repository, digest);
    const pushedAt = image && new Date(image.pushedAt);
    return {
      imageTag,
      createdAt: pushedAt,
      imageDetail: image && {
        imageDigest: image.digest,
        imageSizeInBytes: image.imageSize,
        imagePushedAt: pushedAt,
        imageManifestMediaType: image.mediaType,
        artifactMediaType: image.artifactMediaType,
      },
    };
  });
  return { imageTagDetails, nextToken };
};
