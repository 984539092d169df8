import * as fs from "node:fs";
import { type CostSettings, costSettingsFaults } from "../../ecr/costs";
import { refuseFaults } from "../../ecr/faults";
import { type PriceTable, priceTableFaults, withOwnPrices } from "../../ecr/prices";
import { readStackConfig } from "../stackOutputs";

/** Cost settings from a file, or from a stack's config `ecr:costs`. @throws InvalidInputError with every fault. */
export async function readCostSettings(file: string | undefined, stack: string | undefined): Promise<CostSettings> {
  const path = file ?? "ecr:costs";
  const value = file === undefined ? ((await readStackConfig(stack))["ecr:costs"] ?? {}) : readJson(file);
  refuseFaults("cost settings", costSettingsFaults(value, path));
  return value as CostSettings;
}

/** A price table from a file; without one, the program's own with the settings' over it. @throws InvalidInputError with every fault. */
export function readPrices(file: string | undefined, settings: CostSettings): PriceTable {
  if (file === undefined) {
    return withOwnPrices(settings.prices);
  }
  const value = readJson(file);
  refuseFaults("price table", priceTableFaults(value, file));
  return value as PriceTable;
}

/** @throws Error that names the file when it is no JSON. */
export function readJson(file: string): unknown {
  const text = fs.readFileSync(file, "utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
