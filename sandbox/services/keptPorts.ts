import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { writeFileAtomically } from "./processes";

/**
 * The port of an inner service: chosen by the system once and kept in the home, so that it is the same at each start.
 * A kept port that another program has taken meanwhile is replaced: nobody but the gateway knows it.
 *
 * @param inUse Whether the service itself holds the port now.
 */
export async function keptPort(home: string, name: string, inUse: boolean): Promise<number> {
  const file = path.join(home, "run", `${name}.port`);
  const kept = readPort(file);
  if (kept !== undefined && (inUse || (await isFree(kept)))) {
    return kept;
  }
  const port = await freePort();
  writeFileAtomically(file, String(port));
  return port;
}

/** Whether a program could listen on a loopback port. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port }, () => server.close(() => resolve(true)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function readPort(file: string): number | undefined {
  const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
