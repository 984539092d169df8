import type { IncomingMessage, ServerResponse } from "node:http";
import type { GatewayContext } from "../context";
import type { RegistryAddress, RepositoryRecord } from "../state/records";
import { sendBlob } from "./proxy";
import { RegistryError } from "./registryError";

/** Lifetime of a download URL; ECR's are valid for an hour, too. */
const lifetimeMilliseconds = 60 * 60 * 1000;

/** Path for layer downloads by URL, outside the registry protocol. */
export const layerDownloadPath = "/_sandbox/layer";

/** A presigned URL for one layer of one repository, valid for an hour. */
export function layerUrl(context: GatewayContext, repository: RepositoryRecord, digest: string): string {
  const expires = String(context.clock.now() + lifetimeMilliseconds);
  const query = new URLSearchParams({
    repository: repository.name,
    digest,
    expires,
    signature: context.tokens.sign(signedText(repository, digest, expires)),
  });
  return `http://${context.registries.privateHost(repository.account, repository.region)}${layerDownloadPath}?${query}`;
}

/** Serves a presigned URL; no login is needed, because the URL itself is signed. */
export async function handleLayerDownload(
  context: GatewayContext,
  request: IncomingMessage,
  response: ServerResponse,
  address: RegistryAddress,
  query: URLSearchParams,
): Promise<void> {
  const [name = "", digest = "", expires = "", signature = ""] = ["repository", "digest", "expires", "signature"].map(
    (key) => query.get(key) ?? "",
  );
  const repository = context.store.repository(address, name);
  // Without a valid signature the response must not reveal whether a repository exists.
  const signed = repository && context.tokens.verify(signedText(repository, digest, expires), signature);
  if (!signed || Number(expires) < context.clock.now()) {
    throw new RegistryError(403, "DENIED", "This download URL is invalid, or it has expired after an hour.");
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    throw new RegistryError(405, "UNSUPPORTED", "A download URL must be requested with GET.");
  }
  const at = { context, request, response, query, caller: {}, repository, fullName: name };
  await sendBlob(at, digest);
}

function signedText(repository: RepositoryRecord, digest: string, expires: string): string {
  return `layer ${repository.id} ${digest} ${expires}`;
}
