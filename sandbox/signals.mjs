// Signals that interrupt the set-up: they are forwarded to what it has started, and it waits for that to end.
import { spawn } from "node:child_process";
import * as os from "node:os";

/** A shell's exit code for a process that this signal has ended. */
export const exitCodeOf = (signal) => 128 + os.constants.signals[signal];

const ending = ["SIGINT", "SIGTERM", "SIGHUP"];
/**
 * Milliseconds for a program to end by itself. npm would first finish its current work, for half a minute, and then
 * undo it.
 */
const patience = 2000;
/**
 * Milliseconds during which signals count as one: a terminal sends Ctrl-C to all of its programs, and npm forwards it
 * again.
 */
const oneKey = 500;

/** @type {NodeJS.Signals | undefined} */
let received;
let receivedAt = 0;
/** @type {Set<(signal: NodeJS.Signals) => void>} */
const listeners = new Set();

/** After a signal the command ends with `exitCodeOf(signal)`. */
export class Interrupted extends Error {
  constructor(signal) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

/** From now on a signal ends this process only where the code checks for it. */
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

/** @param {(signal: NodeJS.Signals) => void} tell Called for each signal; for the user's second one with SIGKILL. */
export function onSignal(tell) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/**
 * Runs a program in its own process group, so that it gets each signal once, and waits until it has ended. Only for
 * programs that may be killed.
 *
 * @throws Interrupted after a signal, once the program has ended.
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
