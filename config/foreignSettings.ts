import * as aws from "@pulumi/aws";
import { ownershipFaults } from "../components/registry/registryOwnership";
import { registryArgs } from "./arguments";
import type { logicalNames } from "./logicalNames";
import { refuseConfig } from "./refuseConfig";
import type { EnvironmentConfig } from "./schema";

/**
 * Refuses to put registry settings over those that another stack or person made. Each Registry asks the same, but by then
 * the components beside it are under way.
 *
 * @param region The provider's.
 * @throws InputRefused with every such setting of every registry.
 */
export async function refuseForeignSettings(
  config: EnvironmentConfig,
  names: ReturnType<typeof logicalNames>,
  region: string,
): Promise<void> {
  const keys = Object.keys(config.registries);
  if (keys.length === 0) return;
  const { accountId: account } = await aws.getCallerIdentity();
  const found = await Promise.all(
    keys.map(async (key) => {
      const { name, aliases } = names.registry(key);
      const place = { account, region: config.registries[key]?.region ?? region };
      const faults = await ownershipFaults(registryArgs(config, key), place, [
        name,
        ...aliases.map((each) => each.name),
      ]);
      return faults.map((fault) => ({ ...fault, path: `ecr:registries.${key}.${fault.path}` }));
    }),
  );
  refuseConfig(found.flat(), "the update would overwrite settings that this stack did not make");
}
