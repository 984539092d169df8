import { type CostSettings, costSettings } from "../../ecr/costs/costSettings";
import { oneOf } from "../../ecr/values/nearestWord";
import { costOutputs } from "../../outputs/costOutputs";
import type { Section } from "../section";
import { lifecyclePolicies, type PrivateRepositoriesConfig } from "./privateRepositories";

export interface CostsConfig extends PrivateRepositoriesConfig {
  costs?: CostSettings;
}

export const costs = {
  schema: costSettings.optional().describe("Input of the cost estimate"),

  // Otherwise, pushes for an unknown repository would be silently ignored.
  faults: ({ costs: settings, privateRepositories }) => {
    const keys = Object.keys(privateRepositories);
    return Object.entries(settings?.pushes ?? {})
      .filter(([key]) => !keys.includes(key))
      .map(([key, value]) => ({
        path: `costs.pushes.${key}`,
        value,
        rule: "must be the key of a private repository in this config.",
        fix: keys.length > 0 ? oneOf(key, keys) : "describe the repository first.",
      }));
  },

  make: (config) => () => ({ costs: config.costs && costOutputs(config.costs, lifecyclePolicies(config)) }),
} satisfies Section<CostsConfig>;
