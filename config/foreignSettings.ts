import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity";
import { ownershipFaults } from "../components/registry/registryOwnership";
import type { StackContext } from "./logicalNames";
import { refuseConfig } from "./refuseConfig";
import { type RegistriesConfig, registries, registryArgs } from "./sections/registries";

/**
 * Refuses to overwrite registry settings that another stack or person made. Each Registry component checks this too,
 * but by then other components are already being created.
 *
 * @throws InputRefused with every such setting of every registry.
 */
export async function refuseForeignSettings(config: RegistriesConfig, stack: StackContext): Promise<void> {
  const keys = Object.keys(config.registries);
  if (keys.length === 0) return;
  const { accountId: account } = await getCallerIdentity();
  const found = await Promise.all(
    keys.map(async (key) => {
      const { name, aliases } = registries.logicalName(config, key, stack);
      const location = { account, region: config.registries[key]?.region ?? stack.region };
      const faults = await ownershipFaults(registryArgs(config, key), location, [
        name,
        ...aliases.map((each) => each.name),
      ]);
      return faults.map((fault) => ({ ...fault, path: `ecr:registries.${key}.${fault.path}` }));
    }),
  );
  refuseConfig(found.flat(), "the update would overwrite settings that this stack did not make");
}
