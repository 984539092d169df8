import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { pipeline } from "node:stream/promises";
import { namespaceOf, readFailure } from "../distributionClient";
import { sendJson } from "./registryError";
import type { RepositoryRequest } from "./repositoryRequest";

const requestHeaders = ["content-type", "content-length", "content-range", "range", "if-none-match"];
const responseHeaders = [
  "content-type",
  "content-length",
  "content-range",
  "accept-ranges",
  "range",
  "etag",
  "docker-content-digest",
  "docker-upload-uuid",
];

/**
 * Passes a request on to Distribution, in the repository's own namespace there, and its answer back; bodies are streamed
 * both ways.
 *
 * @param suffix What follows the repository's name, with the query: `/blobs/sha256:…`.
 */
export async function passToDistribution(at: RepositoryRequest, suffix: string): Promise<void> {
  const { context, request, response, repository } = at;
  const method = request.method ?? "GET";
  const body = method === "POST" || method === "PATCH" || method === "PUT" ? request : undefined;
  const path = `/v2/${namespaceOf(repository)}${suffix}`;
  const answer = await context.distribution.request(method, path, pick(request.headers, requestHeaders), body);
  const status = answer.statusCode ?? 502;
  if (status >= 400 && method !== "HEAD") {
    const failure = await readFailure(answer);
    // Distribution's own name for the repository means nothing to the client.
    const errors = JSON.parse(JSON.stringify(failure.errors).replaceAll(namespaceOf(repository), at.fullName));
    sendJson(response, status, { errors });
    return;
  }
  const headers = pick(answer.headers, responseHeaders);
  if (answer.headers.location !== undefined) {
    headers["Location"] = publicLocation(at, answer.headers.location);
  }
  response.writeHead(status, headers);
  await pipeline(answer, response);
}

/** An address inside Distribution as the client must call it. */
function publicLocation(at: RepositoryRequest, location: string): string {
  const { pathname, search } = new URL(location, "http://distribution");
  const path = pathname.replace(`/v2/${namespaceOf(at.repository)}/`, `/v2/${at.fullName}/`);
  return `http://${at.request.headers.host}${path}${search}`;
}

function pick(headers: IncomingMessage["headers"], names: readonly string[]): OutgoingHttpHeaders {
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}
