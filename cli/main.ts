import { Command } from "commander";
import { errorText } from "./aws/clients";
import { addCostCommand } from "./cost/commands";
import { addEnvironmentCommands } from "./environments/commands";
import { addLifecycleCommands } from "./lifecycle/commands";
import { addPolicyReportCommand } from "./policyReport/commands";
import { addReplicationCommand } from "./replication/commands";
import { addReportCommand } from "./report/commands";
import { addSbomCommand } from "./sbom/commands";
import { printError } from "./terminal";
import { addValidateCommand } from "./validate/commands";

/** The commands beside the program: `npm run preview -- ENV`, `npm run up -- ENV`, `npm run lifecycle -- …`, … */
const program = new Command("ecr")
  .description("environments, what lifecycle policies do, what storage costs, what policies find, what images contain")
  .enablePositionalOptions();
addEnvironmentCommands(program);
addLifecycleCommands(program);
addCostCommand(program);
addReportCommand(program);
addReplicationCommand(program);
addPolicyReportCommand(program);
addSbomCommand(program);
addValidateCommand(program);

program.parseAsync().catch((error: unknown) => {
  printError(error instanceof Error && error.name === "Error" ? error.message : errorText(error));
  process.exitCode = 1;
});
