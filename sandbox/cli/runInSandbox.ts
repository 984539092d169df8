import { runInForeground } from "../system/commands";
import { logs } from "./logs";
import { reset } from "./reset";
import { setUp } from "./setUp";
import { status } from "./status";

/** Words that are the sandbox's own, where any other first word is a command to run. */
const ownCommands: Record<string, (args: string[]) => Promise<number>> = { status, reset, logs, help };

/**
 * `npm run sandbox -- …`: `status`, `reset`, `logs` and `help` are about the sandbox itself; anything else is a command,
 * which runs where it meets the local AWS, its logins and its state. `--` before it, or a path, makes one of the four
 * names a command too.
 */
export async function runInSandbox(args: string[]): Promise<number> {
  const [first, ...rest] = args;
  const own = first !== undefined && Object.hasOwn(ownCommands, first) ? ownCommands[first] : undefined;
  if (own !== undefined) return own(rest);
  const [command, ...commandArguments] = first === "--" ? rest : args;
  if (command === undefined) {
    console.error(usage);
    return 2;
  }
  const { env } = await setUp({ quiet: true });
  return runInForeground(command, commandArguments, env);
}

async function help(): Promise<number> {
  console.log(usage);
  return 0;
}

const usage = `usage: npm run sandbox -- COMMAND [ARGUMENT…]

COMMAND is any program, run where it meets the local AWS; what is missing of the sandbox is started first:
  npm run sandbox -- pulumi preview --diff
  npm run sandbox -- aws ecr describe-repositories

or one of the sandbox's own, which start nothing:
  status [--json]                          what runs, addresses, versions, disk use
  reset                                    back to an empty AWS: no repository, image, key, role or stack is left;
                                           nothing is installed anew, ports and credentials stay, what ran runs again
  logs [PART…] [--lines N] [--follow]      the last lines of each part's log (50), and what comes
  help                                     this text

A program that has one of these names: npm run sandbox -- -- status
`;
