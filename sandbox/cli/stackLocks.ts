import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { identify } from "../system/processes";

/**
 * Removes the locks of stacks whose holder has ended without giving them back: the CLI takes its lock a moment before it heeds
 * Ctrl-C. A lock of a process that runs, or of another machine or container, stays.
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

/** Whether a process holds a lock of a stack of the name. */
export function isLocked(home: string, stack: string): boolean {
  return locksIn(home).some((lock) => path.basename(path.dirname(lock)) === stack && !isStale(lock));
}

/** The files of all locks in the sandbox's state. */
function locksIn(home: string): string[] {
  const folder = path.join(home, "state", ".pulumi", "locks");
  if (!fs.existsSync(folder)) return [];
  const files = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".json")).map((file) => path.join(folder, file));
}

/** Whether whoever took a lock is gone for certain. */
function isStale(lock: string): boolean {
  try {
    const { pid, hostname } = JSON.parse(fs.readFileSync(lock, "utf8")) as { pid?: unknown; hostname?: unknown };
    return typeof pid === "number" && hostname === os.hostname() && identify(pid) === undefined;
  } catch {
    // Given back meanwhile, or just being written.
    return false;
  }
}
