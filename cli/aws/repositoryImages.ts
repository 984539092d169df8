import {
  DescribeRepositoriesCommand,
  type ECRClient,
  GetLifecyclePolicyCommand,
  type ImageDetail,
  paginateDescribeImages,
} from "@aws-sdk/client-ecr";
import { type LifecycleImage, type LifecyclePolicyDocument, readLifecyclePolicy } from "../../ecr/lifecyclePolicy";
import { parentsIn, readManifests } from "./manifests";

/** Images per page (ECR API, DescribeImages: maxResults). */
const pageSize = 1000;

export interface RepositoryAddress {
  name: string;
  region: string;
  /** @default the account of the credentials */
  registryId?: string;
}

export interface RepositoryContent {
  name: string;
  region: string;
  registryId: string;
  uri: string;
  document?: LifecyclePolicyDocument;
  images: LifecycleImage[];
  unknown: string[];
}

/**
 * Everything in a repository that lifecycle rules depend on. @throws the service's error, such as
 * RepositoryNotFoundException.
 */
export async function readRepository(ecr: ECRClient, address: RepositoryAddress): Promise<RepositoryContent> {
  const { repositories = [] } = await ecr.send(
    new DescribeRepositoriesCommand({ repositoryNames: [address.name], registryId: address.registryId }),
  );
  const registryId = repositories[0]?.registryId ?? address.registryId ?? "";
  const at = { name: address.name, registryId };
  const details = await readDetails(ecr, at);
  const { parents, unread } = await readParents(ecr, at, details);
  const document = await readDocument(ecr, at);
  return {
    ...at,
    region: address.region,
    uri: repositories[0]?.repositoryUri ?? address.name,
    ...(document && { document }),
    images: details.map((detail) => lifecycleImage(detail, parents)),
    unknown: unread > 0 ? [`images of ${unread} indexes, whose manifests cannot be read (archived)`] : [],
  };
}

/** Includes archived images: without a filter ECR lists only active ones. */
async function readDetails(ecr: ECRClient, at: { name: string; registryId: string }): Promise<ImageDetail[]> {
  const details: ImageDetail[] = [];
  const pages = paginateDescribeImages(
    { client: ecr, pageSize },
    { repositoryName: at.name, registryId: at.registryId, filter: { imageStatus: "ANY" } },
  );
  for await (const { imageDetails = [] } of pages) {
    details.push(...imageDetails);
  }
  return details;
}

/** Only indexes refer to other images, and only their manifests say to which. */
async function readParents(
  ecr: ECRClient,
  at: { name: string; registryId: string },
  details: readonly ImageDetail[],
): Promise<{ parents: Map<string, string[]>; unread: number }> {
  const indexes = details.flatMap(({ imageDigest, imageManifestMediaType = "" }) =>
    imageDigest !== undefined && /manifest\.list|image\.index/.test(imageManifestMediaType) ? [imageDigest] : [],
  );
  const manifests = await readManifests(ecr, at, indexes);
  return { parents: parentsIn(manifests), unread: indexes.length - manifests.size };
}

function lifecycleImage(detail: ImageDetail, parents: ReadonlyMap<string, string[]>): LifecycleImage {
  const digest = detail.imageDigest ?? "";
  return {
    digest,
    tags: detail.imageTags ?? [],
    pushedAt: detail.imagePushedAt ?? new Date(0),
    ...(detail.lastRecordedPullTime && { lastPulledAt: detail.lastRecordedPullTime }),
    ...(detail.lastArchivedAt && { archivedAt: detail.lastArchivedAt }),
    ...(detail.lastActivatedAt && { activatedAt: detail.lastActivatedAt }),
    ...(detail.imageStatus === "ARCHIVED" && { storageClass: "archive" as const }),
    ...(parents.has(digest) && { parents: parents.get(digest) }),
    ...(detail.subjectManifestDigest && { subject: detail.subjectManifestDigest }),
    ...(detail.imageSizeInBytes !== undefined && { sizeBytes: detail.imageSizeInBytes }),
  };
}

async function readDocument(
  ecr: ECRClient,
  at: { name: string; registryId: string },
): Promise<LifecyclePolicyDocument | undefined> {
  try {
    const { lifecyclePolicyText } = await ecr.send(
      new GetLifecyclePolicyCommand({ repositoryName: at.name, registryId: at.registryId }),
    );
    // ECR has accepted it, so it is evaluated even if this program would refuse it.
    return (
      readLifecyclePolicy(lifecyclePolicyText ?? "", "").document ??
      (JSON.parse(lifecyclePolicyText ?? "") as LifecyclePolicyDocument)
    );
  } catch (error) {
    if (error instanceof Error && error.name === "LifecyclePolicyNotFoundException") {
      return undefined;
    }
    throw error;
  }
}
