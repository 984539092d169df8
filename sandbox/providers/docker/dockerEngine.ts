import * as http from "node:http";
import type { Duplex } from "node:stream";
import {
  type EngineAddress,
  type EngineRequest,
  jsonMessages,
  messageIn,
  openRequest,
  parseEngineAddress,
  readText,
  requestOptions,
  withTimeout,
} from "../../docker/engineConnection";
import { restartAdvice } from "../../restartAdvice";

/** An error from the daemon, with its own message, as `docker` shows it. */
export class DaemonError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** The daemon no longer listens, or stopped before it finished its response. */
export class DaemonGone extends Error {
  constructor(host: string, reason: string) {
    super(
      `lost the Docker daemon at ${host} (${reason}). Is the docker daemon running? Start it, or, if the sandbox had ` +
        `started it, ${restartAdvice}`,
    );
  }
}

interface RequestOptions extends EngineRequest {
  query?: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * The part of the Docker Engine API that images need, at Docker's default address or the one from `host` or
 * DOCKER_HOST.
 */
export class DockerEngine {
  private version = "";
  private readonly address: EngineAddress;

  /** @throws for TLS and SSH addresses, which only the released provider supports. */
  constructor(readonly host: string) {
    const address = parseEngineAddress(host);
    if (address === undefined) {
      throw new Error(
        `host: "${host}": expected unix:///path/to/docker.sock or tcp://host:port; anything else requires the released plugin ` +
          "(SANDBOX_PLUGINS=released)",
      );
    }
    this.address = address;
  }

  /** Negotiates the API version. Throws when no daemon responds. */
  async connect(signal?: AbortSignal): Promise<void> {
    const response = await openRequest(this.address, "GET", "/_ping", { signal: withTimeout(signal, 10_000) });
    response.resume();
    const version = response.headers["api-version"];
    if (response.statusCode !== 200) throw new Error(`answered ${response.statusCode}`);
    this.version = typeof version === "string" ? `/v${version}` : "";
  }

  async json<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.request(method, path, options);
    return JSON.parse(await readText(response)) as T;
  }

  /** A request whose response is a sequence of JSON messages, each passed on as it arrives. */
  async stream(
    method: string,
    path: string,
    options: RequestOptions,
    onMessage: (message: Record<string, unknown>) => void,
  ): Promise<void> {
    const response = await this.request(method, path, options);
    try {
      for await (const message of jsonMessages(response)) onMessage(message);
    } catch (error) {
      throw this.named(error);
    }
  }

  /** Upgrades a connection to a raw bidirectional stream (`/session`). */
  async hijack(path: string, headers: http.OutgoingHttpHeaders, protocol: string): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const request = http.request({
        ...requestOptions(this.address),
        method: "POST",
        path: this.version + path,
        headers: { ...headers, Connection: "Upgrade", Upgrade: protocol },
      });
      request.on("upgrade", (_response, socket, head) => {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      });
      request.on("response", (response) => refusal(response).then(reject, reject));
      request.on("error", (error) => reject(this.named(error)));
      request.end();
    });
  }

  private async request(
    method: string,
    path: string,
    { query = {}, ...options }: RequestOptions,
  ): Promise<http.IncomingMessage> {
    const target = this.version + path + queryString(query);
    const response = await openRequest(this.address, method, target, options).catch((error: unknown) => {
      throw this.named(error);
    });
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    throw await refusal(response);
  }

  /** Adds the daemon's address and what to do to a connection error; returns other errors unchanged. */
  private named(error: unknown): unknown {
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    return syscall === "connect" || code === "ECONNRESET" || code === "EPIPE"
      ? new DaemonGone(this.host, message)
      : error;
  }
}

function queryString(query: NonNullable<RequestOptions["query"]>): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    for (const element of typeof value === "string" ? [value] : value) parameters.append(key, element);
  }
  return parameters.size > 0 ? `?${parameters}` : "";
}

async function refusal(response: http.IncomingMessage): Promise<DaemonError> {
  const text = await readText(response);
  const status = response.statusCode ?? 0;
  const message = messageIn(text) ?? (text.trim() || `status ${status}`);
  return new DaemonError(`Error response from daemon: ${message}`, status);
}
