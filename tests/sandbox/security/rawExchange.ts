import * as net from "node:net";

/** What to send to a server, byte for byte: an HTTP client would mend or refuse most of it. */
export interface RawRequest {
  /** `127.0.0.1:1234` */
  host: string;
  bytes: Buffer;
  /** The server still waits for more when all is sent: the client goes away then, instead of waiting for an answer. */
  unfinished?: boolean;
}

/** A server that has neither answered nor closed after this long hangs. In milliseconds. */
const patience = 20_000;

/** Milliseconds after which the client of an unfinished request goes away. */
const stay = 5;

/**
 * Sends a request over a connection of its own.
 *
 * @returns All that came back until the server closed the connection; what came until then for an unfinished request.
 * @throws Error when the server does not close the connection.
 */
export function exchange(request: RawRequest): Promise<Buffer> {
  const [host = "", port = ""] = request.host.split(":");
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = net.connect(Number(port), host, () => socket.write(request.bytes, sent));
    const sent = () => {
      if (request.unfinished) setTimeout(() => socket.destroy(), stay);
    };
    const hung = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end of the answer to ${JSON.stringify(request.bytes.toString("latin1").slice(0, 2000))}`));
    }, patience);
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    // A server that refuses what is still being sent may reset the connection.
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(hung);
      resolve(Buffer.concat(chunks));
    });
  });
}

/** The status of each answer in what came back. */
export function statuses(answer: Buffer): number[] {
  return [...answer.toString("latin1").matchAll(/(?:^|(?<=[\r\n}]))HTTP\/1\.1 (\d{3}) /g)].map(([, status]) =>
    Number(status),
  );
}

/** A request in bytes; lines as HTTP wants them, and nothing added but the connection's end. */
export function message(
  method: string,
  target: string,
  headers: readonly string[] = [],
  body: Buffer | string = "",
): Buffer {
  const head = [`${method} ${target} HTTP/1.1`, "Host: localhost", "Connection: close", ...headers, "", ""].join(
    "\r\n",
  );
  return Buffer.concat([Buffer.from(head, "latin1"), Buffer.from(body)]);
}
