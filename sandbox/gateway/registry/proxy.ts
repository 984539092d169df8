import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { pipeline } from "node:stream/promises";
import { namespaceOf, readFailure } from "../distributionClient";
import { blobFile } from "../distributionFiles";
import { RegistryError } from "./registryError";
import type { RepositoryRequest } from "./repositoryRequest";
import { openIfThere, sendFile } from "./storedBlob";

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
 * Answers with a blob of the repository as Distribution has it; `HEAD` and `Range` as the client asks.
 *
 * Distribution says whether the repository has the blob. A whole one then comes from its file: pulls have 0.95 of
 * Distribution's own speed, and 0.56 when every byte goes through both processes (`npm run bench -- gateway`).
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

/** @returns Whether the answer was sent: not when Distribution has no such blob, or keeps it elsewhere. */
async function sendWhole({ context, response }: RepositoryRequest, path: string, digest: string): Promise<boolean> {
  const storage = context.config.distributionStorage;
  const name = storage === undefined ? undefined : blobFile(storage, digest);
  if (name === undefined) return false;
  const answer = await context.distribution.request("HEAD", path, {});
  answer.resume();
  if (answer.statusCode !== 200) return false;
  const file = await openIfThere(name);
  if (file === undefined) return false;
  try {
    response.writeHead(200, pick(answer.headers, responseHeaders));
    await sendFile(file, response);
    return true;
  } finally {
    await file.close();
  }
}

/** Distribution's refusal as the client gets it; its own name for the repository means nothing to the client. */
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
