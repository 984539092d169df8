import * as path from "node:path";
import { withSuggestion } from "../../ecr/values/nearestWord";
import { projectRoot } from "../paths";
import { runInForeground } from "../system/commands";
import { findProgram } from "../system/programs";
import { logs } from "./logs";
import { reset } from "./reset";
import { setUp } from "./setUp";
import { status } from "./status";

/** The sandbox's own commands; any other first word is a command to run, except `help` (commandLine.mjs). */
const ownCommands: Record<string, (args: string[]) => Promise<number>> = { status, reset, logs };
/** Programs that the sandbox provides. */
const ownPrograms = ["aws", "docker", "pulumi"];

/**
 * `npm run sandbox -- …`: `status`, `reset`, `logs`, and `help` concern the sandbox itself; anything else is run as a
 * command with the local AWS, its logins, and its state. A preceding `--`, or a path, runs a command of one of the four
 * names.
 */
export async function runInSandbox(args: string[]): Promise<number> {
  const [first = "", ...rest] = args;
  if (Object.hasOwn(ownCommands, first)) return (ownCommands[first] ?? status)(rest);
  const [command = "", ...commandArguments] = first === "--" ? rest : args;
  // Fail now rather than after starting the sandbox.
  if (!isProgram(command)) {
    const own = [...ownPrograms, ...Object.keys(ownCommands), "help"];
    throw new Error(
      `${JSON.stringify(command)}: there is no such program on PATH: ${withSuggestion(command, own, `the sandbox brings ${own.join(", ")}.`)}`,
    );
  }
  const { env } = await setUp({ quiet: true });
  return runInForeground(command, commandArguments, env);
}

function isProgram(command: string): boolean {
  if (command.includes("/") || ownPrograms.includes(command)) return true;
  return (findProgram(command) ?? findProgram(command, [path.join(projectRoot, "node_modules", ".bin")])) !== undefined;
}
