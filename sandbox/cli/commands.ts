import { spawn } from "node:child_process";
import { projectRoot } from "../paths";

export interface CommandOptions {
  env: NodeJS.ProcessEnv;
  /** Text for the command's standard input. Default: none. */
  input?: string;
}

/** What a finished command said. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command and keeps what it says; rejects only when it cannot be started. */
export function run(command: string, args: string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: projectRoot, env: options.env, stdio: "pipe" });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
    // A command that ends without reading its input is no fault of ours.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
  });
}

/** Runs a command that must succeed; the error shows the command and what it said. */
export async function mustRun(command: string, args: string[], options: CommandOptions): Promise<string> {
  const result = await run(command, args, options);
  if (result.code !== 0) {
    const said = [result.stderr, result.stdout].filter((text) => text.trim() !== "").join("\n");
    throw new Error(`${[command, ...args].join(" ")}: exit code ${result.code}\n${said.trim()}`);
  }
  return result.stdout;
}

/** Runs a command in the foreground: its terminal is ours. Ctrl-C reaches it directly; we wait for it to end. */
export function runInForeground(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: process.cwd(), env, stdio: "inherit" });
    const ignore = () => {};
    const forward = () => child.kill("SIGTERM");
    process.on("SIGINT", ignore);
    process.on("SIGTERM", forward);
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? new Error(`${command}: no such command on PATH`) : error);
    });
    child.on("close", (code, signal) => {
      process.off("SIGINT", ignore);
      process.off("SIGTERM", forward);
      resolve(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}
