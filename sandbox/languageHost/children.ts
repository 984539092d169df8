import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

/** How long a process may take to end by itself after SIGTERM before it is killed. The engine gives the host itself 5 s. */
const graceMilliseconds = 2000;

const running = new Set<ChildProcess>();
let everStarted = false;
let ending = false;

/**
 * Starts a process and keeps track of it. It stays in the host's own process group on purpose: the engine starts the host
 * as a group leader and signals the whole group, so a child survives neither the engine nor a killed host.
 * Its standard input is a pipe that ends with the host, which is how plugins notice that they are alone.
 */
export function startChild(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  if (ending) throw new Error(`not starting ${command}: the language host is stopping`);
  everStarted = true;
  const child = spawn(command, args, options);
  running.add(child);
  child.once("close", () => running.delete(child));
  child.once("error", () => running.delete(child));
  return child;
}

export interface Ending {
  /** Exit code, null when a signal ended the process. */
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Waits for a process to end and its output to be read. Rejects when it could not be started. */
export function endOf(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}

/** Asks a process to end, and kills it when it does not within two seconds. */
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
 * Ends the host with everything below it. What the children started themselves (a build tool, `docker`) is in the same
 * process group, and goes with it; when the host is not its group's leader only the children are stopped.
 */
export async function endHost(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  await stopAllChildren();
  if (everStarted) {
    try {
      process.kill(-process.pid, "SIGKILL");
    } catch {
      // ESRCH: there is no group of this number, so the host was started by hand or by a shell without job control.
    }
  }
  process.exit(code);
}
