import type { IncomingMessage, ServerResponse } from "node:http";
import type { GatewayContext } from "../context";
import type { RegistryAddress, RepositoryRecord } from "../state/records";
import { sendBlob } from "./proxy";
import { RegistryError } from "./registryError";

/** Life of a download address, as ECR's are an hour long. */
const lifetimeMilliseconds = 60 * 60 * 1000;

/** Where layers are downloaded by address; outside of the registry protocol's paths. */
export const layerDownloadPath = "/_sandbox/layer";

/** An address that gives one layer of one repository to whoever has it, for an hour. */
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

/** Answers a download address; no login is needed, the address itself is signed. */
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
  // Nobody learns without a signed address which repositories there are.
  const signed = repository && context.tokens.verify(signedText(repository, digest, expires), signature);
  if (!signed || Number(expires) < context.clock.now()) {
    throw new RegistryError(403, "DENIED", "This download address is not valid, or its hour is over.");
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    throw new RegistryError(405, "UNSUPPORTED", "A download address is read with GET.");
  }
  const at = { context, request, response, query, caller: {}, repository, fullName: name };
  await sendBlob(at, digest);
}

function signedText(repository: RepositoryRecord, digest: string, expires: string): string {
  return `layer ${repository.id} ${digest} ${expires}`;
}
