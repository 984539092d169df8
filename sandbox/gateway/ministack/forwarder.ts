import type { IncomingMessage, ServerResponse } from "node:http";
import * as http from "node:http";
import { type GatewayConfig, ministackSecretHeader } from "../config";
import { isForLoadBalancer } from "../wire/foreignRequests";
import { sendError } from "../wire/json";
import { ServiceError } from "../wire/serviceError";
import { unreachable } from "./ministackClient";

/** Headers that would upgrade the connection to a protocol that nothing authenticates. */
const notForwarded = /^(?:upgrade|http2-settings)$/i;
/** Headers that would let pages from other origins read a response. */
const permissions = /^access-control-/i;

/** Forwards requests that the gateway does not handle to MiniStack, unchanged: signatures cover host and path. */
export class Forwarder {
  /** MiniStack closes idle connections without notice, so connections are not reused. */
  private readonly agent = new http.Agent({ keepAlive: false });
  private readonly target: URL;

  private readonly secret: string;
  /** Incremented at the start and end of each request: a cache of MiniStack's data is valid while it stays the same. */
  changes = 0;

  constructor(
    { ministackUrl, ministackSecret }: Pick<GatewayConfig, "ministackUrl" | "ministackSecret">,
    private readonly log: (message: string) => void,
  ) {
    this.target = new URL(ministackUrl);
    this.secret = ministackSecret;
  }

  close(): void {
    this.agent.destroy();
  }

  /**
   * Streams bodies in both directions.
   *
   * @param overheard The request's body if it was already read, and an optional listener for the response's body, which
   * is called before the end of the response is sent.
   */
  forward(
    request: IncomingMessage,
    response: ServerResponse,
    overheard?: { body: Buffer; answered?: (body: string) => Promise<void> },
  ): void {
    this.changes += 1;
    response.on("close", () => {
      this.changes += 1;
    });
    const upstream = this.begin(request);
    if (upstream === undefined) {
      sendError(response, new ServiceError("InvalidRequestException", "The request's headers contradict each other."));
      request.resume();
      return;
    }
    upstream.on("response", (answer) => {
      const headers = isForLoadBalancer(request) ? answer.rawHeaders : without(permissions, answer.rawHeaders);
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers);
      if (overheard?.answered && answer.statusCode === 200) {
        void overhear(answer, response, overheard.answered);
        return;
      }
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    });
    upstream.on("error", (error) => {
      this.log(`${request.method} ${request.url} to MiniStack: ${error.message}`);
      if (response.headersSent) {
        response.destroy();
      } else {
        sendError(response, unreachable(error));
      }
      request.resume();
    });
    response.on("close", () => {
      if (!response.writableFinished) {
        upstream.destroy();
      }
    });
    if (overheard) {
      upstream.end(overheard.body);
    } else {
      request.pipe(upstream);
    }
  }

  /** `undefined` when Node refuses to send what it received, such as a trailer on a body that is not chunked. */
  private begin(request: IncomingMessage): http.ClientRequest | undefined {
    try {
      return http.request({
        host: this.target.hostname,
        port: this.target.port,
        method: request.method,
        path: request.url,
        headers: [...without(notForwarded, request.rawHeaders), ministackSecretHeader, this.secret],
        agent: this.agent,
      });
    } catch {
      return undefined;
    }
  }
}

/** Removes headers by name from raw headers, which alternate between names and values. */
function without(names: RegExp, rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, index) => !names.test(rawHeaders[index - (index % 2)] ?? ""));
}

/** The gateway must learn of a change before the client can act on it. */
async function overhear(
  answer: IncomingMessage,
  response: ServerResponse,
  answered: (body: string) => Promise<void>,
): Promise<void> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    await answered(body.toString("utf8"));
    response.end(body);
  } catch {
    response.destroy();
  }
}
