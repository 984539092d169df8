import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomically } from "../system/files";
import { freePort, portProblem } from "../system/ports";
import { waitUntil } from "../system/waitUntil";

/**
 * The port of an internal service: chosen by the system once and kept in the home, so that it is the same at each
 * start. A port that another program has taken in the meantime is replaced, because only the gateway uses it.
 *
 * @param inUse Whether the service itself is using the port now.
 */
export async function stablePort(home: string, name: string, inUse: boolean): Promise<number> {
  const file = path.join(home, "run", `${name}.port`);
  const kept = readPort(file);
  if (kept !== undefined && (inUse || (await becomesFree(kept)))) {
    return kept;
  }
  const port = await freeServicePort();
  writeFileAtomically(file, String(port));
  return port;
}

/** Milliseconds during which a killed process may still hold its port, because its threads end one after the other. */
const releaseMilliseconds = 1000;

function becomesFree(port: number): Promise<boolean> {
  return waitUntil(async () => (await portProblem(port)) === undefined, releaseMilliseconds, 20);
}

/** Size of the candidate range below the system's own, and how many of them to try. */
const candidates = 10_000;
const tries = 50;

/**
 * A free port below the range that the system uses for outgoing connections. A port inside that range could be taken by
 * such a connection while a killed service is down, even by the gateway's own attempt to reach the service.
 */
async function freeServicePort(): Promise<number> {
  const lowest = lowestOutgoingPort();
  for (let count = 0; count < tries; count++) {
    const port = lowest - 1 - randomInt(candidates);
    if (port >= 1024 && (await portProblem(port)) === undefined) {
      return port;
    }
  }
  return freePort();
}

/** The first port of the range (ip(7), ip_local_port_range); Linux's default where it cannot be read. */
function lowestOutgoingPort(): number {
  try {
    return Number(fs.readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s+/)[0]);
  } catch {
    return 32_768;
  }
}

function readPort(file: string): number | undefined {
  const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
