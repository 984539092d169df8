import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import {
  type EndingSignal,
  forwardSignalsTo,
  Interrupted,
  refuseWhenInterrupted,
  signalsAreListenedFor,
  startedProgram,
} from "./interruption";
import { lastLines } from "./lastLines";

/** Milliseconds by which a terminal's signal may arrive later here than in another of its programs. */
const signalDelay = 100;

export interface CommandOptions {
  /** Default: the environment of this process. */
  env?: NodeJS.ProcessEnv;
  /** Default: the working directory of this process. */
  cwd?: string;
  /** Milliseconds before the command is killed. Default: no limit. */
  timeoutMs?: number;
  /** Data for the command's stdin. Default: none. */
  input?: string;
  /** Called with every line of stdout and stderr while the command runs. */
  onLine?: (line: string, stream: "stdout" | "stderr") => void;
}

export interface CommandResult {
  /**
   * The exit code, or what a shell would use in its place: 127 when the program was not found, 126 when it could not be
   * started, 124 after a timeout, 128 + n after signal n. `stderr` then ends with the reason.
   */
  code: number;
  /** True when the program does not exist. A script that itself exits with 127 does exist. */
  missing: boolean;
  stdout: string;
  stderr: string;
}

/** Runs a program without a shell and waits for it. Never rejects: errors are in the result. */
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
      // Arguments that are too long, or that cannot be passed to a program.
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
            // Its child processes may keep running and hold these: the timeout must apply anyway.
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
    // It is not an error when a command ends without reading its input.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

/**
 * Like `run`, for a command that must succeed.
 * @returns Its stdout.
 * @throws Error with the command, its exit code, and the end of its output when the exit code is not 0. Interrupted
 * after a signal: use `run` for clean-up.
 */
export async function runOrThrow(program: string, args: readonly string[], options?: CommandOptions): Promise<string> {
  refuseWhenInterrupted();
  const { code, stdout, stderr } = await run(program, args, options);
  refuseWhenInterrupted();
  if (code !== 0) {
    const output = [stdout, stderr].map((text) => lastLines(text)).filter((text) => text !== "");
    throw new Error([`${[program, ...args].join(" ")}: exit code ${code}`, ...output].join("\n"));
  }
  return stdout;
}

/**
 * Runs a command in the foreground, in this process's working directory: it shares our terminal and handles signals
 * itself, and we wait for it to end.
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
 * Like `runInForeground`, for one of our own steps.
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
    const takeBack = forwardSignalsTo((signal) => {
      received = signal;
      // It gets Ctrl-C from the terminal itself, and Pulumi treats a second one as an order to abort everything.
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
      // The signal that ended it may reach this process slightly later.
      if (code === 0) end();
      else setTimeout(end, signalDelay);
    });
  });
}

/** Whether there is a terminal whose keys reach this process and its children (tty(4)). */
function hasTerminal(): boolean {
  try {
    fs.closeSync(fs.openSync("/dev/tty", "r+"));
    return true;
  } catch {
    return false;
  }
}
