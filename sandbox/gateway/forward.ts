import type { IncomingMessage, ServerResponse } from "node:http";
import * as http from "node:http";
import { type GatewayConfig, ministackSecretHeader } from "./config";
import { unreachable } from "./ministackClient";
import { isForLoadBalancer } from "./strangers";
import { sendError } from "./wire/json";
import { ServiceError } from "./wire/serviceError";

/** What would make another protocol of a connection, in which nobody asks who speaks any more. */
const notForwarded = /^(?:upgrade|http2-settings)$/i;
/** What would let pages of other origins read an answer. */
const permissions = /^access-control-/i;

/** Passes requests that are none of the gateway's on to MiniStack, unchanged: signatures cover host and path. */
export class Forwarder {
  /** MiniStack closes idle connections without a word, so none is used twice. */
  private readonly agent = new http.Agent({ keepAlive: false });
  private readonly target: URL;

  private readonly secret: string;
  /** Grows with the beginning and the end of each request: whoever keeps what MiniStack has said knows whether it may be another now. */
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
   * Bodies are streamed both ways.
   *
   * @param overheard The request's body when it is read already, and who wants the answer's, if anybody: called before its
   * end is sent.
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

  /** `undefined` when Node refuses to send what it has received, such as a trailer of a body that is not chunked. */
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

/** Raw headers (names and values in turn) but those of some names. */
function without(names: RegExp, rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, index) => !names.test(rawHeaders[index - (index % 2)] ?? ""));
}

/** What the client can act on is known to the gateway first. */
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
