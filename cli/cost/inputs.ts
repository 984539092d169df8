import * as fs from "node:fs";
import type { z } from "zod";
import { valueFaults } from "../../config/schemaFaults";
import {
  type CostSettings,
  costSettings,
  type PriceTable,
  priceTable,
  withPriceOverrides,
} from "../../ecr/costs/costSettings";
import { refuseFaults } from "../../ecr/faults";
import { readStackConfig } from "../stackOutputs";

/** Cost settings from a file, or from a stack's config `ecr:costs`. @throws InvalidInputError with every fault. */
export async function readCostSettings(file: string | undefined, stack: string | undefined): Promise<CostSettings> {
  const path = file ?? "ecr:costs";
  const value = file === undefined ? ((await readStackConfig(stack))["ecr:costs"] ?? {}) : readJson(file);
  return validated("cost settings", costSettings, value, path);
}

/**
 * A price table from a file; without one, the program's own overridden by the settings'. @throws InvalidInputError with
 * every fault.
 */
export function readPrices(file: string | undefined, settings: CostSettings): PriceTable {
  if (file === undefined) {
    return withPriceOverrides(settings.prices);
  }
  return validated("price table", priceTable, readJson(file), file);
}

function validated<Schema extends z.ZodType>(
  what: string,
  schema: Schema,
  value: unknown,
  path: string,
): z.infer<Schema> {
  refuseFaults(what, valueFaults(schema, value, path));
  return value as z.infer<Schema>;
}

/** @throws Error that names the file when it is not JSON. */
export function readJson(file: string): unknown {
  const text = fs.readFileSync(file, "utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
