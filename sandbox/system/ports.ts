import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";

/** Size of the range of candidates, and how many of them to try. */
const candidates = 10_000;
const tries = 50;

/**
 * Candidates for a port that a program listens on again after a restart: random, and below the range from which the
 * system takes the ports of outgoing connections. Such a connection could take a port inside that range meanwhile.
 */
export function* portsToKeep(): Generator<number> {
  const lowest = lowestOutgoingPort();
  for (let count = 0; count < tries; count++) yield Math.max(1024, lowest - 1 - randomInt(candidates));
}

/** The first port of the range (ip(7), ip_local_port_range); Linux's default where it cannot be read. */
export function lowestOutgoingPort(): number {
  try {
    return Number(fs.readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s+/)[0]);
  } catch {
    return 32_768;
  }
}

/**
 * Why a program could not listen on a loopback port: the system's error code, such as EADDRINUSE or EACCES; undefined
 * when it could.
 */
export async function portProblem(port: number): Promise<string | undefined> {
  try {
    await listenOnce(port);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** A free loopback port, one of `portsToKeep` if possible. */
export async function freePort(): Promise<number> {
  for (const port of portsToKeep()) {
    if ((await portProblem(port)) === undefined) return port;
  }
  return listenOnce(0);
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port }, () => {
      const address = server.address() as net.AddressInfo;
      server.close(() => resolve(address.port));
    });
  });
}
