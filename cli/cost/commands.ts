import * as fs from "node:fs";
import type { Command } from "commander";
import { estimateCost } from "../../ecr/costEstimate";
import { type CostSettings, costSettingsFaults, hasLegacyFreeTier, monthlyCost } from "../../ecr/costs";
import { refuseFaults } from "../../ecr/faults";
import { type PriceTable, priceTableFaults, prices as standardPrices } from "../../ecr/prices";
import {
  publicRepositoriesIn,
  readStackConfig,
  readStackOutputs,
  repositoriesIn,
  repositoryKeys,
  type StackOutputs,
} from "../stackOutputs";
import { type Measurement, measure } from "./measure";
import type { CostReport } from "./report";
import { costText } from "./text";

interface CostOptions {
  stack?: string;
  settings?: string;
  prices?: string;
  json: boolean;
}

/** Exit code when the steady state is past the budget, so that CI can stop on it. */
export const budgetExitCode = 2;

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
      process.exitCode = await cost(options);
    });
}

async function cost(options: CostOptions): Promise<number> {
  const table = options.prices === undefined ? standardPrices : readPrices(options.prices);
  const [outputs, settings] = await Promise.all([readStackOutputs(options.stack), readSettings(options)]);
  const measured = await measure(repositoriesIn(outputs), publicRepositoriesIn(outputs));
  const legacyFreeTier = hasLegacyFreeTier(settings, new Date());
  const publicBytes = measured.publicRepositories.reduce((sum, { bytes }) => sum + bytes, 0);
  const monthly = monthlyCost(
    {
      privateBytes: measured.total.standard,
      archiveBytes: measured.total.archive,
      publicBytes,
      publicTransferBytes: (settings.publicPullGb ?? 0) * table.bytesPerGb,
    },
    table,
    legacyFreeTier,
  );
  const documents = documentsByKey(settings, measured, outputs);
  const steadyState = estimateCost(settings, documents, table, { legacyFreeTier, publicBytes });
  const { monthlyBudget } = settings;
  const highest = Math.max(monthly.total, steadyState.monthly.total);
  const report: CostReport = {
    now: {
      measured: { ...measured, repositories: measured.repositories.map(({ content: _, ...rest }) => rest) },
      monthly,
    },
    steadyState,
    legacyFreeTier,
    ...(monthlyBudget !== undefined && {
      budget: { monthly: monthlyBudget, exceededBy: Math.max(0, highest - monthlyBudget) },
    }),
    prices: table,
  };
  console.log(options.json ? JSON.stringify(report, undefined, 2) : costText(report));
  return report.budget !== undefined && report.budget.exceededBy > 0 ? budgetExitCode : 0;
}

/** The policies in force, by the names that the settings' pushes use: a repository's key in config, or its name. */
function documentsByKey(settings: CostSettings, { repositories }: Measurement, outputs: StackOutputs) {
  const keys = repositoryKeys(outputs);
  const found = Object.keys(settings.pushes ?? {}).map((key) => {
    const name = keys.get(key) ?? key;
    return [key, repositories.find((each) => each.name === name)] as const;
  });
  const missing = found.filter(([, repository]) => repository === undefined).map(([key]) => key);
  if (missing.length > 0) {
    const known = repositories.map(({ name }) => name).join(", ");
    throw new Error(`pushes name ${missing.join(", ")}, which the stack does not have; it has ${known || "none"}.`);
  }
  return Object.fromEntries(found.map(([key, repository]) => [key, repository?.content.document]));
}

async function readSettings({ settings, stack }: CostOptions): Promise<CostSettings> {
  const path = settings ?? "ecr:costs";
  const value = settings === undefined ? ((await readStackConfig(stack))["ecr:costs"] ?? {}) : readJson(settings);
  refuseFaults("cost settings", costSettingsFaults(value, path));
  return value as CostSettings;
}

function readPrices(file: string): PriceTable {
  const value = readJson(file);
  refuseFaults("price table", priceTableFaults(value, file));
  return value as PriceTable;
}

function readJson(file: string): unknown {
  const text = fs.readFileSync(file, "utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
