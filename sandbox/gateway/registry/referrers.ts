import { checkedDigest } from "./blobs";
import { sendJson, unsupported } from "./registryError";
import type { RepositoryRequest } from "./repositoryRequest";

const ociIndex = "application/vnd.oci.image.index.v1+json";

/** Page size: with annotations of ordinary size, far below the 4 MiB that a client must accept. */
const pageSize = 100;

/**
 * `GET …/referrers/<digest>`: the images with this digest as `subject`, as an OCI index sorted by digest.
 * `artifactType` filters; further pages are in the `Link` header.
 */
export function handleReferrers(at: RepositoryRequest, subject: string): void {
  const { context, repository, request, query } = at;
  if (request.method !== "GET") {
    throw unsupported(`${request.method} of referrers`);
  }
  checkedDigest(subject);
  const artifactType = query.get("artifactType");
  const last = query.get("last") ?? "";
  const rest = context.store
    .referrersOf(repository, subject)
    .filter((image) => image.digest > last)
    .filter((image) => artifactType === null || image.artifactMediaType === artifactType);
  const page = rest.slice(0, pageSize);
  const next = new URLSearchParams({ ...(artifactType !== null && { artifactType }), last: page.at(-1)?.digest ?? "" });
  const link = `<http://${request.headers.host}/v2/${at.fullName}/referrers/${subject}?${next}>; rel="next"`;
  const manifests = page.map((image) => ({
    mediaType: image.mediaType,
    digest: image.digest,
    size: image.manifestSize,
    artifactType: image.artifactMediaType,
    annotations: image.annotations,
  }));
  sendJson(
    at.response,
    200,
    { schemaVersion: 2, mediaType: ociIndex, manifests },
    {
      "Content-Type": ociIndex,
      ...(artifactType !== null && { "OCI-Filters-Applied": "artifactType" }),
      ...(page.length < rest.length && { Link: link }),
    },
  );
}
