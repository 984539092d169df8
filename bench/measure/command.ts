import { spawn } from "node:child_process";
import { treeMemoryKilobytes } from "./processTree";

export interface CommandOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Receives each line of standard output with the seconds since the start. */
  onLine?: (line: string, seconds: number) => void;
  /** Samples the memory of the whole process tree ten times a second. @default false */
  memory?: boolean;
}

export interface CommandRun {
  /** Wall-clock time from start to exit. */
  seconds: number;
  /** The highest sum over all processes; `undefined` unless requested. */
  peakMegabytes: number | undefined;
  output: string;
}

const sampleMilliseconds = 100;

/**
 * Runs a program without a shell and measures it. Throws with its output when it fails, because a failed run is not a
 * measurement.
 */
export function measureCommand(
  [program, ...args]: readonly [string, ...string[]],
  { cwd, env, onLine, memory = false }: CommandOptions,
): Promise<CommandRun> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine?.(line, seconds());
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    let peak = 0;
    const sample = () => {
      peak = Math.max(peak, treeMemoryKilobytes(child.pid ?? 0));
    };
    const timer = memory ? setInterval(sample, sampleMilliseconds) : undefined;
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearInterval(timer);
      const time = seconds();
      if (code === 0) resolve({ seconds: time, peakMegabytes: memory ? peak / 1024 : undefined, output });
      else {
        reject(new Error(`${[program, ...args].join(" ")}: ${signal ?? `exit code ${code}`}\n${output.slice(-4000)}`));
      }
    });
  });
}
