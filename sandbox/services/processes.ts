import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomically } from "../system/files";
import { lastLines } from "../system/lastLines";
import * as system from "../system/processes";
import { waitUntil } from "../system/waitUntil";

/** A background process of the sandbox. */
export interface ProcessDefinition {
  /** Used in the names of its log (`<home>/logs/NAME.log`) and its record (`<home>/run/NAME.json`). */
  name: string;
  command: string;
  args: readonly string[];
  /** The whole environment. */
  env: NodeJS.ProcessEnv;
  cwd?: string;
}

/** The record of a process, sufficient to recognize it later. */
export interface ProcessRecord extends system.ProcessIdentity {
  /** When it was started, in milliseconds since 1970. */
  startedAt: number;
}

/**
 * Environment for glibc's allocator: one heap for all threads, and free memory at its end is returned to the system
 * (mallopt(3)).
 */
export const thriftyMalloc = { MALLOC_ARENA_MAX: "1", MALLOC_TRIM_THRESHOLD_: "1048576" };

/** How long a process has between SIGTERM and SIGKILL. */
const defaultStopMilliseconds = 10_000;

/** Starts a process that outlives this one, redirects its output to its log, and writes its record. */
export function startProcess(home: string, definition: ProcessDefinition): ProcessRecord {
  for (const folder of ["logs", "run"]) {
    fs.mkdirSync(path.join(home, folder), { recursive: true, mode: 0o700 });
  }
  const log = fs.openSync(logFile(home, definition.name), "a", 0o600);
  // Only its owner can read what it writes, even if the user's umask allows a group.
  const umask = process.umask(0o077);
  try {
    const child = spawn(definition.command, definition.args, {
      cwd: definition.cwd ?? home,
      env: definition.env,
      detached: true,
      stdio: ["ignore", log, log],
    });
    // Without a listener, a command that cannot be started would crash this process.
    child.on("error", () => {});
    child.unref();
    if (child.pid === undefined) {
      throw new Error(`${definition.name} could not be started: ${definition.command}`);
    }
    // A process that has already ended gets a start time that matches none.
    const identity = system.identify(child.pid) ?? { pid: child.pid, startTime: "", bootId: "" };
    const record = { ...identity, startedAt: Date.now() };
    writeFileAtomically(recordFile(home, definition.name), JSON.stringify(record));
    return record;
  } finally {
    process.umask(umask);
    fs.closeSync(log);
  }
}

/** The record of a running process; `undefined` when it is not running. */
export function runningProcess(home: string, name: string): ProcessRecord | undefined {
  const record = readRecord(home, name);
  return record && system.isRunning(record) ? record : undefined;
}

export function isRunning(home: string, name: string): boolean {
  return runningProcess(home, name) !== undefined;
}

/**
 * Stops a process by its ID, if its start time shows that it is still the same: SIGTERM, then SIGKILL.
 *
 * @param patience Milliseconds before SIGKILL. @default 10000
 * @returns Whether it was running.
 */
export async function stopProcess(home: string, name: string, patience = defaultStopMilliseconds): Promise<boolean> {
  const record = runningProcess(home, name);
  if (record) {
    await system.stopProcess(record, patience);
  }
  fs.rmSync(recordFile(home, name), { force: true });
  return record !== undefined;
}

/**
 * Waits until a process is ready.
 *
 * @param isReady Checked every 50 ms.
 * @param timeout Milliseconds.
 * @throws Error with the last lines of the log when the process ends or the time is up.
 */
export async function waitUntilReady(
  home: string,
  name: string,
  isReady: () => Promise<boolean>,
  timeout: number,
): Promise<void> {
  const readyOrEnded = async () => {
    if (await isReady()) {
      return true;
    }
    if (!isRunning(home, name)) {
      throw new Error(`${name} stopped while it was starting.\n${logTail(home, name)}`);
    }
    return false;
  };
  if (!(await waitUntil(readyOrEnded, timeout))) {
    throw new Error(`${name} was not ready after ${timeout / 1000} seconds.\n${logTail(home, name)}`);
  }
}

function logFile(home: string, name: string): string {
  return path.join(home, "logs", `${name}.log`);
}

/** The last lines of a process's log, with the file's name. */
export function logTail(home: string, name: string): string {
  const file = logFile(home, name);
  return `Last lines of ${file}:\n${lastLines(fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "")}`;
}

function recordFile(home: string, name: string): string {
  return path.join(home, "run", `${name}.json`);
}

function readRecord(home: string, name: string): ProcessRecord | undefined {
  try {
    return JSON.parse(fs.readFileSync(recordFile(home, name), "utf8")) as ProcessRecord;
  } catch {
    // Missing, or truncated by a crash: either way, no running process is known.
    return undefined;
  }
}
