import type { Fault } from "../faults";
import { parseIamPrincipal } from "../names/accounts";
import { arnPartitionFaults } from "../names/regions";

/**
 * Pull-time exclusions: identities, such as scanners, whose pulls do not count as use of an image. Source: ECR API,
 * RegisterPullTimeUpdateExclusion; ECR user guide, "Pull-time update exclusions".
 */
export const pullTimeExclusionLimits = {
  /** Limit on the exclusions of an account. */
  exclusions: 100,
  /** Maximum length of an ARN. */
  arn: 200,
} as const;

/**
 * Why ECR would refuse to exclude an identity, which must be the ARN of an IAM role or user. The API's pattern accepts
 * users, although the user guide mentions only roles. Never throws.
 *
 * @param region The registry's region, whose partition the identity must be in. Omitted: not compared.
 */
export function pullTimeExclusionFaults(principalArn: unknown, path: string, region?: string): Fault[] {
  const fault = (rule: string, fix: string): Fault[] => [{ path, value: principalArn, rule, fix }];
  if (typeof principalArn === "string" && /^arn:aws[a-z-]*:sts::[0-9]{12}:assumed-role\//.test(principalArn)) {
    return fault(
      "an exclusion must name the role, not one of its sessions.",
      'write "arn:aws:iam::<account>:role/<name>", with the role\'s path.',
    );
  }
  if (parseIamPrincipal(principalArn) === undefined || String(principalArn).length > pullTimeExclusionLimits.arn) {
    return fault(
      `must be the ARN of an IAM role or user, at most ${pullTimeExclusionLimits.arn} characters.`,
      'write "arn:aws:iam::<account>:role/<name>".',
    );
  }
  return arnPartitionFaults(principalArn, path, region);
}

/** Why ECR would refuse these exclusions together: each one's faults, more than 100, or a duplicate. Never throws. */
export function pullTimeExclusionsFaults(principalArns: unknown, path: string, region?: string): Fault[] {
  if (!Array.isArray(principalArns)) {
    return [{ path, value: principalArns, rule: "pull-time exclusions must be a list.", fix: "write a list of ARNs." }];
  }
  const faults = principalArns.flatMap((arn: unknown, index): Fault[] => {
    const at = `${path}[${index}]`;
    const found = pullTimeExclusionFaults(arn, at, region);
    return found.length === 0 && principalArns.indexOf(arn) < index
      ? [{ path: at, value: arn, rule: "each identity can be excluded only once.", fix: "leave one out." }]
      : found;
  });
  if (principalArns.length > pullTimeExclusionLimits.exclusions) {
    faults.push({
      path,
      value: principalArns,
      rule: `an account can have at most ${pullTimeExclusionLimits.exclusions} pull-time exclusions; there are ${principalArns.length}.`,
      fix: "leave some out.",
    });
  }
  return faults;
}
