import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { pipeline } from "node:stream/promises";
import { namespaceOf, readFailure } from "../storage/distributionClient";
import { blobFile } from "../storage/distributionFiles";
import { RegistryError } from "./registryError";
import type { RepositoryRequest } from "./repositoryRequest";
import { openIfExists, sendFile } from "./storedBlob";

const requestHeaders = ["range", "if-none-match"];
const responseHeaders = [
  "content-type",
  "content-length",
  "content-range",
  "accept-ranges",
  "etag",
  "docker-content-digest",
];

/**
 * Sends a blob of the repository, for `HEAD` and `Range` requests, too.
 *
 * Distribution decides whether the repository has the blob. A whole blob is then sent from its file: pulls reach 0.95
 * of Distribution's own speed, and 0.56 when every byte goes through both processes (`npm run bench -- gateway`).
 */
export async function sendBlob(at: RepositoryRequest, digest: string): Promise<void> {
  const { context, request, response, repository } = at;
  const path = `/v2/${namespaceOf(repository)}/blobs/${digest}`;
  const method = request.method === "HEAD" ? "HEAD" : "GET";
  if (method === "GET" && requestHeaders.every((name) => request.headers[name] === undefined)) {
    if (await sendWhole(at, path, digest)) return;
  }
  const answer = await context.distribution.request(method, path, pick(request.headers, requestHeaders));
  const status = answer.statusCode ?? 502;
  if (status >= 400 && method === "GET") {
    throw await distributionRefusal(at, answer);
  }
  response.writeHead(status, pick(answer.headers, responseHeaders));
  await pipeline(answer, response);
}

/** @returns Whether the response was sent; false when Distribution does not have the blob or stores it elsewhere. */
async function sendWhole({ context, response }: RepositoryRequest, path: string, digest: string): Promise<boolean> {
  const storage = context.config.distributionStorage;
  const name = storage === undefined ? undefined : blobFile(storage, digest);
  if (name === undefined) return false;
  const answer = await context.distribution.request("HEAD", path, {});
  answer.resume();
  if (answer.statusCode !== 200) return false;
  const file = await openIfExists(name);
  if (file === undefined) return false;
  try {
    response.writeHead(200, pick(answer.headers, responseHeaders));
    await sendFile(file, response);
    return true;
  } finally {
    await file.close();
  }
}

/** Converts Distribution's refusal for the client, without Distribution's internal repository name. */
export async function distributionRefusal(at: RepositoryRequest, answer: IncomingMessage): Promise<RegistryError> {
  const { status, errors } = await readFailure(answer);
  const [first = { code: "UNKNOWN", message: `status ${status}` }] = JSON.parse(
    JSON.stringify(errors).replaceAll(namespaceOf(at.repository), at.fullName),
  ) as typeof errors;
  return new RegistryError(status, first.code, first.message, { detail: first.detail });
}

function pick(headers: IncomingMessage["headers"], names: readonly string[]): OutgoingHttpHeaders {
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}
