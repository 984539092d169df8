import { createHash } from "node:crypto";
import type { Fault } from "../faults";
import { arnPartitionFaults } from "../names/regions";
import { parseRepositoryArn } from "../names/repositoryArns";

/** IAM API reference, Role: the ARN, with the path before the name. */
const roleArn = /^arn:aws[a-z-]*:iam::([0-9]{12}):role\/((?:[!-.0-~]+\/)*)([\w+=,.@-]{1,64})$/;
/**
 * Paths of roles whose policies only AWS can change (IAM user guide, service-linked roles; IAM Identity Center's own).
 */
const awsManagedPaths = ["aws-service-role/", "aws-reserved/"];

/** The role name in a role's ARN; undefined for anything else. */
export function roleNameOf(arn: unknown): string | undefined {
  return typeof arn === "string" ? roleArn.exec(arn)?.[3] : undefined;
}

/**
 * Why a role cannot be given an inline policy. Never throws.
 *
 * @param repository ARN of the policy's repository, when known: the policy is attached with the same credentials, so
 * the role must be in its account.
 */
export function grantedRoleFaults(arn: unknown, path: string, repository?: string): Fault[] {
  const [, account, place = "", name] = (typeof arn === "string" && roleArn.exec(arn)) || [];
  if (name === undefined || arnPartitionFaults(arn, path).length > 0) {
    return [
      {
        path,
        value: arn,
        rule: "must be the ARN of one role: a grant is a policy of that role.",
        fix: "give an aws.iam.Role, or write arn:aws:iam::<account>:role/<name>.",
      },
    ];
  }
  if (awsManagedPaths.some((reserved) => place.startsWith(reserved))) {
    return [
      {
        path,
        value: arn,
        rule: "only AWS can change this role's policies.",
        fix: "grant it to a role of your own; for a role of IAM Identity Center, add the policy to its permission set.",
      },
    ];
  }
  const owner = parseRepositoryArn(repository)?.account;
  return owner === undefined || owner === account
    ? []
    : [
        {
          path,
          value: arn,
          rule: `the role is in account ${account}, the repository in ${owner}: only the role's account can write its policies.`,
          fix: "name it in the repository's access (pullFrom, pushFrom), and give it pullPolicy or pushPolicy in its own account.",
        },
      ];
}

/**
 * Name of the role's inline policy for one repository, unique across accounts and regions. IAM allows 128 characters.
 */
export function grantPolicyName(action: string, repository: string): string {
  const { name = "repository" } = parseRepositoryArn(repository) ?? {};
  const unique = createHash("sha256").update(repository).digest("hex").slice(0, 8);
  return `ecr-${action}-${name.replaceAll(/[^\w.-]/g, "-").slice(0, 64)}-${unique}`;
}
