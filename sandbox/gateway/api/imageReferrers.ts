import type { ImageReferrer, ListImageReferrersRequest } from "@aws-sdk/client-ecr";
import type { Operation } from "../context";
import { imageStatus } from "../images/imagePush";
import { invalidParameter } from "../wire/serviceError";
import { digestForm } from "./imageOperations";
import { pageOf } from "./paging";
import { existingRepository, requestedRegistry } from "./repositoryLookup";

/** Default page size (ECR API, ListImageReferrers). */
const pageSize = 50;

/** The images whose manifest has this one as its `subject`; only active ones unless the filter says otherwise. */
export const listImageReferrers: Operation<ListImageReferrersRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const repository = existingRepository(context, registry, input.repositoryName ?? "");
  const subject = input.subjectId?.imageDigest ?? "";
  if (!digestForm.test(subject)) {
    throw invalidParameter("subjectId.imageDigest", `must satisfy regular expression '${digestForm.source}'`);
  }
  const { artifactTypes = [], artifactStatus = "ACTIVE" } = input.filter ?? {};
  const found = context.store
    .referrersOf(repository, subject)
    .filter((image) => artifactTypes.length === 0 || artifactTypes.includes(image.artifactMediaType ?? ""))
    .filter((image) => artifactStatus === "ANY" || imageStatus(image) === artifactStatus);
  const { page, nextToken } = pageOf(found, (image) => image.digest, { maxResults: pageSize, ...input });
  const referrers = page.map(
    (image): ImageReferrer => ({
      digest: image.digest,
      mediaType: image.mediaType,
      artifactType: image.artifactMediaType,
      size: image.manifestSize,
      annotations: image.annotations,
      artifactStatus: imageStatus(image),
    }),
  );
  return { referrers, nextToken };
};
