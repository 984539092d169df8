import * as path from "node:path";
import { run } from "../../../sandbox/system/commands";

/** A key pressed in a terminal. */
export interface Key {
  /** A regular expression of Python: what was shown since the key before has to match it. */
  after: string;
  /** The characters. `ctrlC` is one. */
  send: string;
  /** Seconds to wait before it is pressed. Default: none. */
  delay?: number;
}

export interface TerminalResult {
  /** As a shell has it: 130 for a program that Ctrl-C has ended. */
  code: number;
  /** All that was shown, control sequences included. */
  screen: string;
  /** How many of the keys were pressed. */
  pressed: number;
}

export const ctrlC = "\x03";

/** Runs a program in a pseudo-terminal, as somebody at the keyboard does. */
export async function inTerminal(
  command: readonly string[],
  { keys = [], cwd, env, columns }: { keys?: Key[]; cwd: string; env: NodeJS.ProcessEnv; columns?: number },
): Promise<TerminalResult> {
  const input = JSON.stringify({ command, keys, columns });
  const { code, stdout, stderr } = await run("python3", [path.join(__dirname, "terminal.py")], { cwd, env, input });
  if (code !== 0) throw new Error(`terminal.py: exit code ${code}\n${stderr}`);
  return JSON.parse(stdout) as TerminalResult;
}
