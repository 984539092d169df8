import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Runs `work` while nobody else of this user does the same: two sandboxes that start at once must not both build.
 * The lock is a file with its owner's process id; one whose owner no longer lives is taken over.
 * @param waiting called once, with the owner's process id, when somebody else is at it
 */
export async function withLock<T>(file: string, waiting: (owner: number) => void, work: () => Promise<T>): Promise<T> {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const own = `${file}.${randomUUID()}`;
  fs.writeFileSync(own, String(process.pid));
  try {
    for (let told = false; ; ) {
      try {
        // A link appears whole and fails when the name is taken: there is never an empty lock file.
        fs.linkSync(own, file);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const owner = readOwner(file);
      if (owner === undefined) continue;
      if (!isAlive(owner)) {
        removeStale(file, owner);
        continue;
      }
      if (!told) waiting(owner);
      told = true;
      await sleep(200);
    }
    try {
      return await work();
    } finally {
      fs.rmSync(file, { force: true });
    }
  } finally {
    fs.rmSync(own, { force: true });
  }
}

function readOwner(file: string): number | undefined {
  try {
    return Number(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Two waiting processes may both find the lock stale: the second must not remove the first one's new lock. */
function removeStale(file: string, owner: number): void {
  const aside = `${file}.stale.${randomUUID()}`;
  try {
    fs.renameSync(file, aside);
  } catch {
    return;
  }
  if (readOwner(aside) !== owner) {
    try {
      fs.linkSync(aside, file);
    } catch {
      // A third process has the lock by now.
    }
  }
  fs.rmSync(aside, { force: true });
}
