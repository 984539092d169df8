import * as aws from "@pulumi/aws";
import { settingsAskedFor } from "../components/registry/registryOwnership";
import { replacedByOthers } from "../components/registry/replacedSettings";
import { resourcesOf, type StackState } from "../components/stackState";
import type { Fault } from "../ecr/faults";
import { registryArgs } from "./arguments";
import type { EnvironmentConfig } from "./schema";
import { stateTypes } from "./stateTypes";

/**
 * Registry settings that the update would delete although they are no longer what this stack put: another stack has taken
 * them over since, and AWS would delete that one's.
 *
 * @param region The provider's.
 */
export async function takenOverFaults(config: EnvironmentConfig, state: StackState, region: string): Promise<Fault[]> {
  const going = (["policy", "scanning", "replication"] as const).flatMap((argument) =>
    resourcesOf(state, stateTypes.registry[argument]).flatMap((resource) => {
      const key = Object.keys(config.registries).find(
        (each) => (config.registries[each]?.region ?? region) === resource.outputs["region"],
      );
      const stays = key !== undefined && settingsAskedFor(registryArgs(config, key)).includes(argument);
      return stays
        ? []
        : [{ argument, resource, path: key === undefined ? "registries" : `registries.${key}.${argument}` }];
    }),
  );
  if (going.length === 0) return [];
  const { accountId } = await aws.getCallerIdentity();
  const found = await Promise.all(
    going.map(async ({ argument, resource, path }): Promise<Fault[]> => {
      const place = {
        account: String(resource.outputs["registryId"] ?? accountId),
        region: String(resource.outputs["region"]),
      };
      const value = await replacedByOthers(argument, resource, place);
      if (value === undefined) return [];
      return [
        {
          path,
          value,
          rule: `these are not the ${argument} settings that this stack put into the registry of account ${place.account} in ${place.region}: somebody has put others since, and the update would delete those.`,
          fix: `to let go of them, run npx pulumi state delete '${resource.urn}'; to delete them all the same, run npx pulumi refresh first.`,
        },
      ];
    }),
  );
  return found.flat();
}
