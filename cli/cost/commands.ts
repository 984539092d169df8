import type { Command } from "commander";
import { foundExitCode } from "../exitCodes";
import { readContents } from "../lifecycle/collect";
import { during } from "../progress";
import { atStack } from "../sandbox";
import { publicRepositoriesIn, readStackOutputs, repositoriesIn, repositoryKeys } from "../stackOutputs";
import { print } from "../terminal";
import { readCostSettings, readPrices } from "./inputs";
import { measure } from "./measure";
import { costReport } from "./report";
import { costText } from "./text";

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
      "what the storage of a stack's repositories costs a month, now and when as much goes as comes; exit code 2 past the budget",
    )
    .option("--stack <stack>", "the stack whose outputs name the repositories (default: the selected one)")
    .option("--settings <file>", "cost settings as JSON instead of the stack's config `ecr:costs`")
    .option("--prices <file>", "a price table as JSON instead of the program's own")
    .option("--json", "print JSON", false)
    .action(async (options: CostOptions) => {
      if ((await atStack(options.stack)) === "handed over") return;
      process.exitCode = await cost(options);
    });
}

async function cost(options: CostOptions): Promise<number> {
  const [outputs, settings] = await during("asking Pulumi for the stack's outputs", () =>
    Promise.all([readStackOutputs(options.stack), readCostSettings(options.settings, options.stack)]),
  );
  const prices = readPrices(options.prices, settings);
  const measured = await during("reading images and layers", async () =>
    measure(await readContents(repositoriesIn(outputs)), publicRepositoriesIn(outputs)),
  );
  const report = costReport(measured, settings, prices, repositoryKeys(outputs), new Date());
  print(options.json ? JSON.stringify(report, undefined, 2) : costText(report));
  return report.budget !== undefined && report.budget.exceededBy > 0 ? foundExitCode : 0;
}
