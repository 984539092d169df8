import type { Command } from "commander";
import { foundExitCode } from "../exitCodes";
import { readContents } from "../lifecycle/collect";
import { withProgress } from "../progress";
import { ensureStack } from "../sandbox";
import { publicRepositoriesIn, readStackOutputs, repositoriesIn, repositoryKeys } from "../stackOutputs";
import { print } from "../terminal";
import { costReport } from "./costReport";
import { costText } from "./costText";
import { readCostSettings, readPrices } from "./inputs";
import { measure } from "./measure";

interface CostOptions {
  stack?: string;
  settings?: string;
  prices?: string;
  json: boolean;
}

/** Adds `cost` to a command line. */
export function addCostCommand(program: Command): void {
  program
    .command("cost")
    .description(
      "monthly storage cost of a stack's repositories, now and at steady state; exit code 2 if it exceeds the budget",
    )
    .option("--stack <stack>", "the stack whose outputs have the repositories (default: the selected one)")
    .option("--settings <file>", "cost settings as JSON instead of the stack's config `ecr:costs`")
    .option("--prices <file>", "a price table as JSON instead of the program's own")
    .option("--json", "print JSON", false)
    .action(async (options: CostOptions) => {
      if ((await ensureStack(options.stack)) === "handed over") return;
      process.exitCode = await cost(options);
    });
}

async function cost(options: CostOptions): Promise<number> {
  const [outputs, settings] = await withProgress("asking Pulumi for the stack's outputs", () =>
    Promise.all([readStackOutputs(options.stack), readCostSettings(options.settings, options.stack)]),
  );
  const prices = readPrices(options.prices, settings);
  const measured = await withProgress("reading images and layers", async () =>
    measure(await readContents(repositoriesIn(outputs)), publicRepositoriesIn(outputs)),
  );
  const report = costReport(measured, settings, prices, repositoryKeys(outputs), new Date());
  print(options.json ? JSON.stringify(report, undefined, 2) : costText(report));
  return report.budget !== undefined && report.budget.exceededBy > 0 ? foundExitCode : 0;
}
