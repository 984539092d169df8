import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

export interface LockOptions {
  /** In milliseconds. Default 600 000: another process may be installing packages. */
  timeoutMs?: number;
  /** Called once when somebody else holds the lock. */
  onWait?: () => void;
}

/**
 * Runs `work` while no other process of this machine does so with the same file. The lock is flock(2), held by a child
 * of util-linux' `flock` for as long as its standard input is open: the kernel ends it with this process however that
 * dies, so there is no stale lock to judge. The file stays, empty; removing it would let two holders in.
 */
export async function withLock<T>(file: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const unlock = await acquire(file, options);
  try {
    return await work();
  } finally {
    await unlock();
  }
}

function acquire(file: string, { timeoutMs = 600_000, onWait }: LockOptions): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    const seconds = String(Math.ceil(timeoutMs / 1000));
    const holder = spawn("flock", ["--wait", seconds, file, "sh", "-c", "echo locked; exec cat"], {
      stdio: ["pipe", "pipe", "pipe"],
      // Its own process group: Ctrl-C in the terminal must not release the lock before the work has been undone.
      detached: true,
    });
    const waiting = onWait === undefined ? undefined : setTimeout(onWait, 500);
    const ended = new Promise<void>((done) => holder.on("close", () => done()));
    let complaint = "";
    holder.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint += text;
    });
    holder.stdout.once("data", () => {
      clearTimeout(waiting);
      resolve(async () => {
        holder.stdin.end();
        await ended;
      });
    });
    holder.on("error", (error) => {
      clearTimeout(waiting);
      reject(new Error(`The lock ${file} cannot be taken: ${error.message}. "flock" of util-linux must be installed.`));
    });
    holder.on("close", () => {
      clearTimeout(waiting);
      // After "locked" this has no effect: the promise is settled.
      reject(new Error(`The lock ${file} was not free within ${seconds} s. ${complaint}`.trim()));
    });
  });
}
