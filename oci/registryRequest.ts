import * as http from "node:http";
import * as https from "node:https";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { isLoopbackHost } from "../ecr/registryLogin";

/** A registry that did not answer with what was asked for. */
export class RegistryRefusal extends Error {
  constructor(
    message: string,
    /** HTTP status; undefined when there was no answer. */
    readonly status?: number,
    /** The registry's own code, such as `TAG_INVALID`, when it sent one. */
    readonly code?: string,
  ) {
    super(message);
  }
}

/** A whole answer. */
export interface RegistryResponse {
  /** Where it came from: another address than the one that was asked, after a redirect. */
  url: URL;
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** An answer whose body is still to be read. */
export interface OpenResponse extends Omit<RegistryResponse, "body"> {
  body: http.IncomingMessage;
}

/** What is sent. */
export interface RegistryRequest {
  /** @default GET */
  method?: string;
  headers?: Record<string, string>;
  /** For the address's own origin: it goes to no other one that a redirect leads to. */
  authorization?: string;
  /** Parts are sent as they come; such a request follows no redirect. */
  body?: Buffer | AsyncIterable<Buffer>;
  /** Ends the request, and its answer's body with it. */
  signal?: AbortSignal;
}

/** Milliseconds without a byte in either direction after which a connection counts as cut. Tests make it short. */
export const timeouts = { stall: 120_000 };

/**
 * Bytes of the longest answer that is read whole: what registries take of a manifest (OCI distribution specification,
 * Pushing manifests). Configurations and tokens are smaller; layers are streamed.
 */
export const longestAnswer = 4 * 1024 * 1024;

const mostRedirects = 5;
/** Bytes of a body that nobody wants which are read so that its connection serves again. */
const longestRest = 64 * 1024;

const agents = {
  "http:": new http.Agent({ keepAlive: true, maxFreeSockets: 16 }),
  "https:": new https.Agent({ keepAlive: true, maxFreeSockets: 16 }),
};

/** One attempt. A login goes to the address's own origin only, whatever redirects say. */
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
    if (redirects === mostRedirects)
      throw new RegistryRefusal(`${asked.host} redirects more than ${mostRedirects} times`);
    if (!isSafe(target, asked)) throw new RegistryRefusal(`${asked.host} redirects to ${target.origin}, in clear`);
    if (isStream) throw new RegistryRefusal(`${asked.host} redirects an upload to ${target.host}`);
    // Once it has left, it is not sent again: whoever was in between may have chosen the way back.
    if (target.origin !== asked.origin) login = undefined;
    url = target;
  }
}

/** Reads no more of an answer than the longest one, whatever the server says its length is. */
export async function wholeBody({ url, headers, body }: OpenResponse): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  // Not asked for; proxies compress all the same.
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

/** Encrypted, unless it all stays on this machine. */
export function isSafe(target: URL, asked: URL): boolean {
  if (target.protocol === "https:") return true;
  return target.protocol === "http:" && isLoopbackHost(target.host) && isLoopbackHost(asked.host);
}

/** Reads to its end a body that nobody wants, unless it is long. */
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
  // Node would make a login of it.
  if (url.username !== "" || url.password !== "") throw new Error("its address has a user name in it");
  return new Promise((resolve, reject) => {
    const { protocol } = url;
    const options = { method, headers, signal, agent: agents[protocol as keyof typeof agents] };
    const request = (protocol === "https:" ? https : http).request(url, options);
    request.on("error", reject);
    request.on("response", (response) => {
      // Whoever reads it sees it too; a failure of one that nobody reads ends no program.
      response.on("error", () => {});
      resolve(response);
    });
    request.setTimeout(timeouts.stall, () => request.destroy(new Error(`nothing for ${timeouts.stall / 1000} s`)));
    if (body === undefined || Buffer.isBuffer(body)) request.end(body);
    else feed(request, body).catch((error: Error) => request.destroy(error));
  });
}

/** Sends a body as it comes, until there is an answer: one that comes early says that the rest is not wanted. */
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
  // The two that keep the method are the only ones that mean anything to what is written.
  const statuses = method === "GET" || method === "HEAD" ? [301, 302, 303, 307, 308] : [307, 308];
  if (location === undefined || !statuses.includes(statusCode)) return undefined;
  if (!URL.canParse(location, url.href)) throw new RegistryRefusal(`${url.host} redirects to no address`, statusCode);
  return new URL(location, url.href);
}
