// Signals that ask the set-up to end: what it has started gets them, and is waited for.
import { spawn } from "node:child_process";
import * as os from "node:os";

/** Exit code of a shell's for a process that this signal has ended. */
export const exitCodeOf = (signal) => 128 + os.constants.signals[signal];

const ending = ["SIGINT", "SIGTERM", "SIGHUP"];
/** Milliseconds that a program has to end by itself. npm would first finish what it is at, for half a minute, and then undo it. */
const patience = 2000;
/** Milliseconds in which signals are one: a terminal sends Ctrl-C to all of its programs, and npm passes it on once more. */
const oneKey = 500;

/** @type {NodeJS.Signals | undefined} */
let received;
let receivedAt = 0;
/** @type {Set<(signal: NodeJS.Signals) => void>} */
const listeners = new Set();

/** A signal came: the command ends with `exitCodeOf(signal)`. */
export class Interrupted extends Error {
  constructor(signal) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

/** From now on a signal ends this process where the code asks for it, and nowhere else. */
export function listenForSignals() {
  for (const signal of ending) {
    process.on(signal, () => {
      const isAgain = received !== undefined;
      if (isAgain && Date.now() - receivedAt < oneKey) return;
      received = signal;
      receivedAt = Date.now();
      for (const tell of listeners) tell(isAgain ? "SIGKILL" : signal);
    });
  }
}

export function refuseWhenInterrupted() {
  if (received !== undefined) throw new Interrupted(received);
}

/** @param {(signal: NodeJS.Signals) => void} tell Called for each signal; for the second of the user's with SIGKILL. */
export function onSignal(tell) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/**
 * Runs a program as a group of its own, so that it gets each signal once, and waits until it has ended: it must be one that
 * may be killed.
 *
 * @throws Interrupted when a signal came, after the program has ended.
 */
export async function runHeedingSignals(program, args) {
  refuseWhenInterrupted();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  const tell = (signal) => {
    try {
      process.kill(-(child.pid ?? 0), signal);
    } catch {
      // It has ended.
    }
  };
  const stopListening = onSignal((signal) => {
    tell(signal);
    setTimeout(tell, patience, "SIGKILL").unref();
  });
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? 1));
  }).finally(stopListening);
  refuseWhenInterrupted();
  return { code, output };
}
