import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { RegistryLocation } from "../../ecr/serviceRoles";
import { refuseInput } from "../inputChecks";

/** The registries of each program that have a component, by account and region. A program's monitor is its own. */
const claimed = new WeakMap<object, Map<string, string>>();

/**
 * Where a registry is, asked of AWS by the component's own provider: two providers for one account are one registry.
 * A region that is not known yet makes it unknown; an update waits until it is known.
 */
export function registryLocation(
  region: pulumi.Input<string> | undefined,
  parent: pulumi.Resource,
): pulumi.Output<RegistryLocation> {
  const identity = aws.getCallerIdentityOutput({}, { parent });
  const place = aws.getRegionOutput({ region }, { parent });
  return pulumi
    .all([identity.accountId, identity.arn, place.region, place.endpoint])
    .apply(([account, arn, name, endpoint]) => {
      // In a preview, a provider that cannot be configured yet answers nothing at all.
      if (!account || !name) return pulumi.unknown as unknown as RegistryLocation;
      const [, partition = "aws"] = arn.split(":");
      // The endpoint is `ec2.<region>.<domain>`.
      return { account, region: name, partition, domain: endpoint.slice(`ec2.${name}.`.length) };
    });
}

/**
 * Takes a registry for one component of this program, once and for all.
 *
 * @throws InputRefused when another component has it: each would undo at every update what the other one did.
 */
export function claimRegistry(name: string, subject: string, { account, region }: RegistryLocation): void {
  const program = pulumi.runtime.getMonitor();
  if (program === undefined) return;
  const owners = claimed.get(program) ?? new Map<string, string>();
  claimed.set(program, owners);
  const owner = owners.get(`${account}/${region}`);
  if (owner !== undefined) {
    refuseInput(subject, [
      {
        path: "region",
        value: region,
        rule: `an account has one registry in a region, and a stack one Registry for it; ${JSON.stringify(owner)} has that of account ${account} in ${region}.`,
        fix: "put the settings of both into one Registry, or name another region or provider.",
      },
    ]);
  }
  owners.set(`${account}/${region}`, name);
}
