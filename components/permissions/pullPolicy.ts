import * as pulumi from "@pulumi/pulumi";
import type { PolicyDocument } from "../../ecr/accessPolicy";
import type { Fault } from "../../ecr/faults";
import { lambdaDeployPermissions, pullPermissionFaults, pullPermissions } from "../../ecr/pullPermissions";
import { refuseInput } from "../inputChecks";
import { arnOf, knownArns, type RepositoryReference } from "../repositories/repositoryReference";

/**
 * The policy, as JSON text, of an identity that pulls from these repositories and does nothing else: an ECS task
 * execution role, the role of EKS nodes, a pod's role. Public repositories need none and are left out.
 *
 * Throws InputRefused when no repository is named, or something else than repositories.
 *
 * @example
 * new aws.iam.RolePolicy("pull", { role: executionRole.name, policy: pullPolicy([repository]) });
 */
export function pullPolicy(repositories: readonly RepositoryReference[]): pulumi.Output<string> {
  return policyText("pullPolicy", repositories, pullPermissions);
}

/**
 * The policy, as JSON text, of the identity that creates Lambda functions from images of these repositories. The
 * function's own role needs nothing.
 *
 * @param addsRepositoryPolicy Whether Lambda writes its permission into the repository's policy itself. @default false:
 *   the repository's component does, by `lambdaPull`
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
 * Why these repositories would be refused: every fault of what is known, or none.
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
