import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomically } from "../system/files";
import { freePort, portProblem } from "../system/ports";
import { waitUntil } from "../system/waitUntil";

/**
 * The port of an internal service: chosen at random once and kept in the home, so that it is the same at each
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
  const port = await freePort();
  writeFileAtomically(file, String(port));
  return port;
}

/** Milliseconds during which a killed process may still hold its port, because its threads end one after the other. */
const releaseMilliseconds = 1000;

function becomesFree(port: number): Promise<boolean> {
  return waitUntil(async () => (await portProblem(port)) === undefined, releaseMilliseconds, 20);
}

function readPort(file: string): number | undefined {
  const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
