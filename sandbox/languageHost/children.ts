import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

/** How long a process may take to exit after SIGTERM before it is killed. The engine gives the host itself 5 s. */
const graceMilliseconds = 2000;

const running = new Set<ChildProcess>();
let hasStarted = false;
let isEnding = false;

/**
 * Starts a process and tracks it. It deliberately stays in the host's process group: the engine starts the host as a
 * group leader and signals the whole group, so a child survives neither the engine nor a killed host. Its stdin is a
 * pipe that closes with the host, which is how plugins notice it.
 */
export function startChild(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  if (isEnding) throw new Error(`not starting ${command}: the language host is stopping`);
  hasStarted = true;
  const child = spawn(command, args, options);
  running.add(child);
  child.once("close", () => running.delete(child));
  child.once("error", () => running.delete(child));
  return child;
}

export interface ExitStatus {
  /** Exit code, null when a signal ended the process. */
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Waits for a process to end and its output to be read. Rejects when it could not be started. */
export function exitStatus(child: ChildProcess): Promise<ExitStatus> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}

/** Asks a process to end, and kills it if it does not within two seconds. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (!running.has(child)) return;
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMilliseconds);
  await ended;
  clearTimeout(timer);
}

export async function stopAllChildren(): Promise<void> {
  await Promise.all([...running].map(stopChild));
}

/**
 * Ends the host and everything below it. Processes started by its children (a build tool, `docker`) are in the same
 * process group and end with it; when the host is not its group's leader, only the children are stopped.
 */
export async function endHost(code: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await stopAllChildren();
  if (hasStarted) {
    try {
      process.kill(-process.pid, "SIGKILL");
    } catch {
      // ESRCH: no such process group, so the host was started manually or by a shell without job control.
    }
  }
  process.exit(code);
}
