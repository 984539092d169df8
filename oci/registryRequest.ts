import * as http from "node:http";
import * as https from "node:https";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { isLoopbackHost } from "../ecr/registry/registryLogin";

/** The registry did not return what was requested. */
export class RegistryRefusal extends Error {
  constructor(
    message: string,
    /** HTTP status; undefined when there was no response. */
    readonly status?: number,
    /** The registry's error code, such as `TAG_INVALID`, when it sent one. */
    readonly code?: string,
  ) {
    super(message);
  }
}

/** A response with its whole body. */
export interface RegistryResponse {
  /** The final URL, after redirects. */
  url: URL;
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** A response whose body is still unread. */
export interface OpenResponse extends Omit<RegistryResponse, "body"> {
  body: http.IncomingMessage;
}

export interface RegistryRequest {
  /** @default GET */
  method?: string;
  headers?: Record<string, string>;
  /** Sent to the original origin only, not to a redirect's. */
  authorization?: string;
  /** A streamed body is sent as it is produced; such a request does not follow redirects. */
  body?: Buffer | AsyncIterable<Buffer>;
  /** Aborts the request and the response body. */
  signal?: AbortSignal;
}

/** Milliseconds without traffic in either direction before a connection counts as broken. Tests shorten it. */
export const timeouts = { stall: 120_000 };

/**
 * Limit in bytes for a buffered response: the manifest size that registries accept (OCI distribution specification,
 * Pushing manifests). Configurations and tokens are smaller; layers are streamed.
 */
export const longestAnswer = 4 * 1024 * 1024;

const mostRedirects = 5;
/** Bytes of an unused body to drain so that the connection can be reused. */
const longestRest = 64 * 1024;

const agents = {
  "http:": new http.Agent({ keepAlive: true, maxFreeSockets: 16 }),
  "https:": new https.Agent({ keepAlive: true, maxFreeSockets: 16 }),
};

/** A single attempt. Credentials are sent to the original origin only, whatever redirects say. */
export async function exchange(asked: URL, request: RegistryRequest): Promise<OpenResponse> {
  const isStream = request.body !== undefined && !Buffer.isBuffer(request.body);
  let url = asked;
  let login = request.authorization;
  for (let redirects = 0; ; redirects++) {
    const headers = { ...request.headers, ...(login !== undefined && { Authorization: login }) };
    const body = await send(url, headers, request);
    const target = redirectOf(body, url, request.method ?? "GET");
    if (target === undefined) return { url, status: body.statusCode ?? 0, headers: body.headers, body };
    discard(body);
    if (redirects === mostRedirects) {
      throw new RegistryRefusal(`${asked.host} redirects more than ${mostRedirects} times`);
    }
    if (!isSafe(target, asked)) {
      throw new RegistryRefusal(`${asked.host} redirects to ${target.origin}, which is not encrypted`);
    }
    if (isStream) throw new RegistryRefusal(`${asked.host} redirects an upload to ${target.host}`);
    // Credentials are not restored when a later redirect leads back: another host may have chosen that URL.
    if (target.origin !== asked.origin) login = undefined;
    url = target;
  }
}

/** Reads a body up to the limit, without trusting Content-Length. */
export async function wholeBody({ url, headers, body }: OpenResponse): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  // Compression was not requested, but some proxies compress anyway.
  const isPacked = headers["content-encoding"] === "gzip";
  // Leaving the loop closes the connection.
  for await (const part of isPacked ? pipeline(body, createGunzip(), () => {}) : body) {
    length += part.length;
    if (length > longestAnswer) {
      const limit = longestAnswer.toLocaleString("en");
      throw new RegistryRefusal(`the answer of ${url.host} is longer than ${limit} bytes, the limit of a manifest`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Whether the target is encrypted, or the traffic stays on this machine. */
export function isSafe(target: URL, asked: URL): boolean {
  if (target.protocol === "https:") return true;
  return target.protocol === "http:" && isLoopbackHost(target.host) && isLoopbackHost(asked.host);
}

/** Drains an unused body unless it is long. */
export function discard(body: http.IncomingMessage): void {
  let length = 0;
  body.on("data", (part: Buffer) => {
    length += part.length;
    if (length > longestRest) body.destroy();
  });
}

function send(
  url: URL,
  headers: Record<string, string>,
  { method = "GET", body, signal }: RegistryRequest,
): Promise<http.IncomingMessage> {
  // Node would send them as Basic authentication.
  if (url.username !== "" || url.password !== "") throw new Error("its address contains a user name");
  return new Promise((resolve, reject) => {
    const { protocol } = url;
    const options = { method, headers, signal, agent: agents[protocol as keyof typeof agents] };
    const request = (protocol === "https:" ? https : http).request(url, options);
    request.on("error", reject);
    request.on("response", (response) => {
      // Whoever reads the body gets the error as well; without this listener, an error in an unread body would crash
      // the process.
      response.on("error", () => {});
      resolve(response);
    });
    request.setTimeout(timeouts.stall, () => request.destroy(new Error(`no data for ${timeouts.stall / 1000} s`)));
    if (body === undefined || Buffer.isBuffer(body)) request.end(body);
    else feed(request, body).catch((error: Error) => request.destroy(error));
  });
}

/** Sends a streamed body until a response arrives: an early response means that the rest is not needed. */
async function feed(request: http.ClientRequest, parts: AsyncIterable<Buffer>): Promise<void> {
  let isOver = false;
  let wake = () => {};
  const over = () => {
    isOver = true;
    wake();
  };
  request.on("drain", () => wake()).on("close", over);
  request.on("response", (response) => {
    over();
    if (!request.writableEnded) response.on("close", () => request.destroy());
  });
  for await (const part of parts) {
    if (isOver) return;
    if (!request.write(part)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (isOver) return;
  }
  request.end();
}

function redirectOf({ statusCode = 0, headers }: http.IncomingMessage, url: URL, method: string): URL | undefined {
  const { location } = headers;
  // 307 and 308 keep the method; the others would turn a write into a GET.
  const statuses = method === "GET" || method === "HEAD" ? [301, 302, 303, 307, 308] : [307, 308];
  if (location === undefined || !statuses.includes(statusCode)) return undefined;
  if (!URL.canParse(location, url.href)) {
    throw new RegistryRefusal(`${url.host} redirects without an address`, statusCode);
  }
  return new URL(location, url.href);
}
