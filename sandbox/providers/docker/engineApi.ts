import * as http from "node:http";
import type { Duplex, Readable } from "node:stream";
import { startAgain } from "../../startAgain";

/** Where a Docker daemon listens. */
export type DaemonAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** Docker's default, and what `host` and DOCKER_HOST may be. TLS and SSH are the released provider's. */
export function parseDaemonAddress(host: string): DaemonAddress {
  const socket = /^unix:\/\/(\/.+)$/.exec(host);
  if (socket?.[1] !== undefined) return { socketPath: socket[1] };
  const tcp = /^(?:tcp|http):\/\/([^:/]+|\[[^\]]+\])(?::(\d+))?\/?$/.exec(host);
  if (tcp?.[1] !== undefined) return { host: tcp[1].replace(/^\[|\]$/g, ""), port: Number(tcp[2] ?? "2375") };
  throw new Error(
    `host: "${host}": expected unix:///path/to/docker.sock or tcp://host:port; anything else needs the released plugin ` +
      "(SANDBOX_PLUGINS=released)",
  );
}

/** An error that the daemon answered with; the text is the daemon's own, as `docker` shows it. */
export class DaemonError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** Nobody listens at the daemon's address any more, or it ended before its answer did. */
export class DaemonGone extends Error {
  constructor(host: string, reason: string) {
    super(
      `lost the Docker daemon at ${host} (${reason}). Is the docker daemon running? Start it, or, where the sandbox had ` +
        `started it, ${startAgain}`,
    );
  }
}

interface RequestOptions {
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: Readable;
  readonly signal?: AbortSignal;
}

/** The little of the Docker Engine API that images need, over a socket. */
export class DockerEngine {
  private version = "";

  constructor(
    readonly host: string,
    private readonly address: DaemonAddress = parseDaemonAddress(host),
  ) {}

  /** Finds the daemon's API version. Throws when no daemon answers. */
  async connect(signal?: AbortSignal): Promise<void> {
    const response = await this.open("GET", "/_ping", { signal: withTimeout(signal, 10_000) });
    response.resume();
    const version = response.headers["api-version"];
    if (response.statusCode !== 200) throw new Error(`answered ${response.statusCode}`);
    this.version = typeof version === "string" ? `/v${version}` : "";
  }

  async json<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.request(method, path, options);
    return JSON.parse(await readText(response)) as T;
  }

  /** A request whose answer is a sequence of JSON messages, each passed on as it arrives. */
  async stream(
    method: string,
    path: string,
    options: RequestOptions,
    onMessage: (message: Record<string, unknown>) => void,
  ): Promise<void> {
    const response = await this.request(method, path, options);
    let rest = "";
    response.setEncoding("utf8");
    try {
      for await (const chunk of response) {
        const lines = (rest + String(chunk)).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line.trim() !== "") onMessage(parseMessage(line));
      }
    } catch (error) {
      throw this.named(error);
    }
    if (rest.trim() !== "") onMessage(parseMessage(rest));
  }

  /** Turns a connection into one that both sides use as they like (`/session`). */
  async hijack(path: string, headers: http.OutgoingHttpHeaders, protocol: string): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const request = http.request({
        ...this.target(),
        method: "POST",
        path: this.version + path,
        headers: { ...headers, Connection: "Upgrade", Upgrade: protocol },
      });
      request.on("upgrade", (_response, socket, head) => {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      });
      request.on("response", (response) => {
        readText(response).then(
          (text) => reject(new DaemonError(messageIn(text, response.statusCode), response.statusCode ?? 0)),
          reject,
        );
      });
      request.on("error", (error) => reject(this.named(error)));
      request.end();
    });
  }

  private async request(method: string, path: string, options: RequestOptions): Promise<http.IncomingMessage> {
    const response = await this.open(method, this.version + path, options).catch((error: unknown) => {
      throw this.named(error);
    });
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    throw new DaemonError(messageIn(await readText(response), status), status);
  }

  private open(method: string, path: string, options: RequestOptions): Promise<http.IncomingMessage> {
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(options.query ?? {})) {
      for (const element of typeof value === "string" ? [value] : value) query.append(key, element);
    }
    const suffix = query.size > 0 ? `?${query}` : "";
    return new Promise((resolve, reject) => {
      const request = http.request(
        { ...this.target(), method, path: path + suffix, headers: options.headers, signal: options.signal },
        resolve,
      );
      // The daemon may refuse, and close, before all of the body is sent: its answer then says why.
      request.on("error", (error) => setImmediate(() => reject(error)));
      if (!options.body) {
        request.end();
        return;
      }
      const { body } = options;
      body.on("error", (error: Error) => {
        request.destroy(error);
      });
      body.pipe(request);
      request.on("close", () => body.destroy());
    });
  }

  /** An error of the connection with the daemon's address and what to do; others as they are. */
  private named(error: unknown): unknown {
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    return syscall === "connect" || code === "ECONNRESET" || code === "EPIPE"
      ? new DaemonGone(this.host, message)
      : error;
  }

  private target(): http.RequestOptions {
    // Without an agent each connection is its own, so that nothing keeps the process alive.
    return { ...this.address, agent: false, ...("socketPath" in this.address && { host: "docker" }) };
  }
}

export function withTimeout(signal: AbortSignal | undefined, milliseconds: number): AbortSignal {
  const timeout = AbortSignal.timeout(milliseconds);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

function parseMessage(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`error parsing Docker output: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function messageIn(text: string, status: number | undefined): string {
  try {
    const message = (JSON.parse(text) as { message?: unknown }).message;
    if (typeof message === "string") return `Error response from daemon: ${message.trim()}`;
  } catch {
    // Not JSON: shown as it is.
  }
  return `Error response from daemon: ${text.trim() || `status ${status ?? "unknown"}`}`;
}

async function readText(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
