import { sendBlob } from "./proxy";
import { RegistryError, unsupported } from "./registryError";
import type { RepositoryRequest } from "./repositoryRequest";

const digestForm = /^sha256:[0-9a-f]{64}$/;

/**
 * `GET` and `HEAD` of a blob or a range of it. Distribution serves only blobs uploaded to or mounted in this
 * repository.
 */
export async function handleBlob(at: RepositoryRequest, digest: string): Promise<void> {
  if (at.request.method !== "GET" && at.request.method !== "HEAD") {
    throw unsupported(`${at.request.method} of a blob`);
  }
  await sendBlob(at, checkedDigest(digest));
}

/** Validates a digest. ECR accepts SHA-256 only, as all of its images have. */
export function checkedDigest(digest: string): string {
  if (!digestForm.test(digest)) {
    throw new RegistryError(
      400,
      "DIGEST_INVALID",
      `'${digest}' is not a digest. Must be sha256: followed by 64 hexadecimal digits.`,
    );
  }
  return digest;
}
