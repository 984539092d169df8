import type { Fault } from "../faults";
import { arnPartitionFaults, knownPartition } from "../names/regions";

/** The settings of an IAM role that a program chooses (IAM API, CreateRole). */
export interface IamRoleSettings {
  /** 1 to 64 characters. */
  roleName?: unknown;
  /** `/`, or `/…/` of at most 512 characters. */
  path?: unknown;
  /** Seconds: 3,600 to 43,200. */
  maxSessionDuration?: unknown;
  /** ARN of a managed policy. */
  permissionsBoundary?: unknown;
}

/** Why IAM would refuse a role; omitted settings have no fault. Never throws. */
export function iamRoleFaults(role: IamRoleSettings): Fault[] {
  const faults: Fault[] = [];
  const check = (path: keyof IamRoleSettings, holds: (value: unknown) => boolean, rule: string, fix: string): void => {
    const value = role[path];
    if (value !== undefined && !holds(value)) faults.push({ path, value, rule, fix });
  };
  check(
    "roleName",
    (value) => typeof value === "string" && /^[\w+=,.@-]{1,64}$/.test(value),
    "a role's name must have 1 to 64 letters, digits and characters of _+=,.@-.",
    "shorten it, or remove the other characters.",
  );
  check(
    "path",
    (value) => typeof value === "string" && value.length <= 512 && /^\/(?:[!-~]*[!-.0-~]\/)?$/.test(value),
    "a path must begin and end with / and have at most 512 characters.",
    'write "/", or one such as "/ci/".',
  );
  check(
    "maxSessionDuration",
    (value) => Number.isInteger(value) && Number(value) >= 3_600 && Number(value) <= 43_200,
    "a session must last 3,600 to 43,200 seconds.",
    "write whole seconds, 3600 for an hour.",
  );
  check(
    "permissionsBoundary",
    (value) => typeof value === "string" && /^arn:aws[a-z-]*:iam::(?:[0-9]{12}|aws):policy\/[!-~]+$/.test(value),
    "must be the ARN of a managed policy.",
    'write "arn:aws:iam::<account>:policy/<name>".',
  );
  return faults;
}

/** ARNs used by a role that pushes. Unknown ones are omitted. */
export interface PushRoleArns {
  providerArn?: unknown;
  permissionsBoundary?: unknown;
  repositories?: readonly unknown[];
}

/**
 * Why these ARNs cannot belong to one role: an identity provider and a policy must be in the role's own account, and
 * all of them, including the repositories, in its partition. Never throws.
 *
 * @param region The region of the role's AWS provider, which determines the partition. Omitted: that of the first ARN.
 */
export function pushRoleArnFaults(arns: PushRoleArns, region?: string): Fault[] {
  const { providerArn, permissionsBoundary, repositories = [] } = arns;
  const list: [path: string, arn: unknown][] = [
    ["providerArn", providerArn],
    ["permissionsBoundary", permissionsBoundary],
    ...repositories.map((arn, index): [string, unknown] => [`repositories[${index}]`, arn]),
  ];
  const [first] = list.flatMap(([, arn]) => /^arn:([^:]+):/.exec(String(arn))?.[1] ?? []);
  const partition = knownPartition(region) ?? first;
  const where = region !== undefined && knownPartition(region) !== undefined ? `the role in ${region}` : "the first";
  const faults = list.flatMap(([path, arn]): Fault[] => {
    const found = /^arn:([^:]+):/.exec(String(arn))?.[1];
    return found === undefined || found === partition || arnPartitionFaults(arn, path).length > 0
      ? []
      : [
          {
            path,
            value: arn,
            rule: `the ARN is in the partition ${found}, ${where} in ${partition}: resources of one partition cannot be used in another.`,
            fix: `name one in the partition ${partition}.`,
          },
        ];
  });
  const account = (arn: unknown) => /^arn:[^:]+:iam::([0-9]{12}):/.exec(String(arn))?.[1];
  const [own, other] = [account(providerArn), account(permissionsBoundary)];
  return own === undefined || other === undefined || own === other
    ? faults
    : [
        ...faults,
        {
          path: "permissionsBoundary",
          value: permissionsBoundary,
          rule: `a boundary and an identity provider must be in the role's own account: the boundary is in ${other}, the provider in ${own}.`,
          fix: "name a policy of that account, or an AWS-managed one, arn:<partition>:iam::aws:policy/<name>.",
        },
      ];
}
