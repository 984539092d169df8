import type { Command } from "commander";
import { withProgress } from "../progress";
import { environmentOf, environmentsOf, projectFolder } from "../project";
import { ensureStack } from "../sandbox";
import { printError } from "../terminal";
import { faultsText } from "../validate/validateCommand";
import { pulumiArguments } from "./pulumiArguments";

const operations = {
  preview: "shows what an update of an environment would change, and checks it against its policies",
  up: "updates an environment, checked against its policies",
} as const;

/** `preview ENV` and `up ENV`: run the stack with its policy config; all other flags are passed to Pulumi. */
export function addEnvironmentCommands(program: Command): void {
  for (const operation of ["preview", "up"] as const) {
    program
      .command(operation)
      .description(operations[operation])
      .usage("<environment> [Pulumi's flags...]")
      .argument("[environment]", "the name of the stack, such as dev or my-org/dev")
      .argument("[flags...]", "flags of the Pulumi CLI, such as --diff")
      .allowUnknownOption()
      .passThroughOptions()
      .action(async (environment: string | undefined, flags: string[], _: object, command: Command) => {
        if (flags.some((flag) => flag === "--help" || flag === "-h")) return command.help();
        process.exitCode = await run(operation, environment, flags);
      });
  }
}

/**
 * Reports faults that the program would also refuse, but before Pulumi starts; skipped when values come from elsewhere.
 *
 * @throws Error with all faults of the stack's file.
 */
function refuseFaults(project: string, environment: string, flags: readonly string[]): void {
  const { validateEnvironment } =
    require("../validate/validateEnvironment") as typeof import("../validate/validateEnvironment");
  const { file, messages, notes } = validateEnvironment(project, environment);
  const isElsewhere = notes.length > 0 || flags.some((flag) => /^(-c|--config)/.test(flag));
  if (messages.length > 0 && !isElsewhere) throw new Error(`${faultsText(file, messages)}\nNothing was started.`);
}

async function run(operation: "preview" | "up", stack: string | undefined, flags: string[]) {
  const project = projectFolder();
  if (stack === undefined || stack.startsWith("-")) {
    throw new Error(`${operation}: found no environment. Must be one of ${environmentsOf(project).join(", ")}.`);
  }
  const environment = environmentOf(stack);
  const args = pulumiArguments(project, stack, flags);
  refuseFaults(project, environment, flags);
  if ((await ensureStack(stack)) === "handed over") return process.exitCode ?? 0;
  process.chdir(project);
  const { accountSettings } = require("./accountSettings") as typeof import("./accountSettings");
  const { identityOf } = require("./identity") as typeof import("./identity");
  const { line, refusal } = await withProgress("asking AWS who you are", () =>
    identityOf(accountSettings(project, environment)),
  );
  if (refusal !== undefined) throw new Error(refusal);
  printError(line);
  const { dockerContext } = require("./dockerContext") as typeof import("./dockerContext");
  const context = dockerContext();
  if (context !== undefined) {
    process.env["DOCKER_HOST"] = context.host;
    printError(`Docker: the engine of the context ${context.name}, at ${context.host}`);
  }
  printError(`$ pulumi ${operation} ${args.join(" ")}`);
  const { runPulumi } = require("./runPulumi") as typeof import("./runPulumi");
  return runPulumi(operation, args, environment);
}
