import * as fs from "node:fs";
import { waitUntil } from "./waitUntil";

/** How long the kernel may take to end a killed process. */
const KILL_MS = 5_000;

/** Identifies one process permanently: process IDs are reused, but not with the same start time in the same boot. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks from boot to the start of the process: field 22 of /proc/<pid>/stat (proc(5)). */
  startTime: string;
  bootId: string;
}

/** The identity of a running process; undefined when it does not exist or is a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets and may itself contain spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const state = fields[0];
    const startTime = fields[19];
    if (startTime === undefined || state === "Z" || state === "X") {
      return undefined;
    }
    return { pid, startTime, bootId: fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim() };
  } catch {
    return undefined;
  }
}

/** Whether exactly the identified process is still running. */
export function isRunning(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid);
  return now !== undefined && now.startTime === identity.startTime && now.bootId === identity.bootId;
}

/**
 * Sends SIGTERM, waits, then kills. Does nothing when the process has ended, even if another process has its ID by now.
 * @param graceMs Milliseconds between the two signals.
 * @returns Whether it ended on its own.
 */
export async function stopProcess(identity: ProcessIdentity, graceMs: number): Promise<boolean> {
  const hasEnded = () => !isRunning(identity);
  if (!signal(identity, "SIGTERM") || (await waitUntil(hasEnded, graceMs, 25))) {
    return true;
  }
  signal(identity, "SIGKILL");
  await waitUntil(hasEnded, KILL_MS, 25);
  return false;
}

function signal(identity: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isRunning(identity)) {
    return false;
  }
  try {
    process.kill(identity.pid, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") {
      return false;
    }
    throw error;
  }
}

/** Processes with a command line argument that starts with `prefix`, which should be one of our own paths. */
export function processesWithArgument(prefix: string): ProcessIdentity[] {
  const found: ProcessIdentity[] = [];
  for (const name of fs.readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) {
      continue;
    }
    let commandLine: string;
    try {
      commandLine = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
      continue; // ended in the meantime
    }
    const identity = commandLine.split("\0").some((argument) => argument.startsWith(prefix))
      ? identify(pid)
      : undefined;
    if (identity !== undefined) {
      found.push(identity);
    }
  }
  return found;
}
