import { spawnSync } from "node:child_process";
import type { Command } from "commander";
import { pulumiArguments } from "./pulumiArguments";

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
      .action((environment: string, flags: string[]) => {
        const args = pulumiArguments(process.cwd(), operation, environment, flags);
        console.error(`$ pulumi ${args.join(" ")}`);
        const { status, error } = spawnSync("npx", ["--no-install", "pulumi", ...args], { stdio: "inherit" });
        if (error) throw error;
        process.exitCode = status ?? 1;
      });
  }
}
