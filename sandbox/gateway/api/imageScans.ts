import type { DescribeImageScanFindingsRequest, StartImageScanRequest } from "@aws-sdk/client-ecr";
import type { Operation } from "../context";
import { scanAndNotify } from "../images/pushFollowUps";
import { canBeScanned, scanningConfiguration, scanTimes, severityCounts } from "../scans/scans";
import { ServiceError } from "../wire/serviceError";
import { existingImage } from "./imageOperations";
import { pageOf } from "./paging";
import { existingRepository, inRegistry, requestedRegistry } from "./repositoryLookup";

/** A basic scan of an image can be started once in this period, scans on push included (ECR API, StartImageScan). */
const scanIntervalMilliseconds = 24 * 60 * 60 * 1000;

/** Returns IN_PROGRESS, as ECR does; the scan is complete by the next request. */
const startImageScan: Operation<StartImageScanRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const repository = existingRepository(context, registry, input.repositoryName ?? "");
  const image = existingImage(context, registry, repository, input.imageId ?? {});
  if (scanningConfiguration(context, repository).scanType === "ENHANCED") {
    throw new ServiceError("ValidationException", "This feature is disabled");
  }
  if (image.storageClass === "ARCHIVE") {
    throw new ServiceError("ImageArchivedException", `The image with digest '${image.digest}' is archived.`);
  }
  if (!canBeScanned(image)) {
    throw new ServiceError(
      "UnsupportedImageTypeException",
      `The operation was not successful because the image type is unsupported: ${image.artifactMediaType ?? image.mediaType}`,
    );
  }
  if (image.scan && context.clock.now() - image.scan.startedAt < scanIntervalMilliseconds) {
    throw new ServiceError("LimitExceededException", "The scan quota per image has been exceeded. Wait and try again.");
  }
  scanAndNotify(context, repository, image);
  return {
    registryId: repository.account,
    repositoryName: repository.name,
    imageId: { imageDigest: image.digest, imageTag: input.imageId?.imageTag },
    imageScanStatus: { status: "IN_PROGRESS" },
  };
};

const describeImageScanFindings: Operation<DescribeImageScanFindingsRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const repository = existingRepository(context, registry, input.repositoryName ?? "");
  const image = existingImage(context, registry, repository, input.imageId ?? {});
  const { scan } = image;
  if (!scan) {
    const { imageDigest = "null", imageTag = "null" } = input.imageId ?? {};
    throw new ServiceError(
      "ScanNotFoundException",
      `Image scan does not exist for the image with '{imageDigest:'${imageDigest}', imageTag:'${imageTag}'}' in the repository with name '${repository.name}' ${inRegistry(registry)}`,
    );
  }
  const all = scan.status === "ACTIVE" ? scan.enhancedFindings : scan.findings;
  const keyed = all.map((finding, index) => ({ finding, key: String(index).padStart(9, "0") }));
  const { page, nextToken } = pageOf(keyed, ({ key }) => key, input);
  const found = page.map(({ finding }) => finding);
  return {
    registryId: repository.account,
    repositoryName: repository.name,
    imageId: { imageDigest: image.digest, imageTag: input.imageId?.imageTag },
    imageScanStatus: { status: scan.status, description: scan.description },
    imageScanFindings:
      scan.status === "FAILED"
        ? undefined
        : {
            ...scanTimes(scan),
            ...(scan.status === "ACTIVE" ? { enhancedFindings: found } : { findings: found }),
            findingSeverityCounts: severityCounts(scan),
          },
    nextToken,
  };
};

export const imageScanOperations = {
  StartImageScan: startImageScan,
  DescribeImageScanFindings: describeImageScanFindings,
};
