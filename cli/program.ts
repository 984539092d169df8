import { Command } from "commander";
import { version } from "../package.json";
import { addAdoptCommand } from "./adopt/adoptCommand";
import { addCompletionCommands } from "./completion/completionCommands";
import { addCostCommand } from "./cost/costCommand";
import { addEnvironmentCommands } from "./environments/environmentCommands";
import { addLifecycleCommands } from "./lifecycle/lifecycleCommands";
import { addPolicyReportCommand } from "./policyReport/policyReportCommand";
import { addReplicationCommand } from "./replication/replicationCommand";
import { addReportCommand } from "./report/reportCommand";
import { addSbomCommand } from "./sbom/sbomCommand";
import { print, printError, terminalWidth } from "./terminal";
import { addValidateCommand } from "./validate/validateCommand";

/** Maximum width of help text, even in a wider terminal. */
const widestHelp = 100;

const exitCodes = "Exit codes: 0 success, 1 failure, 2 findings, 130 interrupted. NO_COLOR=1 turns colours off.";

/**
 * All commands besides the program: `npx ecr <command>`, `npm run <command> -- …`. docs/commands.md is generated from
 * it.
 */
export function createProgram(): Command {
  const program = new Command("ecr")
    .description("environments, lifecycle previews, storage cost, policy results and image contents")
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
      .helpOption("-h, --help", "print this help")
      .configureOutput({
        writeOut: (text) => print(text.trimEnd()),
        writeErr: (text) => printError(text.trimEnd()),
        getOutHelpWidth: () => Math.min(terminalWidth(), widestHelp),
        getErrHelpWidth: () => Math.min(terminalWidth(), widestHelp),
      });
  }
  return program;
}

/** A command and all commands below it, in order. */
export function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
