import { type SpawnOptions, spawn } from "node:child_process";

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Called with every line of standard error as it comes. */
  onErrorLine?: (line: string) => void;
  /** Milliseconds after which the command is killed. Default: none. */
  timeout?: number;
}

/** A command that could not be started, was killed, or ended with another exit code than 0. */
export class CommandError extends Error {
  constructor(
    command: string,
    readonly missing: boolean,
    how: string,
    readonly output: string,
  ) {
    super(output === "" ? `${command}: ${how}` : `${command}: ${how}\n${output}`);
  }
}

/** Runs a command and returns its standard output. Throws a CommandError that holds the last lines of its standard error. */
export function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const spawnOptions: SpawnOptions = { cwd: options.cwd, env: options.env, stdio: ["ignore", "pipe", "pipe"] };
  return new Promise((resolve, reject) => {
    const name = [command, ...args].join(" ");
    const child = spawn(command, args, spawnOptions);
    const stdout: Buffer[] = [];
    const lastLines: string[] = [];
    let pending = "";
    let timedOut = false;
    const timer = options.timeout === undefined ? undefined : setTimeout(kill, options.timeout);
    function kill() {
      timedOut = true;
      child.kill("SIGKILL");
    }
    const line = (text: string) => {
      lastLines.push(text);
      if (lastLines.length > 20) lastLines.shift();
      options.onErrorLine?.(text);
    };
    child.stdout?.on("data", (data: Buffer) => stdout.push(data));
    child.stderr?.on("data", (data: Buffer) => {
      const lines = (pending + data.toString()).split("\n");
      pending = lines.pop() ?? "";
      for (const text of lines) line(text);
    });
    child.once("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(new CommandError(name, error.code === "ENOENT", error.message, ""));
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (pending !== "") line(pending);
      const how = timedOut
        ? `not finished after ${(options.timeout ?? 0) / 1000} s`
        : `ended with ${signal ?? `exit code ${code}`}`;
      if (code === 0) resolve(Buffer.concat(stdout).toString());
      else reject(new CommandError(name, false, how, lastLines.join("\n")));
    });
  });
}
