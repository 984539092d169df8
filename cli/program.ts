import { Command } from "commander";
import { version } from "../package.json";
import { addAdoptCommand } from "./adopt/commands";
import { addCompletionCommands } from "./completion/commands";
import { addCostCommand } from "./cost/commands";
import { addEnvironmentCommands } from "./environments/commands";
import { addLifecycleCommands } from "./lifecycle/commands";
import { addPolicyReportCommand } from "./policyReport/commands";
import { addReplicationCommand } from "./replication/commands";
import { addReportCommand } from "./report/commands";
import { addSbomCommand } from "./sbom/commands";
import { print, printError, terminalWidth } from "./terminal";
import { addValidateCommand } from "./validate/commands";

/** Help is not wider than this, however wide the terminal is. */
const widestHelp = 100;

const exitCodes = "Exit codes: 0 fine, 1 failed, 2 found something, 130 interrupted. NO_COLOR=1 takes colours away.";

/** All commands beside the program: `npx ecr <command>`, `npm run <command> -- …`. docs/commands.md is made of it. */
export function createProgram(): Command {
  const program = new Command("ecr")
    .description(
      "environments, what lifecycle policies do, what storage costs, what policies find, what images contain",
    )
    .enablePositionalOptions()
    .addHelpText("after", `\n${exitCodes}`);
  addEnvironmentCommands(program);
  addValidateCommand(program);
  addAdoptCommand(program);
  addLifecycleCommands(program);
  addCostCommand(program);
  addReportCommand(program);
  addPolicyReportCommand(program);
  addReplicationCommand(program);
  addSbomCommand(program);
  addCompletionCommands(program);
  for (const command of allCommands(program)) {
    command
      .version(version, "--version", "print the version")
      .helpOption("-h, --help", "print this")
      .configureOutput({
        writeOut: (text) => print(text.trimEnd()),
        writeErr: (text) => printError(text.trimEnd()),
        getOutHelpWidth: () => Math.min(terminalWidth(), widestHelp),
        getErrHelpWidth: () => Math.min(terminalWidth(), widestHelp),
      });
  }
  return program;
}

/** A command with all that are below it, in their order. */
export function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
