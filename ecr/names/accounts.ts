import type { Fault } from "../faults";
import { arnPartitionFaults } from "./regions";

/** One account's registry in one region. */
export interface AccountRegion {
  /** Twelve digits. */
  account: string;
  region: string;
}

/** Whether a string is an account ID: twelve digits. */
export function isAccountId(text: unknown): text is string {
  return typeof text === "string" && /^[0-9]{12}$/.test(text);
}

/** Why a value is not an account ID (ECR API, RegistryId). Never throws. */
export function accountFaults(account: unknown, path: string): Fault[] {
  if (isAccountId(account)) {
    return [];
  }
  return [
    {
      path,
      value: account,
      rule: "must be an AWS account, twelve digits.",
      fix:
        typeof account === "number"
          ? `quote it, "${String(account).padStart(12, "0")}" (pulumi config set --type string): a number loses leading zeros.`
          : 'write the twelve digits as a string, such as "123456789012".',
    },
  ];
}

/** A parsed ARN of an IAM role or user. */
export interface IamPrincipal {
  partition: string;
  account: string;
  kind: "role" | "user";
  /** Including its path: `service-role/scanner`. */
  name: string;
}

/** Parses the ARN of a role or user (ECR API, PrincipalArn); `undefined` when the string is not one. */
export function parseIamPrincipal(arn: unknown): IamPrincipal | undefined {
  const match =
    typeof arn === "string"
      ? /^arn:(aws(?:-[a-z]+)*):iam::([0-9]{12}):(role|user)\/([\w+=,.@-]+(?:\/[\w+=,.@-]+)*)$/.exec(arn)
      : null;
  if (!match) {
    return undefined;
  }
  const [, partition = "", account = "", kind, name = ""] = match;
  return { partition, account, kind: kind === "user" ? "user" : "role", name };
}

/** Maximum length of a role's ARN (ECR API, CustomRoleArn). */
const roleArnMaximumLength = 2048;

/**
 * Why ECR could not assume this role (ECR API, CustomRoleArn): it must be an IAM role in the registry's own account.
 *
 * @param account The registry's account; omitted: not compared.
 * @param region The registry's region, whose partition the role must be in. Omitted: not compared.
 * @returns Every fault, or none. Never throws.
 */
export function customRoleFaults(arn: unknown, path: string, account?: string, region?: string): Fault[] {
  const role = parseIamPrincipal(arn);
  const fault = (rule: string, fix: string): Fault[] => [{ path, value: arn, rule, fix }];
  if (role?.kind !== "role" || String(arn).length > roleArnMaximumLength) {
    return fault(
      `must be the ARN of an IAM role, at most ${roleArnMaximumLength} characters.`,
      'write "arn:aws:iam::<account>:role/<name>".',
    );
  }
  const ofPartition = arnPartitionFaults(arn, path, region);
  if (account !== undefined && role.account !== account) {
    const rule = `the role is in account ${role.account}, the registry in ${account}: ECR assumes only roles of the registry's own account.`;
    return [...fault(rule, `name a role of account ${account}.`), ...ofPartition];
  }
  return ofPartition;
}
