import type { Fault } from "./faults";
import { arnPartitionFaults } from "./regions";

/** One account's registry in one region. */
export interface RegistryPlace {
  /** Twelve digits. */
  account: string;
  region: string;
}

/** Whether a text is an account's number: twelve digits. */
export function isAccountId(text: unknown): text is string {
  return typeof text === "string" && /^[0-9]{12}$/.test(text);
}

/** Why a value is no account's number (ECR API, RegistryId). Never throws. */
export function accountFaults(account: unknown, path: string): Fault[] {
  if (isAccountId(account)) {
    return [];
  }
  return [
    {
      path,
      value: account,
      rule: "an AWS account is named by its twelve digits.",
      fix:
        typeof account === "number"
          ? `write it as text, "${String(account).padStart(12, "0")}": a number loses zeros at the front.`
          : 'write the twelve digits as text, such as "123456789012".',
    },
  ];
}

/** A role or user of IAM, taken apart. */
export interface IamPrincipal {
  partition: string;
  account: string;
  kind: "role" | "user";
  /** With its path: `service-role/scanner`. */
  name: string;
}

/** Takes the ARN of a role or a user apart (ECR API, PrincipalArn); `undefined` when the text is none. */
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

/** Characters of a role's ARN (ECR API, CustomRoleArn). */
const roleArnMaximumLength = 2048;

/**
 * Why ECR could not take on this role (ECR API, CustomRoleArn): an IAM role of the registry's own account.
 *
 * @param account The registry's account; left out: not compared.
 * @param region The registry's region: the role is of its partition. Left out: not compared.
 * @returns Every fault, or none. Never throws.
 */
export function customRoleFaults(arn: unknown, path: string, account?: string, region?: string): Fault[] {
  const role = parseIamPrincipal(arn);
  const fault = (rule: string, fix: string): Fault[] => [{ path, value: arn, rule, fix }];
  if (role?.kind !== "role" || String(arn).length > roleArnMaximumLength) {
    return fault(
      `the role is named by the ARN of an IAM role, at most ${roleArnMaximumLength} characters.`,
      'write "arn:aws:iam::<account>:role/<name>".',
    );
  }
  const ofPartition = arnPartitionFaults(arn, path, region);
  if (account !== undefined && role.account !== account) {
    const rule = `the role is in account ${role.account}, the registry in ${account}: ECR takes on roles of the registry's own account only.`;
    return [...fault(rule, `name a role of account ${account}.`), ...ofPartition];
  }
  return ofPartition;
}
