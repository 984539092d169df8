import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { processIdentity, sameProcessRuns } from "./processIdentity";

/** How often the lock is tried. */
const retryMilliseconds = 50;
/** Installing a package on a slow line takes minutes; longer than this nobody works. */
const defaultPatience = 15 * 60 * 1000;

/**
 * Runs a task while no other process of this machine runs one under the same file. A lock whose holder has died is
 * taken over.
 *
 * @param patience Milliseconds to wait for another holder. @default 15 minutes
 * @throws Error that names the file and the holder when the time is over.
 */
export async function withFileLock<T>(file: string, task: () => Promise<T>, patience = defaultPatience): Promise<T> {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const deadline = Date.now() + patience;
  while (!acquire(file)) {
    if (Date.now() > deadline) {
      throw new Error(`${file} is held by process ${readHolder(file)?.pid ?? "(unknown)"}: wait for it, or end it.`);
    }
    await pause(retryMilliseconds);
  }
  try {
    return await task();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

/** The lock appears with its holder's name in it, in one step: a link is made only when there is none yet. */
function acquire(file: string): boolean {
  const own = `${file}.${process.pid}.${process.hrtime.bigint()}`;
  fs.writeFileSync(own, JSON.stringify(processIdentity(process.pid)));
  try {
    fs.linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw error;
    }
    removeIfDead(file, own);
    return false;
  } finally {
    fs.rmSync(own, { force: true });
  }
}

/** Removes a dead holder's lock. Renamed first, so that of two who see it dead only one removes it. */
function removeIfDead(file: string, own: string): void {
  const holder = readHolder(file);
  if (holder !== undefined && !sameProcessRuns(holder)) {
    try {
      fs.renameSync(file, `${own}.dead`);
      fs.rmSync(`${own}.dead`, { force: true });
    } catch {
      // Someone else was quicker.
    }
  }
}

function readHolder(file: string): ReturnType<typeof processIdentity> | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
