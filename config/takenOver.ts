import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity";
import { singletonSettings } from "../components/registry/registryOwnership";
import { foreignReplacement } from "../components/registry/replacedSettings";
import { resourcesOf, type StackState } from "../components/stackState";
import type { Fault } from "../ecr/faults";
import { type RegistriesConfig, registryArgs, registryTypes } from "./sections/registries";

/**
 * Reports registry settings that the update would delete although another stack has replaced them since: AWS would
 * delete the other stack's settings.
 *
 * @param region The provider's region.
 */
export async function takenOverFaults(config: RegistriesConfig, state: StackState, region: string): Promise<Fault[]> {
  const going = (["policy", "scanning", "replication"] as const).flatMap((argument) =>
    resourcesOf(state, registryTypes[argument]).flatMap((resource) => {
      const key = Object.keys(config.registries).find(
        (each) => (config.registries[each]?.region ?? region) === resource.outputs["region"],
      );
      const stays = key !== undefined && singletonSettings(registryArgs(config, key)).includes(argument);
      return stays
        ? []
        : [{ argument, resource, path: key === undefined ? "registries" : `registries.${key}.${argument}` }];
    }),
  );
  if (going.length === 0) return [];
  const { accountId } = await getCallerIdentity();
  const found = await Promise.all(
    going.map(async ({ argument, resource, path }): Promise<Fault[]> => {
      const location = {
        account: String(resource.outputs["registryId"] ?? accountId),
        region: String(resource.outputs["region"]),
      };
      const value = await foreignReplacement(argument, resource, location);
      if (value === undefined) return [];
      return [
        {
          path,
          value,
          rule: `these are not the ${argument} settings that this stack made in the registry of account ${location.account} in ${location.region}: somebody has replaced them since, and the update would delete the new ones.`,
          fix: `to keep them, run npx pulumi state delete '${resource.urn}'; to delete them anyway, run npx pulumi refresh first.`,
        },
      ];
    }),
  );
  return found.flat();
}
