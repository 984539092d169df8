import { parseIamPrincipal } from "./accounts";
import type { Fault } from "./faults";
import { arnPartitionFaults } from "./regions";

/**
 * Pull-time exclusions: identities whose pulls do not count as use of an image, such as scanners. Source: ECR API,
 * RegisterPullTimeUpdateExclusion; ECR user guide, "Pull-time update exclusions".
 */
export const pullTimeExclusionLimits = {
  /** Exclusions of an account. */
  exclusions: 100,
  /** Characters of an ARN. */
  arn: 200,
} as const;

/**
 * Why ECR would refuse to exclude an identity: a role or a user of IAM by its ARN. The API's pattern takes users too,
 * where the user guide speaks of roles only. Never throws.
 *
 * @param region The registry's: the identity is of its partition. Left out: not compared.
 */
export function pullTimeExclusionFaults(principalArn: unknown, path: string, region?: string): Fault[] {
  const fault = (rule: string, fix: string): Fault[] => [{ path, value: principalArn, rule, fix }];
  if (typeof principalArn === "string" && /^arn:aws[a-z-]*:sts::[0-9]{12}:assumed-role\//.test(principalArn)) {
    return fault(
      "an exclusion names the role, not one of its sessions.",
      'write "arn:aws:iam::<account>:role/<name>", with the role\'s path.',
    );
  }
  if (parseIamPrincipal(principalArn) === undefined || String(principalArn).length > pullTimeExclusionLimits.arn) {
    return fault(
      `an exclusion names a role or a user of IAM by its ARN, at most ${pullTimeExclusionLimits.arn} characters.`,
      'write "arn:aws:iam::<account>:role/<name>".',
    );
  }
  return arnPartitionFaults(principalArn, path, region);
}

/** Why ECR would refuse these exclusions together: each one's faults, more than 100, or one twice. Never throws. */
export function pullTimeExclusionsFaults(principalArns: unknown, path: string, region?: string): Fault[] {
  if (!Array.isArray(principalArns)) {
    return [{ path, value: principalArns, rule: "pull-time exclusions are a list.", fix: "write a list of ARNs." }];
  }
  const faults = principalArns.flatMap((arn: unknown, index): Fault[] => {
    const at = `${path}[${index}]`;
    const found = pullTimeExclusionFaults(arn, at, region);
    return found.length === 0 && principalArns.indexOf(arn) < index
      ? [{ path: at, value: arn, rule: "each identity is excluded once.", fix: "leave one out." }]
      : found;
  });
  if (principalArns.length > pullTimeExclusionLimits.exclusions) {
    faults.push({
      path,
      value: principalArns,
      rule: `an account has at most ${pullTimeExclusionLimits.exclusions} pull-time exclusions, there are ${principalArns.length}.`,
      fix: "leave some out.",
    });
  }
  return faults;
}
