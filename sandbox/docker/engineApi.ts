import * as http from "node:http";
import * as readline from "node:readline";
import type { Readable } from "node:stream";

export interface EngineAnswer {
  status: number;
  /** The parsed JSON body; undefined when there is none. */
  body: unknown;
}

export interface EngineRequestOptions {
  /** In milliseconds, until the whole answer is there. Default 30 000. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/**
 * One request to the Docker Engine API (https://docs.docker.com/reference/api/engine/), unversioned, which the engine
 * answers in its own newest version. `dockerHost` is "unix:///path" or "tcp://host:port" without TLS. Rejects when the
 * engine cannot be reached; an HTTP error status is an answer.
 */
export async function engineRequest(
  dockerHost: string,
  method: string,
  path: string,
  options: EngineRequestOptions = {},
): Promise<EngineAnswer> {
  const signal = withTimeout(options);
  const response = await send(dockerHost, method, path, signal);
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    text += chunk;
  }
  return { status: response.statusCode ?? 0, body: parse(text) };
}

/**
 * A request that the engine answers with a stream of JSON lines: pulls and loads. Calls `onMessage` for each and
 * rejects with the engine's own words when one of them, or the status, is an error.
 */
export async function engineStream(
  dockerHost: string,
  path: string,
  onMessage: (message: Record<string, unknown>) => void,
  options: EngineRequestOptions & { upload?: Readable } = {},
): Promise<void> {
  const signal = withTimeout(options);
  const response = await send(dockerHost, "POST", path, signal, options.upload);
  let failure: string | undefined;
  for await (const line of readline.createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY })) {
    const message = parse(line);
    if (typeof message !== "object" || message === null) {
      continue;
    }
    const fields = message as Record<string, unknown>;
    const error = fields["error"] ?? ((response.statusCode ?? 0) >= 400 ? fields["message"] : undefined);
    if (error !== undefined) {
      failure = String(error);
    } else {
      onMessage(fields);
    }
  }
  signal.throwIfAborted();
  if (failure !== undefined || (response.statusCode ?? 0) >= 400) {
    throw new Error(failure ?? `Docker answered with status ${response.statusCode}`);
  }
}

/** The engine's own message in an error answer. */
export function engineMessage({ status, body }: EngineAnswer): string {
  const message = typeof body === "object" && body !== null ? (body as { message?: unknown }).message : undefined;
  return typeof message === "string" ? message : `status ${status}`;
}

function send(
  dockerHost: string,
  method: string,
  path: string,
  signal: AbortSignal,
  upload?: Readable,
): Promise<http.IncomingMessage> {
  const address = parseDockerHost(dockerHost);
  return new Promise((resolve, reject) => {
    const headers = upload === undefined ? {} : { "Content-Type": "application/x-tar" };
    const request = http.request({ ...address, method, path, signal, headers, agent: false }, resolve);
    request.on("error", reject);
    if (upload === undefined) {
      request.end();
    } else {
      upload.on("error", (error) => request.destroy(error));
      upload.pipe(request);
    }
  });
}

function withTimeout({ timeoutMs = 30_000, signal }: EngineRequestOptions): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
}

function parseDockerHost(dockerHost: string): { socketPath: string } | { host: string; port: number } {
  if (dockerHost.startsWith("unix://")) {
    return { socketPath: dockerHost.slice("unix://".length) };
  }
  const url = new URL(dockerHost);
  if (url.protocol !== "tcp:" && url.protocol !== "http:") {
    throw new Error(`${dockerHost}: only unix:// and tcp:// are supported here`);
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || "2375") };
}

function parse(text: string): unknown {
  try {
    return text.trim() === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
