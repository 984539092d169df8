import type { ChildProcess } from "node:child_process";
import * as os from "node:os";
import { setTimeout as pause } from "node:timers/promises";

// Ctrl-C, and other signals that ask a command to end: what was started gets them, what must be undone is undone, then the
// command ends. A reader that has gone (`| head`) counts as one.

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type EndingSignal = (typeof signals)[number] | "SIGPIPE";

/** Milliseconds in which signals are one: the terminal sends Ctrl-C to each of its programs, and npm passes it on once more. */
const oneKey = 500;
/** Milliseconds that work without a program of its own gets to end by itself. */
const grace = 1000;

/** Ends a command that a signal has interrupted. */
export class Interrupted extends Error {
  constructor(readonly signal: EndingSignal) {
    super("interrupted");
  }

  /** As a shell has it: 130 after Ctrl-C. */
  get code(): number {
    return 128 + os.constants.signals[this.signal];
  }
}

let isListening = false;
let received: EndingSignal | undefined;
let receivedAt = 0;
/** Whether nobody reads what this process says. */
let isUnread = false;
const children = new Set<ChildProcess>();
/** Whoever has the terminal gets signals in place of `children`. */
let foreground: ((signal: EndingSignal) => void) | undefined;
const waiting = new Set<() => void>();

/** From now on signals end this process by `Interrupted`. Programs that `run` starts are groups of their own: they get each signal once. */
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
  // The program alone: what it started itself is its own affair. dpkg below apt-get must not be cut short.
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

/** Whether programs are to be started as groups of their own, and told to `startedProgram`. */
export function signalsAreListenedFor(): boolean {
  return isListening;
}

/** A program that gets the signals, until it ends. */
export function startedProgram(child: ChildProcess): void {
  children.add(child);
  child.once("close", () => children.delete(child));
  child.once("error", () => children.delete(child));
}

/** Signals are this one's from now on. @returns Takes that back. */
export function giveSignalsTo(tell: (signal: EndingSignal) => void): () => void {
  foreground = tell;
  return () => {
    foreground = undefined;
  };
}

/** The interruption, when there was one. */
export function interruption(): Interrupted | undefined {
  return received === undefined ? undefined : new Interrupted(received);
}

/** @throws Interrupted when a signal came. */
export function refuseWhenInterrupted(): void {
  const found = interruption();
  if (found !== undefined) throw found;
}

/** What must be undone after a signal is done as if there had been none; another one interrupts that too. */
export function forgetInterruption(): void {
  received = undefined;
}

/**
 * The work's result; after a signal an `Interrupted` instead, once no program runs any more and the work has ended, or has had
 * a moment to.
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
  // The loser of the race may fail as well.
  interrupted.catch(() => {});
  try {
    return await Promise.race([work, interrupted]);
  } catch (error) {
    // Programs that a signal has ended are told of in other words.
    throw interruption() ?? error;
  } finally {
    waiting.delete(wake);
  }
}
