import * as path from "node:path";
import { withGuess } from "../../ecr/nearestWord";
import { projectRoot } from "../paths";
import { runInForeground } from "../system/commands";
import { findProgram } from "../system/programs";
import { logs } from "./logs";
import { reset } from "./reset";
import { setUp } from "./setUp";
import { status } from "./status";

/** Words that are the sandbox's own, where any other first word is a command to run; so is `help` (commandLine.mjs). */
const ownCommands: Record<string, (args: string[]) => Promise<number>> = { status, reset, logs };
/** Programs that the sandbox brings. */
const ownPrograms = ["aws", "docker", "pulumi"];

/**
 * `npm run sandbox -- …`: `status`, `reset`, `logs` and `help` are about the sandbox itself; anything else is a command,
 * which runs where it meets the local AWS, its logins and its state. `--` before it, or a path, makes one of the four
 * names a command too.
 */
export async function runInSandbox(args: string[]): Promise<number> {
  const [first = "", ...rest] = args;
  if (Object.hasOwn(ownCommands, first)) return (ownCommands[first] ?? status)(rest);
  const [command = "", ...commandArguments] = first === "--" ? rest : args;
  // Better now than after a start.
  if (!isProgram(command)) {
    const own = [...ownPrograms, ...Object.keys(ownCommands), "help"];
    throw new Error(
      `${JSON.stringify(command)}: there is no such program on PATH: ${withGuess(command, own, `the sandbox brings ${own.join(", ")}.`)}`,
    );
  }
  const { env } = await setUp({ quiet: true });
  return runInForeground(command, commandArguments, env);
}

function isProgram(command: string): boolean {
  if (command.includes("/") || ownPrograms.includes(command)) return true;
  return (findProgram(command) ?? findProgram(command, [path.join(projectRoot, "node_modules", ".bin")])) !== undefined;
}
