import * as pulumi from "@pulumi/pulumi";
import type { PolicyDocument } from "../../ecr/accessPolicy";
import type { Fault } from "../../ecr/faults";
import { lambdaDeployPermissions, pullPermissionFaults, pullPermissions } from "../../ecr/permissions/pullPermissions";
import { refuseInput } from "../inputChecks";
import { arnOf, knownArns, type RepositoryReference } from "./repositoryReference";

/**
 * The policy, as a JSON string, of an identity that only pulls from these repositories: an ECS task execution role, the
 * role of EKS nodes, a pod's role. Public repositories need none and are skipped.
 *
 * Throws InputRefused when the list is empty or contains anything but repositories.
 *
 * @example
 * new aws.iam.RolePolicy("pull", { role: executionRole.name, policy: pullPolicy([repository]) });
 */
export function pullPolicy(repositories: readonly RepositoryReference[]): pulumi.Output<string> {
  return policyText("pullPolicy", repositories, pullPermissions);
}

/**
 * The policy, as a JSON string, of the identity that creates Lambda functions from images of these repositories. The
 * function's own role needs nothing.
 *
 * @param addsRepositoryPolicy Whether Lambda adds its permission to the repository's policy itself. @default false: the
 * repository's component does so with `lambdaPull`
 *
 * @example
 * new aws.iam.RolePolicy("deploy", { role: deployer.name, policy: lambdaDeployPolicy([repository]) });
 */
export function lambdaDeployPolicy(
  repositories: readonly RepositoryReference[],
  addsRepositoryPolicy = false,
): pulumi.Output<string> {
  return policyText("lambdaDeployPolicy", repositories, (arns) => lambdaDeployPermissions(arns, addsRepositoryPolicy));
}

/**
 * Faults of these repositories, as far as they are known; empty when there are none.
 *
 * @example
 * const faults = pullPolicyFaults(["arn:aws:ecr:us-east-1:123456789012:repository/petclinic"]);
 */
export function pullPolicyFaults(repositories: readonly RepositoryReference[]): Fault[] {
  return pullPermissionFaults(knownArns(repositories), "repositories");
}

function policyText(
  subject: string,
  repositories: readonly RepositoryReference[],
  documentFor: (arns: readonly string[]) => PolicyDocument,
): pulumi.Output<string> {
  refuseInput(subject, pullPolicyFaults(repositories));
  return pulumi.all(repositories.map(arnOf)).apply((arns) => {
    refuseInput(subject, pullPermissionFaults(arns, "repositories"));
    return JSON.stringify(documentFor(arns));
  });
}
