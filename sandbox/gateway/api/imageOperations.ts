import type {
  BatchCheckLayerAvailabilityRequest,
  BatchGetImageRequest,
  DescribeImagesRequest,
  ImageDetail,
  ImageFailure,
  ImageIdentifier,
  ListImagesRequest,
  PutImageRequest,
} from "@aws-sdk/client-ecr";
import { imageTagFaults } from "../../../ecr/tags/imageTags";
import type { GatewayContext, Operation } from "../context";
import { imageStatus, pushImage } from "../images/imagePush";
import { scanSummary } from "../scans/scans";
import type { ImageRecord, RegistryAddress, RegistryKind, RepositoryRecord } from "../state/records";
import { blobMediaType } from "../storage/manifest";
import { PushRefusal } from "../storage/pushRefusal";
import { invalidParameter, ServiceError } from "../wire/serviceError";
import { refuseInput } from "./faults";
import { keyBefore, pageOf, refusePaging } from "./paging";
import { existingRepository, inRegistry, repositoryNotFound, requestedRegistry } from "./repositoryLookup";

/** Why a batch operation skipped an image. */
export type ImageProblem = Required<Pick<ImageFailure, "imageId" | "failureCode" | "failureReason">>;

/** The digest format that failures in the API must have. */
export const digestForm = /^[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+$/;
const sha256Form = /^sha256:[0-9a-f]{64}$/;

/** DescribeImages, PutImage, and BatchCheckLayerAvailability are the same in both services. */
export function imageOperations(kind: RegistryKind) {
  const describeImages: Operation<DescribeImagesRequest> = (context, caller, input) => {
    const registry = requestedRegistry(kind, caller, input.registryId);
    const repository = existingRepository(context, registry, input.repositoryName ?? "");
    const detail = (image: ImageRecord) =>
      imageDetail(repository, image, context.store.tagsOfImage(repository, image.digest));
    if (input.imageIds !== undefined) {
      refusePaging(input, "images with imageIds");
      const wanted = input.imageIds.map((id) => existingImage(context, registry, repository, id));
      return { imageDetails: [...new Map(wanted.map((image) => [image.digest, detail(image)])).values()] };
    }
    const images = fittingImages(context, repository, input.filter, keyBefore(input));
    const { page, nextToken } = pageOf(images, (image) => image.digest, input);
    return { imageDetails: page.map(detail), nextToken };
  };

  const putImage: Operation<PutImageRequest> = async (context, caller, input) => {
    const registry = requestedRegistry(kind, caller, input.registryId);
    const repository = existingRepository(context, registry, input.repositoryName ?? "");
    const { imageTag: tag, imageManifest = "" } = input;
    refuseInput(tag === undefined ? [] : imageTagFaults(tag, "imageTag"));
    const image = await pushImage(context, repository, {
      body: Buffer.from(imageManifest),
      mediaType: input.imageManifestMediaType,
      tag,
      digest: input.imageDigest,
      byApi: true,
    }).catch((error: unknown) => {
      throw error instanceof PushRefusal ? apiRefusal(error, registry, repository) : error;
    });
    return { image: imageOutput(repository, image, imageManifest, tag) };
  };

  const batchCheckLayerAvailability: Operation<BatchCheckLayerAvailabilityRequest> = async (context, caller, input) => {
    const registry = requestedRegistry(kind, caller, input.registryId);
    const repository = existingRepository(context, registry, input.repositoryName ?? "");
    const layers: object[] = [];
    const failures: object[] = [];
    for (const layerDigest of input.layerDigests ?? []) {
      if (!sha256Form.test(layerDigest)) {
        const failureReason = "Invalid request parameters: layer digest should satisfy the regex 'sha256:[0-9a-f]{64}'";
        failures.push({ layerDigest, failureCode: "InvalidLayerDigest", failureReason });
        continue;
      }
      const layerSize = await context.distribution.blobSize(repository, layerDigest);
      if (layerSize === undefined) {
        layers.push({ layerDigest, layerAvailability: "UNAVAILABLE" });
        continue;
      }
      const mediaType = await mediaTypeOfBlob(context, repository, layerDigest);
      layers.push({ layerDigest, layerAvailability: "AVAILABLE", layerSize, mediaType });
    }
    return { layers, failures };
  };

  return {
    DescribeImages: describeImages,
    PutImage: putImage,
    BatchCheckLayerAvailability: batchCheckLayerAvailability,
  };
}

/**
 * The media type from a manifest that references the blob (AWS CLI reference, batch-check-layer-availability: a
 * config's). A blob that no image references has none here: what ECR returns for it is not documented.
 */
async function mediaTypeOfBlob(
  context: GatewayContext,
  repository: RepositoryRecord,
  digest: string,
): Promise<string | undefined> {
  const image = context.store.imageWithBlob(repository, digest);
  const manifest = image && (await context.distribution.manifest(repository, image.digest));
  return manifest && blobMediaType(manifest, digest);
}

/** ECR only. */
export const listImages: Operation<ListImagesRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const repository = existingRepository(context, registry, input.repositoryName ?? "");
  const [digest] = keyBefore(input)?.split(" ") ?? [];
  const ids = identifiers(context, repository, fittingImages(context, repository, input.filter, digest));
  const { page, nextToken } = pageOf(ids, (id) => `${id.imageDigest} ${id.imageTag ?? ""}`, input);
  return { imageIds: page, nextToken };
};

/** One for each tag, or a single one without a tag. */
function* identifiers(
  context: GatewayContext,
  repository: RepositoryRecord,
  images: Iterable<ImageRecord>,
): Iterable<ImageIdentifier> {
  for (const { digest: imageDigest } of images) {
    const tags = context.store.tagsOfImage(repository, imageDigest);
    if (tags.length === 0) yield { imageDigest };
    for (const imageTag of tags) yield { imageDigest, imageTag };
  }
}

/** ECR only. Ignores `acceptedMediaTypes`: the stored manifest is never converted. */
export const batchGetImage: Operation<BatchGetImageRequest> = async (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const repository = existingRepository(context, registry, input.repositoryName ?? "");
  const images: object[] = [];
  const failures: ImageProblem[] = [];
  for (const imageId of input.imageIds ?? []) {
    const found = findImage(context, repository, imageId);
    const manifest = "failureCode" in found ? undefined : await context.distribution.manifest(repository, found.digest);
    if ("failureCode" in found) {
      failures.push(found);
    } else if (found.storageClass === "ARCHIVE") {
      failures.push({ imageId, failureCode: "ImageInaccessible", failureReason: "Requested image is archived" });
    } else if (manifest === undefined) {
      failures.push(notFound(imageId));
    } else {
      images.push(imageOutput(repository, found, manifest.toString("utf8"), imageId.imageTag));
    }
  }
  return { images, failures };
};

/** The image an identifier resolves to, or the failure that batch operations report. */
export function findImage(
  context: GatewayContext,
  repository: RepositoryRecord,
  imageId: ImageIdentifier,
): ImageRecord | ImageProblem {
  const { imageDigest, imageTag } = imageId;
  if (imageDigest === undefined && imageTag === undefined) {
    const failureReason = "Invalid request parameters: both tag and digest cannot be null";
    return { imageId, failureCode: "MissingDigestAndTag", failureReason };
  }
  if (imageDigest !== undefined && !digestForm.test(imageDigest)) {
    const failureReason =
      "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'";
    return { imageId, failureCode: "InvalidImageDigest", failureReason };
  }
  const tagged = imageTag === undefined ? undefined : context.store.tag(repository, imageTag);
  const image = context.store.image(repository, imageDigest ?? tagged ?? "");
  if (!image || (imageTag !== undefined && tagged === undefined)) {
    return notFound(imageId);
  }
  if (imageTag !== undefined && tagged !== image.digest) {
    const failureReason = "Tag does not match digest";
    return { imageId, failureCode: "ImageTagDoesNotMatchDigest", failureReason };
  }
  return image;
}

function notFound(imageId: ImageIdentifier): ImageProblem {
  return { imageId, failureCode: "ImageNotFound", failureReason: "Requested image not found" };
}

/** @throws ImageNotFoundException with the service's message, InvalidParameterException for an empty identifier. */
export function existingImage(
  context: GatewayContext,
  registry: RegistryAddress,
  repository: RepositoryRecord,
  imageId: ImageIdentifier,
): ImageRecord {
  const found = findImage(context, repository, imageId);
  if (!("failureCode" in found)) {
    return found;
  }
  if (found.failureCode === "ImageNotFound" || found.failureCode === "ImageTagDoesNotMatchDigest") {
    const { imageDigest = "null", imageTag = "null" } = imageId;
    throw new ServiceError(
      "ImageNotFoundException",
      `The image with imageId {imageDigest:'${imageDigest}', imageTag:'${imageTag}'} does not exist within the repository with name '${repository.name}' ${inRegistry(registry)}`,
    );
  }
  throw invalidParameter("imageIds", found.failureReason ?? "");
}

/**
 * Without a status in the filter, only active images are listed (ECR API, DescribeImagesFilter and ListImagesFilter).
 *
 * @param from Digest to start at.
 */
function* fittingImages(
  context: GatewayContext,
  repository: RepositoryRecord,
  filter: { tagStatus?: string; imageStatus?: string } = {},
  from?: string,
): Iterable<ImageRecord> {
  const { tagStatus = "ANY", imageStatus: wanted = "ACTIVE" } = filter;
  const images =
    tagStatus === "ANY"
      ? context.store.imagesFrom(repository, from)
      : context.store.imagesByTag(repository, tagStatus === "TAGGED", from);
  for (const image of images) {
    if (wanted === "ANY" || wanted === imageStatus(image)) yield image;
  }
}

function imageDetail(repository: RepositoryRecord, image: ImageRecord, tags: string[]): ImageDetail {
  const common: ImageDetail = {
    registryId: repository.account,
    repositoryName: repository.name,
    imageDigest: image.digest,
    imageTags: tags.length > 0 ? tags : undefined,
    imageSizeInBytes: image.imageSize,
    imagePushedAt: new Date(image.pushedAt),
    imageManifestMediaType: image.mediaType,
    artifactMediaType: image.artifactMediaType,
  };
  if (repository.kind === "public") {
    return common;
  }
  return {
    ...common,
    ...scanSummary(image),
    lastRecordedPullTime: dateOf(image.lastPulledAt),
    subjectManifestDigest: image.subject,
    imageStatus: imageStatus(image),
    lastArchivedAt: dateOf(image.archivedAt),
    lastActivatedAt: dateOf(image.activatedAt),
  };
}

function dateOf(milliseconds: number | undefined): Date | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds);
}

function imageOutput(
  repository: RepositoryRecord,
  image: ImageRecord,
  imageManifest: string,
  imageTag?: string,
): object {
  return {
    registryId: repository.account,
    repositoryName: repository.name,
    imageId: { imageDigest: image.digest, imageTag },
    imageManifest,
    imageManifestMediaType: image.mediaType,
  };
}

function apiRefusal(refusal: PushRefusal, registry: RegistryAddress, repository: RepositoryRecord): ServiceError {
  switch (refusal.reason) {
    case "tagImmutable":
      return new ServiceError("ImageTagAlreadyExistsException", refusal.message);
    case "tooManyTags":
      return new ServiceError("LimitExceededException", refusal.message);
    case "imageExists":
      return new ServiceError("ImageAlreadyExistsException", refusal.message);
    case "digestMismatch":
      return new ServiceError("ImageDigestDoesNotMatchException", refusal.message);
    case "layersMissing":
      return new ServiceError("LayersNotFoundException", refusal.message);
    case "imagesMissing":
      return new ServiceError("ReferencedImagesNotFoundException", refusal.message);
    case "repositoryMissing":
      return repositoryNotFound(registry, repository.name);
    case "manifestInvalid":
      return new ServiceError("InvalidParameterException", refusal.message);
  }
}
