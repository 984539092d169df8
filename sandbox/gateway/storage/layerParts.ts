import type { RepositoryRecord } from "../state/records";

/** Minimum size in bytes of a layer part other than the last (ECR API, CompleteLayerUpload). */
export const leastPartSize = 5 * 1024 * 1024;

/** The service's message (dotnet/sdk-container-builds issue 424). */
export const smallPartMessage = "All layer parts except the last part should be at least 5MB";

/** ECR's message for completing an empty upload, in its API and its registry (radius-project/radius issue 7855). */
export function emptyUploadMessage({ name, account }: RepositoryRecord, uploadId: string): string {
  return `The upload with id '${uploadId}' in the repository with name '${name}' in registry with id '${account}' cannot be completed because it does not have any parts.`;
}
