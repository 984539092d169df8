import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomically } from "../system/files";

/**
 * Tracks who uses the machine's Docker: one file per sandbox home. A sandbox whose home was deleted no longer counts,
 * even if it never released its lease. Callers hold a lock while reading and writing.
 */
export function addLease(directory: string, home: string): void {
  const lease = { home: path.resolve(home), since: new Date().toISOString() };
  writeFileAtomically(leaseFile(directory, home), `${JSON.stringify(lease)}\n`);
}

/** Does nothing when there is no lease. */
export function removeLease(directory: string, home: string): void {
  fs.rmSync(leaseFile(directory, home), { force: true });
}

/** Existing homes with a lease, sorted. Files for deleted homes, and damaged ones, are removed. */
export function liveLeases(directory: string): string[] {
  if (!fs.existsSync(directory)) {
    return [];
  }
  const homes: string[] = [];
  for (const name of fs.readdirSync(directory)) {
    const file = path.join(directory, name);
    const home = readHome(file);
    if (home !== undefined && fs.statSync(home, { throwIfNoEntry: false })?.isDirectory()) {
      homes.push(home);
    } else {
      fs.rmSync(file, { force: true });
    }
  }
  return homes.sort();
}

function leaseFile(directory: string, home: string): string {
  const key = createHash("sha256").update(path.resolve(home)).digest("hex").slice(0, 32);
  return path.join(directory, `${key}.json`);
}

function readHome(file: string): string | undefined {
  try {
    const { home } = JSON.parse(fs.readFileSync(file, "utf8")) as { home?: unknown };
    return typeof home === "string" ? home : undefined;
  } catch {
    return undefined;
  }
}
