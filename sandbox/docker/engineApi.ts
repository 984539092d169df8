import type * as http from "node:http";
import type { Readable } from "node:stream";
import {
  type EngineAddress,
  type EngineRequest,
  jsonMessages,
  messageIn,
  openRequest,
  parseEngineAddress,
  readText,
  withTimeout,
} from "./engineConnection";

export interface EngineAnswer {
  status: number;
  /** The parsed JSON body; undefined when there is none. */
  body: unknown;
}

export interface EngineRequestOptions {
  /** Milliseconds until the whole response must have arrived. Default 30 000. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/**
 * Sends one request to the Docker Engine API (https://docs.docker.com/reference/api/engine/), without a version, so
 * that the engine uses its newest one. `dockerHost` is "unix:///path" or "tcp://host:port" without TLS. Rejects when
 * the engine cannot be reached; an HTTP error status is a normal response.
 */
export async function engineRequest(
  dockerHost: string,
  method: string,
  path: string,
  { timeoutMs = 30_000, signal }: EngineRequestOptions = {},
): Promise<EngineAnswer> {
  const response = await send(dockerHost, method, path, { signal: withTimeout(signal, timeoutMs) });
  return { status: response.statusCode ?? 0, body: parse(await readText(response)) };
}

/**
 * Sends a request with a stream of JSON lines as response: pulls and loads. Calls `onMessage` for each line, and
 * rejects with the engine's own message when one of them, or the status, is an error.
 */
export async function engineStream(
  dockerHost: string,
  path: string,
  onMessage: (message: Record<string, unknown>) => void,
  { timeoutMs = 30_000, signal, upload }: EngineRequestOptions & { upload?: Readable } = {},
): Promise<void> {
  const response = await send(dockerHost, "POST", path, {
    signal: withTimeout(signal, timeoutMs),
    ...(upload && { body: upload, headers: { "Content-Type": "application/x-tar" } }),
  });
  if ((response.statusCode ?? 0) >= 400) {
    throw new Error(messageIn(await readText(response)) ?? `Docker answered with status ${response.statusCode}`);
  }
  let failure: unknown;
  for await (const message of jsonMessages(response)) {
    failure = message["error"] ?? failure;
    if (message["error"] === undefined) onMessage(message);
  }
  if (failure !== undefined) throw new Error(String(failure));
}

/** The engine's message in an error response. */
export function engineMessage({ status, body }: EngineAnswer): string {
  const message = typeof body === "object" && body !== null ? (body as { message?: unknown }).message : undefined;
  return typeof message === "string" ? message : `status ${status}`;
}

function send(dockerHost: string, method: string, path: string, request: EngineRequest): Promise<http.IncomingMessage> {
  return openRequest(addressOf(dockerHost), method, path, request);
}

function addressOf(dockerHost: string): EngineAddress {
  const address = parseEngineAddress(dockerHost);
  if (address === undefined) throw new Error(`${dockerHost}: only unix:// and tcp:// are supported here`);
  return address;
}

function parse(text: string): unknown {
  try {
    return text.trim() === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
