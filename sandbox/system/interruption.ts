import type { ChildProcess } from "node:child_process";
import * as os from "node:os";
import { setTimeout as pause } from "node:timers/promises";

// Handles Ctrl-C and other signals that end a command: they are forwarded to started programs, clean-up is done, and
// then the command ends. A closed output (`| head`) counts as a signal.

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type EndingSignal = (typeof signals)[number] | "SIGPIPE";

/**
 * Milliseconds during which signals count as one: the terminal sends Ctrl-C to each of its programs, and npm forwards
 * it again.
 */
const oneKey = 500;
/** Milliseconds to end for work that has no process of its own. */
const grace = 1000;

/** Ends a command that was interrupted by a signal. */
export class Interrupted extends Error {
  constructor(readonly signal: EndingSignal) {
    super("interrupted");
  }

  /** As in a shell: 130 after Ctrl-C. */
  get code(): number {
    return 128 + os.constants.signals[this.signal];
  }
}

let isListening = false;
let received: EndingSignal | undefined;
let receivedAt = 0;
/** Whether this process's output is closed. */
let isUnread = false;
const children = new Set<ChildProcess>();
/** The foreground program gets signals instead of `children`. */
let foreground: ((signal: EndingSignal) => void) | undefined;
const waiting = new Set<() => void>();

/**
 * From now on, signals end this process with `Interrupted`. Programs started by `run` have their own process groups and
 * get each signal once.
 */
export function listenForSignals(): void {
  isListening = true;
  for (const signal of signals) process.on(signal, () => take(signal));
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      if (!isUnread) take("SIGPIPE");
      isUnread = true;
    });
  }
}

function take(signal: EndingSignal): void {
  if (Date.now() - receivedAt < oneKey) return;
  receivedAt = Date.now();
  if (foreground !== undefined) {
    foreground(signal);
    return;
  }
  const isAgain = received !== undefined;
  received = signal;
  // Only the program itself, which handles its own children: dpkg below apt-get must not be interrupted.
  for (const child of children) isAgain ? killGroup(child) : child.kill(signal === "SIGPIPE" ? "SIGTERM" : signal);
  for (const wake of waiting) wake();
}

function killGroup(child: ChildProcess): void {
  try {
    process.kill(-(child.pid ?? 0), "SIGKILL");
  } catch {
    // It has ended.
  }
}

/** Whether programs must be started in their own process groups and passed to `startedProgram`. */
export function signalsAreListenedFor(): boolean {
  return isListening;
}

/** Registers a program that gets signals until it ends. */
export function startedProgram(child: ChildProcess): void {
  children.add(child);
  child.once("close", () => children.delete(child));
  child.once("error", () => children.delete(child));
}

/** Redirects signals to this handler. @returns Undoes it. */
export function forwardSignalsTo(forward: (signal: EndingSignal) => void): () => void {
  foreground = forward;
  return () => {
    foreground = undefined;
  };
}

/** The interruption, if there was one. */
export function interruption(): Interrupted | undefined {
  return received === undefined ? undefined : new Interrupted(received);
}

/** @throws Interrupted after a signal. */
export function refuseWhenInterrupted(): void {
  const found = interruption();
  if (found !== undefined) throw found;
}

/** Allows clean-up after a signal to run normally; another signal interrupts it again. */
export function forgetInterruption(): void {
  received = undefined;
}

/**
 * The work's result; after a signal an `Interrupted` instead, once no program is running and the work has ended or had
 * a moment to do so.
 */
export async function orInterrupted<T>(work: Promise<T>): Promise<T> {
  let wake = () => {};
  const interrupted = new Promise<void>((resolve) => {
    wake = resolve;
    waiting.add(wake);
    if (received !== undefined) resolve();
  }).then(async () => {
    do await pause(grace);
    while (children.size > 0);
    throw interruption() ?? new Interrupted("SIGINT");
  });
  // The other promise of the race may reject later.
  interrupted.catch(() => {});
  try {
    return await Promise.race([work, interrupted]);
  } catch (error) {
    // A program ended by a signal fails with a different error.
    throw interruption() ?? error;
  } finally {
    waiting.delete(wake);
  }
}
