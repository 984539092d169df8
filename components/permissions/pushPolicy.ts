import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { type PushPermissionOptions, pushPermissionFaults, pushPermissions } from "../../ecr/pushPermissions";
import { refuseInput } from "../inputChecks";
import { arnOf, knownArns, type RepositoryReference } from "../repositories/repositoryReference";

/**
 * The policy, as JSON text, of an identity that pushes to these repositories and does nothing else, for a role of one's
 * own; {@link PushRole} makes a role with it.
 *
 * Throws InputRefused when no repository is named, or something else than repositories.
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
 * Why these repositories would be refused: every fault of what is known, or none.
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
