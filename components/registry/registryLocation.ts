import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import * as pulumi from "@pulumi/pulumi";
import type { RegistryLocation } from "../../ecr/registry/serviceRoles";
import { refuseInput } from "../inputChecks";
import { runningProgram } from "../runningProgram";

/** Registries that have a component, by account and region, for each program (identified by its monitor). */
const claimedRegistries = new WeakMap<object, Map<string, string>>();

/**
 * A registry's location, looked up in AWS with the component's own provider: two providers for one account share one
 * registry. Unknown while the region is unknown; an update waits for it.
 */
export function registryLocation(
  region: pulumi.Input<string> | undefined,
  parent: pulumi.Resource,
): pulumi.Output<RegistryLocation> {
  const identity = getCallerIdentityOutput({}, { parent });
  const place = getRegionOutput({ region }, { parent });
  return pulumi
    .all([identity.accountId, identity.arn, place.region, place.endpoint])
    .apply(([account, arn, name, endpoint]) => {
      // In a preview, a provider that cannot be configured yet returns no result.
      if (!account || !name) return pulumi.unknown as unknown as RegistryLocation;
      const [, partition = "aws"] = arn.split(":");
      // The endpoint is `ec2.<region>.<domain>`.
      return { account, region: name, partition, domain: endpoint.slice(`ec2.${name}.`.length) };
    });
}

/**
 * Claims a registry for one component of this program.
 *
 * @throws InputRefused when another component has it: each update of one would undo the other's settings.
 */
export function claimRegistry(name: string, subject: string, { account, region }: RegistryLocation): void {
  const program = runningProgram();
  if (program === undefined) return;
  const owners = claimedRegistries.get(program) ?? new Map<string, string>();
  claimedRegistries.set(program, owners);
  const owner = owners.get(`${account}/${region}`);
  if (owner !== undefined) {
    refuseInput(subject, [
      {
        path: "region",
        value: region,
        rule: `an account has one registry per region, and a stack can have only one Registry for it; ${JSON.stringify(owner)} already has the one of account ${account} in ${region}.`,
        fix: "merge the settings of both into one Registry, or name another region or provider.",
      },
    ]);
  }
  owners.set(`${account}/${region}`, name);
}
