import * as net from "node:net";

/** What to send to a server, byte for byte: an HTTP client would fix or reject most of it. */
export interface RawRequest {
  /** `127.0.0.1:1234` */
  host: string;
  bytes: Buffer;
  /** The server expects more after everything was sent, so the client disconnects instead of waiting for an answer. */
  unfinished?: boolean;
}

/** Milliseconds after which a server that has neither answered nor closed counts as hung. */
const patience = 20_000;

/** Milliseconds after which the client of an unfinished request disconnects. */
const stay = 5;

/**
 * Sends a request over its own connection.
 *
 * @returns Everything received until the connection was closed, by the client if the request is unfinished.
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

/** A request in bytes, with HTTP's line ends and no headers added but `Host` and `Connection: close`. */
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
