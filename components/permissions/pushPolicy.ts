import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import {
  type PushPermissionOptions,
  pushPermissionFaults,
  pushPermissions,
} from "../../ecr/permissions/pushPermissions";
import { refuseInput } from "../inputChecks";
import { arnOf, knownArns, type RepositoryReference } from "./repositoryReference";

/**
 * The policy, as a JSON string, of an identity that only pushes to these repositories, for an existing role;
 * {@link PushRole} creates a role with it.
 *
 * Throws InputRefused when the list is empty or contains anything but repositories.
 *
 * @example
 * new aws.iam.RolePolicy("push", { role: builder.name, policy: pushPolicy([repository]) });
 */
export function pushPolicy(
  repositories: readonly RepositoryReference[],
  options: PushPermissionOptions = {},
): pulumi.Output<string> {
  refuseInput("pushPolicy", pushPolicyFaults(repositories, options));
  return pulumi.all(repositories.map(arnOf)).apply((arns) => {
    refuseInput("pushPolicy", pushPermissionFaults(arns, "repositories", options));
    return JSON.stringify(pushPermissions(arns, options));
  });
}

/**
 * Faults of these repositories, as far as they are known; empty when there are none.
 *
 * @example
 * const faults = pushPolicyFaults(["arn:aws:ecr:us-east-1:123456789012:repository/petclinic"], { pull: true });
 */
export function pushPolicyFaults(
  repositories: readonly RepositoryReference[],
  options: PushPermissionOptions = {},
): Fault[] {
  return pushPermissionFaults(knownArns(repositories), "repositories", options);
}
