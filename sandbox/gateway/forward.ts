import type { IncomingMessage, ServerResponse } from "node:http";
import * as http from "node:http";
import type { Duplex } from "node:stream";
import { unreachable } from "./ministackClient";
import { sendError } from "./wire/json";
import { ServiceError } from "./wire/serviceError";

/** Passes requests that are none of the gateway's on to MiniStack, unchanged: signatures cover host and path. */
export class Forwarder {
  /** MiniStack closes idle connections without a word, so none is used twice. */
  private readonly agent = new http.Agent({ keepAlive: false });
  private readonly target: URL;

  constructor(
    ministackUrl: string,
    private readonly log: (message: string) => void,
  ) {
    this.target = new URL(ministackUrl);
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
    const upstream = this.begin(request);
    if (upstream === undefined) {
      sendError(response, new ServiceError("InvalidRequestException", "The request's headers contradict each other."));
      request.resume();
      return;
    }
    upstream.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
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

  /** Connections that become something else (WebSockets). */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // From here on the socket is nobody else's: an error that nobody hears would end the gateway.
    socket.on("error", () => socket.destroy());
    const upstream = this.begin(request, false);
    if (upstream === undefined) {
      socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
      return;
    }
    socket.on("close", () => upstream.destroy());
    upstream.on("upgrade", (answer, upstreamSocket, upstreamHead) => {
      socket.write(statusAndHeaders(answer));
      socket.write(upstreamHead);
      upstreamSocket.write(head);
      upstreamSocket.pipe(socket).pipe(upstreamSocket);
      upstreamSocket.on("error", () => socket.destroy());
      socket.on("close", () => upstreamSocket.destroy());
    });
    upstream.on("response", (answer) => {
      socket.write(statusAndHeaders(answer));
      answer.pipe(socket);
    });
    upstream.on("error", () => socket.destroy());
    upstream.end();
  }

  /** `undefined` when Node refuses to send what it has received, such as a trailer of a body that is not chunked. */
  private begin(request: IncomingMessage, agent: http.Agent | false = this.agent): http.ClientRequest | undefined {
    try {
      return http.request({
        host: this.target.hostname,
        port: this.target.port,
        method: request.method,
        path: request.url,
        headers: request.rawHeaders,
        agent,
      });
    } catch {
      return undefined;
    }
  }
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

function statusAndHeaders(answer: IncomingMessage): string {
  let text = `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n`;
  for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2) {
    text += `${answer.rawHeaders[index]}: ${answer.rawHeaders[index + 1]}\r\n`;
  }
  return `${text}\r\n`;
}
