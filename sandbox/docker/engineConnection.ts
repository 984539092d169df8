import * as http from "node:http";
import type { Readable } from "node:stream";

/** The address of a Docker engine. */
export type EngineAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** Parses `unix:///path` and `tcp://host:port` (default port 2375), without TLS. Undefined for any other address. */
export function parseEngineAddress(host: string): EngineAddress | undefined {
  const socket = /^unix:\/\/(\/.+)$/.exec(host);
  if (socket?.[1] !== undefined) return { socketPath: socket[1] };
  const tcp = /^(?:tcp|http):\/\/([^:/]+|\[[^\]]+\])(?::(\d+))?\/?$/.exec(host);
  if (tcp?.[1] !== undefined) return { host: tcp[1].replace(/^\[|\]$/g, ""), port: Number(tcp[2] ?? "2375") };
  return undefined;
}

/** Options for an HTTP request to an engine. */
export function requestOptions(address: EngineAddress): http.RequestOptions {
  // Without an agent each request has its own connection, so that none keeps the process alive.
  return { ...address, agent: false, ...("socketPath" in address && { host: "docker" }) };
}

export interface EngineRequest {
  headers?: http.OutgoingHttpHeaders;
  body?: Readable;
  signal?: AbortSignal;
}

/**
 * Sends a request and resolves with the engine's response, whatever its status. Rejects when the engine cannot be
 * reached.
 */
export function openRequest(
  address: EngineAddress,
  method: string,
  path: string,
  { headers, body, signal }: EngineRequest,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = http.request({ ...requestOptions(address), method, path, headers, signal }, resolve);
    // The engine may refuse and close before the whole body is sent: its response then has the reason.
    request.on("error", (error) => setImmediate(() => reject(error)));
    if (!body) {
      request.end();
      return;
    }
    body.on("error", (error: Error) => {
      request.destroy(error);
    });
    body.pipe(request);
    request.on("close", () => body.destroy());
  });
}

export function withTimeout(signal: AbortSignal | undefined, milliseconds: number): AbortSignal {
  const timeout = AbortSignal.timeout(milliseconds);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

export async function readText(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** The messages in a response that is a stream of JSON lines: builds, pulls, pushes, and loads. */
export async function* jsonMessages(response: http.IncomingMessage): AsyncGenerator<Record<string, unknown>> {
  let rest = "";
  for await (const chunk of response.setEncoding("utf8")) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") yield parseMessage(line);
  }
  if (rest.trim() !== "") yield parseMessage(rest);
}

function parseMessage(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`error parsing Docker output: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The engine's message in the body of an error response; undefined when it is not JSON. */
export function messageIn(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === "string" ? message.trim() : undefined;
  } catch {
    return undefined;
  }
}
