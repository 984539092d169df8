import type { Fault } from "./faults";
import { arnPartitionFaults, knownPartition } from "./regions";

/** What of an IAM role a program chooses (IAM API, CreateRole). */
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

/** Why IAM would refuse a role; what is left out has no fault. Never throws. */
export function iamRoleFaults(role: IamRoleSettings): Fault[] {
  const faults: Fault[] = [];
  const check = (path: keyof IamRoleSettings, holds: (value: unknown) => boolean, rule: string, fix: string): void => {
    const value = role[path];
    if (value !== undefined && !holds(value)) faults.push({ path, value, rule, fix });
  };
  check(
    "roleName",
    (value) => typeof value === "string" && /^[\w+=,.@-]{1,64}$/.test(value),
    "a role's name has 1 to 64 letters, digits and characters of _+=,.@-.",
    "shorten it, or leave the other characters out.",
  );
  check(
    "path",
    (value) => typeof value === "string" && value.length <= 512 && /^\/(?:[!-~]*[!-.0-~]\/)?$/.test(value),
    "a path begins and ends with / and has at most 512 characters.",
    'write "/" or such as "/ci/".',
  );
  check(
    "maxSessionDuration",
    (value) => Number.isInteger(value) && Number(value) >= 3_600 && Number(value) <= 43_200,
    "a session lasts 3,600 to 43,200 seconds.",
    "write whole seconds, 3600 for an hour.",
  );
  check(
    "permissionsBoundary",
    (value) => typeof value === "string" && /^arn:aws[a-z-]*:iam::(?:[0-9]{12}|aws):policy\/[!-~]+$/.test(value),
    "a permissions boundary is a managed policy, named by its ARN.",
    'write "arn:aws:iam::<account>:policy/<name>".',
  );
  return faults;
}

/** What a role that pushes names by ARN. What is not known yet is left out. */
export interface PushRoleArns {
  providerArn?: unknown;
  permissionsBoundary?: unknown;
  repositories?: readonly unknown[];
}

/**
 * Why these ARNs cannot be of one role: an identity provider and a policy are of the role's own account, and all of them, the
 * repositories too, of its partition. Never throws.
 *
 * @param region Where the role's AWS provider works, which tells the partition. Left out: that of the first ARN.
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
            rule: `the ARN is of the partition ${found}, ${where} is of ${partition}: nothing of one partition is used in another.`,
            fix: `name one of the partition ${partition}.`,
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
          rule: `a boundary and an identity provider are of the role's own account: the boundary is of ${other}, the provider of ${own}.`,
          fix: "name a policy of that account, or one of AWS's own, arn:<partition>:iam::aws:policy/<name>.",
        },
      ];
}
