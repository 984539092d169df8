import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

export interface LockOptions {
  /** In milliseconds. Default 900 000: another process may be installing packages over a slow connection. */
  timeoutMs?: number;
  /** Called once when another process holds the lock, with its description: "process 4711". */
  onWait?: (holder: string) => void;
}

/** Exit code of `flock` on timeout, EX_TEMPFAIL of sysexits.h. */
const NOT_FREE = 75;
const TELL_AFTER_MS = 500;

/**
 * Runs `work` while no other process on this machine does so with the same file. The lock is flock(2), held by a child
 * of util-linux's `flock` as long as its stdin is open: it is released when this process ends for any reason, so there
 * are no stale locks. The file stays, with the last holder's process ID for messages only; removing it would allow two
 * holders.
 * @throws Error that names the file, and on timeout the holder.
 */
export async function withLock<T>(file: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const unlock = await acquire(file, options);
  try {
    return await work();
  } finally {
    await unlock();
  }
}

function acquire(file: string, { timeoutMs = 900_000, onWait }: LockOptions): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    const seconds = String(timeoutMs / 1000);
    const args = [
      "--wait",
      seconds,
      "--conflict-exit-code",
      String(NOT_FREE),
      file,
      "sh",
      "-c",
      "echo locked; exec cat",
    ];
    const child = spawn("flock", args, {
      stdio: ["pipe", "pipe", "pipe"],
      // Its own process group: Ctrl-C in the terminal must not release the lock before the work has been cleaned up.
      detached: true,
    });
    const waiting = onWait === undefined ? undefined : setTimeout(() => onWait(holder(file)), TELL_AFTER_MS);
    const ended = new Promise<void>((done) => child.on("close", () => done()));
    let complaint = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint += text;
    });
    child.stdout.once("data", () => {
      clearTimeout(waiting);
      noteHolder(file);
      resolve(async () => {
        child.stdin.end();
        await ended;
      });
    });
    child.on("error", (error) => {
      clearTimeout(waiting);
      reject(new Error(`The lock ${file} cannot be taken: ${error.message}. "flock" of util-linux must be installed.`));
    });
    child.on("close", (code) => {
      clearTimeout(waiting);
      // After "locked" this has no effect: the promise is settled.
      const problem =
        code === NOT_FREE
          ? `was not free within ${seconds} s: ${holder(file)} holds it. Wait for it, or stop it.`
          : `cannot be taken: ${complaint.trim() || `flock ended with ${code}`}`;
      reject(new Error(`The lock ${file} ${problem}`));
    });
  });
}

function noteHolder(file: string): void {
  try {
    fs.writeFileSync(file, `${process.pid}\n`);
  } catch {
    // The file belongs to another user: the lock works without a recorded holder.
  }
}

function holder(file: string): string {
  let pid = "";
  try {
    pid = fs.readFileSync(file, "utf8").trim();
  } catch {
    // The file belongs to another user.
  }
  return /^\d+$/.test(pid) ? `process ${pid}` : "another process";
}
