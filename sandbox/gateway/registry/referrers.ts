import { sendJson, unsupported } from "./registryError";
import type { RepositoryRequest } from "./repositoryRequest";

/** `GET …/referrers/<digest>`: the images whose `subject` is this digest, as an OCI index. */
export function handleReferrers(at: RepositoryRequest, digest: string): void {
  const { context, repository, response, query } = at;
  if (at.request.method !== "GET") {
    throw unsupported(`${at.request.method} of referrers`);
  }
  const artifactType = query.get("artifactType");
  const manifests = context.store
    .imagesOf(repository)
    .filter((image) => image.subject === digest)
    .filter((image) => artifactType === null || image.artifactMediaType === artifactType)
    .map((image) => ({
      mediaType: image.mediaType,
      digest: image.digest,
      size: image.manifestSize,
      artifactType: image.artifactMediaType,
      annotations: image.annotations,
    }));
  sendJson(
    response,
    200,
    { schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests },
    {
      "Content-Type": "application/vnd.oci.image.index.v1+json",
      ...(artifactType === null ? {} : { "OCI-Filters-Applied": "artifactType" }),
    },
  );
}
