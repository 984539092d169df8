import type { Fault } from "./faults";

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
