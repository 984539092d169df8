import * as path from "node:path";
import type { Command } from "commander";
import { foundExitCode } from "../exitCodes";
import { environmentsOf, projectFolder } from "../project";
import { print, printError } from "../terminal";

/** Adds `validate` to a command line: exit code 0 without a fault, 2 with one. */
export function addValidateCommand(program: Command): void {
  program
    .command("validate")
    .description(
      "reports everything that is wrong in environment files, without Pulumi, AWS or Docker; exit code 2 if there are faults",
    )
    .argument("[environments...]", "names such as dev, or files such as Pulumi.dev.yaml (default: all)")
    .option("--json", "print JSON", false)
    .action((names: string[], options: { json: boolean }) => {
      process.exitCode = validate(names, options);
    });
}

function validate(names: readonly string[], { json }: { json: boolean }): number {
  const project = projectFolder();
  const environments = names.length > 0 ? [...new Set(names.map(environmentName))] : environmentsOf(project);
  const { validateEnvironment } = require("./validateEnvironment") as typeof import("./validateEnvironment");
  const results = environments.map((environment) => validateEnvironment(project, environment));
  if (json) {
    print(
      JSON.stringify(
        results.map(({ messages: _, ...result }) => result),
        undefined,
        2,
      ),
    );
  } else {
    for (const { file, messages, notes } of results) {
      if (messages.length === 0) print(`${file}: no faults${notes.map((note) => `; ${note}`).join("")}`);
      else printError(faultsText(file, messages));
    }
  }
  return results.some(({ faults }) => faults.length > 0) ? foundExitCode : 0;
}

/** The name in `Pulumi.<name>.yaml`, which is what hooks get. */
function environmentName(name: string): string {
  return /^Pulumi\.(.+)\.ya?ml$/.exec(path.basename(name))?.[1] ?? name;
}

/** All faults of a file, one per line. */
export function faultsText(file: string, messages: readonly string[]): string {
  const count = messages.length === 1 ? "1 fault" : `${messages.length} faults`;
  return [`${file}: ${count}`, ...messages.map((each) => `  - ${each}`)].join("\n");
}
