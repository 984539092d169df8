import type { Command } from "commander";
import { printError } from "../terminal";
import { pulumiArguments } from "./pulumiArguments";
import { runPulumi } from "./runPulumi";

const operations = {
  preview: "show what an update of an environment would change, judged by its policies",
  up: "update an environment, judged by its policies",
} as const;

/** `preview ENV` and `up ENV`: the stack with the policy config that goes with it; all other flags are Pulumi's. */
export function addEnvironmentCommands(program: Command): void {
  for (const [operation, description] of Object.entries(operations)) {
    program
      .command(operation)
      .description(description)
      .argument("<environment>", "the name of the stack, such as dev")
      .argument("[flags...]", "flags of the Pulumi CLI, such as --diff")
      .allowUnknownOption()
      .passThroughOptions()
      .action(async (environment: string, flags: string[]) => {
        const args = pulumiArguments(process.cwd(), operation, environment, flags);
        printError(`$ pulumi ${args.join(" ")}`);
        process.exitCode = await runPulumi(args, environment);
      });
  }
}
