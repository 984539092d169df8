import * as path from "node:path";
import { run } from "../../../sandbox/system/commands";

/** A key pressed in a terminal. */
export interface Key {
  /** A Python regular expression that the output since the previous key must match. */
  after: string;
  /** The characters to type, such as `ctrlC`. */
  send: string;
  /** Seconds to wait before the key is pressed. Default: none. */
  delay?: number;
}

export interface TerminalResult {
  /** As in a shell: 130 for a program ended by Ctrl-C. */
  code: number;
  /** All output, including control sequences. */
  screen: string;
  /** How many of the keys were pressed. */
  pressed: number;
}

export const ctrlC = "\x03";

/** Runs a program in a pseudo-terminal and presses keys there. */
export async function inTerminal(
  command: readonly string[],
  { keys = [], cwd, env, columns }: { keys?: Key[]; cwd: string; env: NodeJS.ProcessEnv; columns?: number },
): Promise<TerminalResult> {
  const input = JSON.stringify({ command, keys, columns });
  const { code, stdout, stderr } = await run("python3", [path.join(__dirname, "terminal.py")], { cwd, env, input });
  if (code !== 0) throw new Error(`terminal.py: exit code ${code}\n${stderr}`);
  return JSON.parse(stdout) as TerminalResult;
}
