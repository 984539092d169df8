import type { IncomingMessage, ServerResponse } from "node:http";
import type { GatewayContext } from "../context";
import type { RegistryAddress, RepositoryRecord } from "../state/records";
import { isStorageDown, storageDownMessage } from "../storage/storageDown";
import { foreignRequestFault } from "../wire/foreignRequests";
import { DroppedCall, type FaultKind } from "../wire/injectedFaults";
import { handleBlob } from "./blobs";
import { readBody } from "./body";
import { handleCatalog } from "./catalog";
import { handleLayerDownload, layerDownloadPath } from "./layerDownload";
import { handleManifest } from "./manifests";
import { handleReferrers } from "./referrers";
import {
  authorizeRoute,
  basicCredentials,
  exchangeToken,
  mayReadLayers,
  privateCaller,
  publicCaller,
  type RegistryCaller,
} from "./registryAccess";
import { nameUnknown, RegistryError, sendJson, sendRegistryError, unsupported } from "./registryError";
import { prepareRepository } from "./repositoryPreparation";
import type { RepositoryRequest } from "./repositoryRequest";
import { parseRoute, type Route } from "./routes";
import { handleTags } from "./tagLists";
import { handleStartUpload, handleUpload } from "./uploads";

/** A form for the token endpoint holds little more than a password. */
const tokenFormLimit = 16 * 1024;

/**
 * Handles a request of the OCI distribution protocol.
 *
 * @param address The private registry; absent for the public one, which serves every account under its alias.
 */
export async function handleRegistryRequest(
  context: GatewayContext,
  request: IncomingMessage,
  response: ServerResponse,
  address: RegistryAddress | undefined,
): Promise<void> {
  response.setHeader("Docker-Distribution-Api-Version", "registry/2.0");
  try {
    const fault = foreignRequestFault(request);
    if (fault !== undefined) throw new RegistryError(403, "DENIED", fault);
    const url = addressOf(request);
    if (address === undefined && /^\/token\/?$/.test(url.pathname)) {
      await handleTokenRequest(context, request, response);
      return;
    }
    if (address !== undefined && url.pathname === layerDownloadPath) {
      await handleLayerDownload(context, request, response, address, url.searchParams);
      return;
    }
    if (address === undefined && url.pathname.startsWith("/_sandbox/logo/")) {
      sendLogo(context, response, url.pathname);
      return;
    }
    await handleRoute(context, request, response, address, url);
  } catch (error) {
    if (error instanceof DroppedCall) return;
    if (error instanceof RegistryError) {
      sendRegistryError(response, error);
    } else if (isStorageDown(error) && !response.headersSent) {
      sendRegistryError(response, new RegistryError(503, "UNAVAILABLE", storageDownMessage));
    } else if (!response.headersSent && !response.destroyed) {
      context.log(`${request.method} ${request.url}: ${error instanceof Error ? error.stack : String(error)}`);
      sendRegistryError(response, new RegistryError(500, "UNKNOWN", "The sandbox's registry failed; see its log."));
    } else {
      // A response in progress cannot be replaced by an error: the client must see that it was cut off.
      response.destroy();
    }
  } finally {
    request.resume();
  }
}

async function handleRoute(
  context: GatewayContext,
  request: IncomingMessage,
  response: ServerResponse,
  address: RegistryAddress | undefined,
  url: URL,
): Promise<void> {
  const caller = address ? privateCaller(context, request, address) : publicCaller(context, request);
  const route = parseRoute(decodedPath(url.pathname));
  if (route === undefined) {
    throw new RegistryError(404, "UNSUPPORTED", `${url.pathname} is not a path of the registry protocol.`);
  }
  if (route.kind === "base") {
    sendJson(response, 200, {});
    return;
  }
  if (route.kind === "catalog") {
    await handleCatalog(context, caller, request, response, address, url.searchParams);
    return;
  }
  const find = (fullName: string) => findRepository(context, address, fullName);
  const { registry, name, repository: present } = find(route.name);
  if (registry === undefined) {
    throw nameUnknown(name, "");
  }
  await context.faults.meet(request, `${request.method} ${route.kind}`, registry.account, "call", injectedError);
  await authorizeRoute(context, caller, route, request.method, registry, { name, repository: present });
  const repository = await prepareRepository(context, caller, route, request.method, registry, name);
  if (repository === undefined) {
    throw nameUnknown(name, registry.account);
  }
  const at = { context, request, response, query: url.searchParams, caller, repository, fullName: route.name };
  await dispatch(at, route, (from) => readable(context, caller, find(from).repository));
}

/** In the wording of ECR's registries. */
function injectedError(kind: Exclude<FaultKind, "drop" | "hold">): RegistryError {
  return kind === "serverError"
    ? new RegistryError(500, "UNKNOWN", "unknown error")
    : new RegistryError(429, "TOOMANYREQUESTS", "Rate exceeded");
}

/**
 * An HTTP request target is a path, or a full URL whose host is ignored. A path may start with `//`, which is not a
 * host either.
 */
function addressOf({ url: target = "/" }: IncomingMessage): URL {
  try {
    return new URL(target.startsWith("/") ? `http://registry${target}` : target);
  } catch {
    throw new RegistryError(400, "UNSUPPORTED", `${target} is not a valid address.`);
  }
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new RegistryError(400, "NAME_INVALID", `${path} has an invalid percent-encoding.`);
  }
}

interface FoundRepository {
  /** `undefined` when no account has that alias. */
  registry: RegistryAddress | undefined;
  name: string;
  repository: RepositoryRecord | undefined;
}

function findRepository(
  context: GatewayContext,
  address: RegistryAddress | undefined,
  fullName: string,
): FoundRepository {
  if (address) {
    return { registry: address, name: fullName, repository: context.store.repository(address, fullName) };
  }
  const slash = fullName.indexOf("/");
  const registry = context.registries.publicRegistryOf(fullName.slice(0, Math.max(slash, 0)));
  const name = slash < 0 ? fullName : fullName.slice(slash + 1);
  return { registry, name, repository: registry && context.store.repository(registry, name) };
}

/**
 * The source of a mount, if the caller may read it. Each registry has repositories of one kind only, so they never mix.
 */
async function readable(
  context: GatewayContext,
  caller: RegistryCaller,
  repository: RepositoryRecord | undefined,
): Promise<RepositoryRecord | undefined> {
  return repository && (await mayReadLayers(context, caller, repository)) ? repository : undefined;
}

async function dispatch(
  at: RepositoryRequest,
  route: Exclude<Route, { kind: "base" | "catalog" }>,
  find: (fullName: string) => Promise<RepositoryRecord | undefined>,
): Promise<void> {
  switch (route.kind) {
    case "manifest":
      return handleManifest(at, route.reference);
    case "blob":
      return handleBlob(at, route.digest);
    case "startUpload":
      return handleStartUpload(at, find);
    case "upload":
      return handleUpload(at, route.rest);
    case "tags":
      return handleTags(at);
    case "referrers":
      return handleReferrers(at, route.digest);
  }
}

/** The public registry's token endpoint: `GET` with Basic credentials, `POST` with a password, or anonymous. */
async function handleTokenRequest(
  context: GatewayContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === "GET") {
    const { authorization } = request.headers;
    const credentials = basicCredentials(authorization);
    if (authorization !== undefined && credentials === undefined) {
      throw new RegistryError(401, "UNAUTHORIZED", "Not Authorized");
    }
    sendJson(response, 200, exchangeToken(context, credentials));
    return;
  }
  if (request.method !== "POST") {
    throw unsupported(`${request.method} of the token endpoint`);
  }
  const form = new URLSearchParams((await readBody(request, tokenFormLimit, "UNSUPPORTED")).toString("utf8"));
  const user = form.get("username");
  const password = form.get("password");
  if (form.get("grant_type") !== "password" || user === null || password === null) {
    throw new RegistryError(
      400,
      "UNSUPPORTED",
      "The token endpoint requires grant_type=password, username and password.",
    );
  }
  sendJson(response, 200, exchangeToken(context, { user, password }));
}

/** Serves a public repository's logo at its catalog data's `logoUrl`. */
function sendLogo(context: GatewayContext, response: ServerResponse, path: string): void {
  const [account = "", ...name] = decodedPath(path.slice("/_sandbox/logo/".length)).split("/");
  const repository = context.store.repository({ kind: "public", account, region: "us-east-1" }, name.join("/"));
  const logo = repository?.catalog?.logo;
  if (logo === undefined) {
    throw new RegistryError(404, "NAME_UNKNOWN", "There is no such logo.");
  }
  // User content: a browser must not render it as a page.
  response.writeHead(200, {
    "Content-Type": "application/octet-stream",
    "Content-Length": logo.length,
    "X-Content-Type-Options": "nosniff",
  });
  response.end(Buffer.from(logo));
}
