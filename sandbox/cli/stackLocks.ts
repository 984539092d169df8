import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { identify } from "../system/processes";

/**
 * Removes stack locks whose holder ended without releasing them: the CLI acquires its lock shortly before it handles
 * Ctrl-C. Locks of a running process, or of another machine or container, are kept.
 *
 * @returns The stacks whose locks were removed.
 */
export function removeStaleLocks(home: string): string[] {
  return locksIn(home).flatMap((lock) => {
    if (!isStale(lock)) return [];
    for (const each of [lock, `${lock}.attrs`]) fs.rmSync(each, { force: true });
    return [path.basename(path.dirname(lock))];
  });
}

/** Whether a process holds a lock on a stack of this name. */
export function isLocked(home: string, stack: string): boolean {
  return locksIn(home).some((lock) => path.basename(path.dirname(lock)) === stack && !isStale(lock));
}

/** All lock files in the sandbox's state. */
function locksIn(home: string): string[] {
  const folder = path.join(home, "state", ".pulumi", "locks");
  if (!fs.existsSync(folder)) return [];
  const files = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".json")).map((file) => path.join(folder, file));
}

/** Whether a lock's holder is definitely gone. */
function isStale(lock: string): boolean {
  try {
    const { pid, hostname } = JSON.parse(fs.readFileSync(lock, "utf8")) as { pid?: unknown; hostname?: unknown };
    return typeof pid === "number" && hostname === os.hostname() && identify(pid) === undefined;
  } catch {
    // Released in the meantime, or still being written.
    return false;
  }
}
