import { sendBlob } from "./proxy";
import { RegistryError, unsupported } from "./registryError";
import type { RepositoryRequest } from "./repositoryRequest";

const digestForm = /^sha256:[0-9a-f]{64}$/;

/** `GET` and `HEAD` of a blob, or of a part of it. Distribution serves only what was uploaded to or mounted in this repository. */
export async function handleBlob(at: RepositoryRequest, digest: string): Promise<void> {
  if (at.request.method !== "GET" && at.request.method !== "HEAD") {
    throw unsupported(`${at.request.method} of a blob`);
  }
  await sendBlob(at, checkedDigest(digest));
}

/** A digest as ECR takes it: of SHA-256 only, as each of its images has. */
export function checkedDigest(digest: string): string {
  if (!digestForm.test(digest)) {
    throw new RegistryError(400, "DIGEST_INVALID", `'${digest}' is no digest: sha256: and 64 hexadecimal digits.`);
  }
  return digest;
}
