import { namespaceOf } from "../distributionClient";
import { accountSetting } from "../state/accountSettings";
import type { RepositoryRecord } from "../state/records";
import { passToDistribution } from "./proxy";
import { RegistryError, unsupported } from "./registryError";
import type { RepositoryRequest } from "./repositoryRequest";

const digestForm = /^sha256:[0-9a-f]{64}$/;

/** `GET` and `HEAD` of a blob. Distribution serves only what was uploaded to or mounted in this repository. */
export async function handleBlob(at: RepositoryRequest, digest: string): Promise<void> {
  if (at.request.method !== "GET" && at.request.method !== "HEAD") {
    throw unsupported("Deleting a blob");
  }
  await passToDistribution(at, `/blobs/${checkedDigest(digest)}`);
}

/**
 * `POST …/blobs/uploads/`: opens an upload session, takes a blob whole (`digest`), or mounts one from another repository
 * of the same registry (`mount` and `from`) when the caller may read that one.
 *
 * @param findRepository The repository of a name in this registry, if the caller may read it.
 */
export async function handleStartUpload(
  at: RepositoryRequest,
  findRepository: (fullName: string) => RepositoryRecord | undefined,
): Promise<void> {
  if (at.request.method !== "POST") {
    throw unsupported(`${at.request.method} of upload sessions`);
  }
  const digest = at.query.get("digest");
  const mount = at.query.get("mount");
  const from = at.query.get("from");
  const query = new URLSearchParams();
  if (digest !== null) {
    query.set("digest", checkedDigest(digest));
  } else if (mount !== null && from !== null && mountsBlobs(at)) {
    const source = findRepository(from);
    if (source) {
      query.set("mount", checkedDigest(mount));
      query.set("from", namespaceOf(source));
    }
  }
  // Without a source that may be read this opens an ordinary session, as the specification wants.
  await passToDistribution(at, `/blobs/uploads/${query.size > 0 ? `?${query}` : ""}`);
}

/** `GET`, `PATCH`, `PUT` and `DELETE` of an upload session. Distribution's signed `_state` binds it to the repository. */
export async function handleUpload(at: RepositoryRequest, session: string): Promise<void> {
  if (!["GET", "PATCH", "PUT", "DELETE"].includes(at.request.method ?? "")) {
    throw unsupported(`${at.request.method} of an upload session`);
  }
  await passToDistribution(at, `/blobs/uploads/${session}${at.query.size > 0 ? `?${at.query}` : ""}`);
}

/** A private registry mounts only when its account setting says so; the public one always does. */
function mountsBlobs(at: RepositoryRequest): boolean {
  const { context, repository } = at;
  return repository.kind === "public" || accountSetting(context.store, repository, "BLOB_MOUNTING") === "ENABLED";
}

function checkedDigest(digest: string): string {
  if (!digestForm.test(digest)) {
    throw new RegistryError(400, "DIGEST_INVALID", `'${digest}' is no digest: sha256: and 64 hexadecimal digits.`);
  }
  return digest;
}
