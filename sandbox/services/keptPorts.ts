import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomically } from "../system/files";
import { freePort, portProblem } from "../system/ports";

/**
 * The port of an inner service: chosen by the system once and kept in the home, so that it is the same at each start.
 * A kept port that another program has taken meanwhile is replaced: nobody but the gateway knows it.
 *
 * @param inUse Whether the service itself holds the port now.
 */
export async function keptPort(home: string, name: string, inUse: boolean): Promise<number> {
  const file = path.join(home, "run", `${name}.port`);
  const kept = readPort(file);
  if (kept !== undefined && (inUse || (await portProblem(kept)) === undefined)) {
    return kept;
  }
  const port = await freePort();
  writeFileAtomically(file, String(port));
  return port;
}

function readPort(file: string): number | undefined {
  const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
