import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import {
  type EndingSignal,
  giveSignalsTo,
  Interrupted,
  refuseWhenInterrupted,
  signalsAreListenedFor,
  startedProgram,
} from "./interruption";
import { lastLines } from "./lastLines";

/** Milliseconds by which a signal of the terminal may come later here than to another of its programs. */
const signalDelay = 100;

export interface CommandOptions {
  /** Default: the environment of this process. */
  env?: NodeJS.ProcessEnv;
  /** Default: the working directory of this process. */
  cwd?: string;
  /** In milliseconds; the command is killed then. Default: none, it may take as long as it likes. */
  timeoutMs?: number;
  /** Text for the command's standard input. Default: none. */
  input?: string;
  /** Gets every line of standard output and standard error while the command runs. */
  onLine?: (line: string, stream: "stdout" | "stderr") => void;
}

export interface CommandResult {
  /**
   * The exit code, and where there is none what a shell would say: 127 when the program was not found, 126 when it
   * could not be started, 124 after the time-out, 128 + n after the system's signal n. `stderr` then ends with the reason.
   */
  code: number;
  /** True when there is no such program. A script that ends with 127 itself is there. */
  missing: boolean;
  stdout: string;
  stderr: string;
}

/** Runs a program without a shell and waits for it. Never rejects: what goes wrong is in the result. */
export function run(program: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { env = process.env, cwd, timeoutMs, input = "", onLine } = options;
  return new Promise((resolve) => {
    const output = { stdout: "", stderr: "" };
    const end = (code: number, reason = "", missing = false) => {
      const gap = reason === "" || output.stderr === "" || output.stderr.endsWith("\n") ? "" : "\n";
      resolve({ ...output, code, missing, stderr: `${output.stderr}${gap}${reason}` });
    };
    const failed = (error: NodeJS.ErrnoException) => {
      const missing = error.code === "ENOENT";
      end(missing ? 127 : 126, error.message, missing);
    };
    let child: ChildProcessWithoutNullStreams;
    try {
      child = spawn(program, args, { env, cwd, stdio: "pipe", detached: signalsAreListenedFor() });
      if (signalsAreListenedFor()) startedProgram(child);
    } catch (error) {
      // Arguments that are too long, or that no program can get.
      failed(error as NodeJS.ErrnoException);
      return;
    }
    const rest = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        output[stream] += text;
        const lines = (rest[stream] + text).split("\n");
        rest[stream] = lines.pop() ?? "";
        for (const line of lines) {
          onLine?.(line, stream);
        }
      });
    }
    let timedOut = false;
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill("SIGKILL");
            // What it started itself may live on and hold these: the time-out counts all the same.
            child.stdout.destroy();
            child.stderr.destroy();
          }, timeoutMs);
    child.on("error", (error) => {
      clearTimeout(timer);
      failed(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      for (const stream of ["stdout", "stderr"] as const) {
        if (rest[stream] !== "") {
          onLine?.(rest[stream], stream);
        }
      }
      if (timedOut) {
        end(124, `${program} did not end within ${(timeoutMs ?? 0) / 1000} s and was killed.`);
      } else if (code === null) {
        end(128 + os.constants.signals[signal ?? "SIGKILL"], `${program} was ended by ${signal}.`);
      } else {
        end(code);
      }
    });
    // A command that ends without reading its input is no fault of ours.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

/**
 * As `run`, for a command that must succeed.
 * @returns Its standard output.
 * @throws Error with the command, its exit code and the end of what it said when the exit code is not 0. Interrupted after a
 *   signal: what has to be undone then is done with `run`.
 */
export async function runOrThrow(program: string, args: readonly string[], options?: CommandOptions): Promise<string> {
  refuseWhenInterrupted();
  const { code, stdout, stderr } = await run(program, args, options);
  refuseWhenInterrupted();
  if (code !== 0) {
    const said = [stdout, stderr].map((text) => lastLines(text)).filter((text) => text !== "");
    throw new Error([`${[program, ...args].join(" ")}: exit code ${code}`, ...said].join("\n"));
  }
  return stdout;
}

/**
 * Runs a command in the foreground, in this process's working directory: its terminal is ours, and signals are its own affair.
 * We wait for it to end.
 * @returns Its exit code.
 * @throws Error when it cannot be started.
 */
export async function runInForeground(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  return (await inForeground(program, args, env)).code;
}

/**
 * As `runInForeground`, for a step of our own.
 * @throws Interrupted when it failed after a signal.
 */
export async function runOwnStep(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  refuseWhenInterrupted();
  const { code, signal } = await inForeground(program, args, env);
  if (code !== 0 && signal !== undefined) throw new Interrupted(signal);
  return code;
}

function inForeground(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; signal?: EndingSignal }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: process.cwd(), env, stdio: "inherit" });
    let received: EndingSignal | undefined;
    const takeBack = giveSignalsTo((signal) => {
      received = signal;
      // Ctrl-C it gets from the terminal itself, and Pulumi takes a second one for an order to drop everything.
      if (signal !== "SIGINT" || !hasTerminal()) child.kill(signal === "SIGPIPE" ? "SIGTERM" : signal);
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      takeBack();
      reject(error.code === "ENOENT" ? new Error(`${program}: no such command on PATH`) : error);
    });
    child.on("close", (code, signal) => {
      const end = () => {
        takeBack();
        resolve({ code: code ?? 128 + os.constants.signals[signal ?? "SIGKILL"], signal: received });
      };
      // A key that has ended it may reach this process a little later.
      if (code === 0) end();
      else setTimeout(end, signalDelay);
    });
  });
}

/** Whether there is a terminal whose keys reach this process and those that it starts (tty(4)). */
function hasTerminal(): boolean {
  try {
    fs.closeSync(fs.openSync("/dev/tty", "r+"));
    return true;
  } catch {
    return false;
  }
}
