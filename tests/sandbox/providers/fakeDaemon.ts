import * as http from "node:http";
import * as http2 from "node:http2";
import type { AddressInfo, Socket } from "node:net";

/** Implements as much of the Docker Engine API as configuring a provider needs, and records requests. */
export class FakeDaemon {
  readonly requests: string[] = [];
  /** The connection that a build session opened, seen from the daemon, which is its client. */
  session: http2.ClientHttp2Session | undefined;
  sessionHeaders: http.IncomingHttpHeaders = {};
  private readonly sockets = new Set<Socket>();
  private readonly server = http.createServer((request, response) => {
    this.requests.push(`${request.method} ${request.url}`);
    request.resume();
    if (request.url === "/_ping") response.writeHead(200, { "API-Version": "1.41" }).end("OK");
    else if (this.hanging) this.hanging(response);
    else if (request.url?.includes("/build?") && this.buildErrors.length > 0) {
      response.writeHead(200).end(JSON.stringify({ error: this.buildErrors.shift() }));
    } else response.writeHead(404, { "Content-Type": "application/json" }).end('{"message":"page not found"}');
  });
  /** Errors of the next builds. */
  buildErrors: string[] = [];
  /** If set, requests other than a ping are never answered; it is called for each. */
  hanging: ((response: http.ServerResponse) => void) | undefined;

  async start(): Promise<string> {
    this.server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
    });
    this.server.on("upgrade", (request, socket: Socket) => {
      this.sessionHeaders = request.headers;
      socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
      this.session = http2.connect("http://daemon", { createConnection: () => socket });
      this.session.on("error", () => {});
    });
    await new Promise<void>((resolve) => {
      this.server.listen(0, "127.0.0.1", resolve);
    });
    return `tcp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.session?.destroy();
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  /** One gRPC call over the session; returns the answer's message. */
  async call(method: string, message: Buffer): Promise<Buffer> {
    const request = this.session?.request({
      ":method": "POST",
      ":path": method,
      "content-type": "application/grpc",
      te: "trailers",
    });
    if (!request) throw new Error("no session was opened");
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(message.length, 1);
    request.end(Buffer.concat([frame, message]));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).subarray(5);
  }
}
