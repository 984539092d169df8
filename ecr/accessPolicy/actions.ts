import { wildcardMatches } from "../tags/wildcard";
import type { PolicyKind } from "./policyDocument";

/**
 * Actions of a pull (ECR user guide, repository policies): the manifest, then each layer. The login token is issued by
 * the caller's own account, whose policies must allow it.
 */
export const pullActions: readonly string[] = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  "ecr:GetDownloadUrlForLayer",
];

/** Actions of a push besides {@link pullActions} (ECR user guide, required permissions for pushing an image). */
export const uploadActions: readonly string[] = [
  "ecr:CompleteLayerUpload",
  "ecr:InitiateLayerUpload",
  "ecr:PutImage",
  "ecr:UploadLayerPart",
];

/** Actions of a push; it includes pulling, because Docker first checks what exists. */
export const pushActions: readonly string[] = [...pullActions, ...uploadActions];

/**
 * Actions that Lambda uses to fetch a function's image (Lambda developer guide, container images: Amazon ECR
 * permissions).
 */
export const lambdaPullActions: readonly string[] = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

/** Actions of a push to a public repository (ECR Public user guide, pushing an image). Anyone can pull. */
export const publicPushActions: readonly string[] = [
  "ecr-public:BatchCheckLayerAvailability",
  "ecr-public:CompleteLayerUpload",
  "ecr-public:InitiateLayerUpload",
  "ecr-public:PutImage",
  "ecr-public:UploadLayerPart",
];

/** The service whose actions a policy of this kind grants. */
export const actionService: Readonly<Record<PolicyKind, string>> = {
  repository: "ecr",
  registry: "ecr",
  publicRepository: "ecr-public",
  key: "kms",
};

/**
 * ECR's operations, and permissions that have no operation (ReplicateImage, BatchImportUpstreamImage,
 * GetImageCopyStatus). Sources: the ECR and ECR Public API references, the service authorization reference.
 */
const ecrActions = [
  "BatchCheckLayerAvailability",
  "BatchDeleteImage",
  "BatchGetImage",
  "BatchGetRepositoryScanningConfiguration",
  "BatchImportUpstreamImage",
  "CompleteLayerUpload",
  "CreatePullThroughCacheRule",
  "CreateRepository",
  "CreateRepositoryCreationTemplate",
  "DeleteLifecyclePolicy",
  "DeletePullThroughCacheRule",
  "DeleteRegistryPolicy",
  "DeleteRepository",
  "DeleteRepositoryCreationTemplate",
  "DeleteRepositoryPolicy",
  "DeleteSigningConfiguration",
  "DeregisterPullTimeUpdateExclusion",
  "DescribeImageReplicationStatus",
  "DescribeImageScanFindings",
  "DescribeImageSigningStatus",
  "DescribeImages",
  "DescribePullThroughCacheRules",
  "DescribeRegistry",
  "DescribeRepositories",
  "DescribeRepositoryCreationTemplates",
  "GetAccountSetting",
  "GetAuthorizationToken",
  "GetDownloadUrlForLayer",
  "GetImageCopyStatus",
  "GetLifecyclePolicy",
  "GetLifecyclePolicyPreview",
  "GetRegistryPolicy",
  "GetRegistryScanningConfiguration",
  "GetRepositoryPolicy",
  "GetSigningConfiguration",
  "InitiateLayerUpload",
  "ListImageReferrers",
  "ListImages",
  "ListPullTimeUpdateExclusions",
  "ListTagsForResource",
  "PutAccountSetting",
  "PutImage",
  "PutImageScanningConfiguration",
  "PutImageTagMutability",
  "PutLifecyclePolicy",
  "PutRegistryPolicy",
  "PutRegistryScanningConfiguration",
  "PutReplicationConfiguration",
  "PutSigningConfiguration",
  "RegisterPullTimeUpdateExclusion",
  "ReplicateImage",
  "SetRepositoryPolicy",
  "StartImageScan",
  "StartLifecyclePolicyPreview",
  "TagResource",
  "UntagResource",
  "UpdateImageStorageClass",
  "UpdatePullThroughCacheRule",
  "UpdateRepositoryCreationTemplate",
  "UploadLayerPart",
  "ValidatePullThroughCacheRule",
] as const;

const ecrPublicActions = [
  "BatchCheckLayerAvailability",
  "BatchDeleteImage",
  "CompleteLayerUpload",
  "CreateRepository",
  "DeleteRepository",
  "DeleteRepositoryPolicy",
  "DescribeImageTags",
  "DescribeImages",
  "DescribeRegistries",
  "DescribeRepositories",
  "GetAuthorizationToken",
  "GetRegistryCatalogData",
  "GetRepositoryCatalogData",
  "GetRepositoryPolicy",
  "InitiateLayerUpload",
  "ListTagsForResource",
  "PutImage",
  "PutRegistryCatalogData",
  "PutRepositoryCatalogData",
  "SetRepositoryPolicy",
  "TagResource",
  "UntagResource",
  "UploadLayerPart",
] as const;

/** The names of a service's actions without prefix; `undefined` for a service that is not listed here. */
export function actionNames(service: string): readonly string[] | undefined {
  return service === "ecr" ? ecrActions : service === "ecr-public" ? ecrPublicActions : undefined;
}

/** Whether an action pattern from a statement matches this action. IAM actions are case-insensitive. */
export function actionMatches(pattern: string, action: string): boolean {
  return wildcardMatches(pattern.toLowerCase(), action.toLowerCase(), "?");
}

/** The known action that was probably meant: at most two letters differ. `undefined` for a known action. */
export function misspeltAction(name: string, known: readonly string[]): string | undefined {
  const plain = name.toLowerCase();
  if (known.some((each) => each.toLowerCase() === plain)) {
    return undefined;
  }
  return known.find((each) => editDistance(each.toLowerCase(), plain) <= 2);
}

/** Insertions, deletions, and substitutions needed to turn one string into the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const changed = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
