import { spawn } from "node:child_process";

/** Takes one line of what is being done, without a line end. */
export type Progress = (line: string) => void;

export interface CommandOptions {
  /** Default: the environment of this process. */
  env?: NodeJS.ProcessEnv;
  /** Default: the working directory of this process. */
  cwd?: string;
  /** In milliseconds; the command is killed then. Default 60 000. */
  timeoutMs?: number;
  /** Gets every line of standard output and standard error while the command runs. */
  onLine?: Progress;
}

export interface CommandResult {
  /** The exit code; 127 when the program was not found, 124 after the time-out, 128 + n after signal n of the system. */
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program without a shell and waits for it. Never rejects: a program that is missing has the code 127. */
export function run(program: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { env, cwd, timeoutMs = 60_000, onLine } = options;
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: env ?? process.env, cwd, stdio: ["ignore", "pipe", "pipe"] });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      let rest = "";
      child[name].setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          onLine?.(line);
        }
      });
    }
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, timeoutMs);
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve({ ...output, code: 127, stderr: output.stderr + error.message });
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      const note = timedOut ? `\n${program} did not end within ${timeoutMs / 1000} s and was killed.` : "";
      resolve({ ...output, code: timedOut ? 124 : (code ?? 128), stderr: output.stderr + note });
    });
  });
}

/** As `run`; throws an error with the command and the end of its output when the exit code is not 0. */
export async function runOrThrow(program: string, args: readonly string[], options?: CommandOptions): Promise<string> {
  const result = await run(program, args, options);
  if (result.code !== 0) {
    throw new Error(
      `${[program, ...args].join(" ")} failed (${result.code}):\n${lastLines(result.stderr || result.stdout)}`,
    );
  }
  return result.stdout;
}

/** The last lines of a text that are not empty, indented. */
export function lastLines(text: string, count = 15): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines
    .slice(-count)
    .map((line) => `  ${line}`)
    .join("\n");
}
