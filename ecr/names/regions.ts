import type { Fault } from "../faults";

/**
 * Regions of the AWS provider's ECR Public resources. The ECR Public API is also available in us-west-2, but the
 * provider refuses every other region; images are served worldwide either way.
 */
export const publicRegions = ["us-east-1"] as const;

/**
 * Whether a string has the format of a region name in any partition: `ap-northeast-2`, `us-gov-west-1`,
 * `us-isob-east-1`, `eusc-de-east-1`. Only the format is checked, so that future regions are accepted.
 */
export function isRegionName(text: unknown): text is string {
  return typeof text === "string" && /^[a-z]{2,4}(?:-[a-z]{2,})+-[0-9]{1,2}$/.test(text);
}

/** Prefixes of region names by partition (botocore's partitions.json; AWS General Reference, ARNs). */
const partitions: readonly { name: string; begin: RegExp }[] = [
  { name: "aws-cn", begin: /^cn-/ },
  { name: "aws-us-gov", begin: /^us-gov-/ },
  { name: "aws-iso", begin: /^us-iso-/ },
  { name: "aws-iso-b", begin: /^us-isob-/ },
  { name: "aws-iso-e", begin: /^eu-isoe-/ },
  { name: "aws-iso-f", begin: /^us-isof-/ },
  { name: "aws-eusc", begin: /^eusc-/ },
  { name: "aws", begin: /^(?:us|eu|ap|sa|ca|me|af|il|mx)-(?!gov-|iso)/ },
];

/** The partition in a region's ARNs; `undefined` for a region of a future partition. */
export function knownPartition(region: unknown): string | undefined {
  return isRegionName(region) ? partitions.find(({ begin }) => begin.test(region))?.name : undefined;
}

/** The partition in a region's ARNs: `aws`, `aws-cn`, `aws-us-gov`, …; `aws` when it is unknown. */
export function partitionOf(region: string): string {
  return knownPartition(region) ?? "aws";
}

/** Whether two regions are in the same partition; true when one is unknown. */
export function isSamePartition(one: unknown, other: unknown): boolean {
  const [left, right] = [knownPartition(one), knownPartition(other)];
  return left === undefined || right === undefined || left === right;
}

/**
 * Why an ARN cannot exist: its partition does not match its region, or, for an ARN without a region (IAM), the region
 * where it is used. Values that are not ARNs have no fault here. Never throws.
 *
 * @param region Where the ARN is used; omitted: only the ARN's own region is compared.
 */
export function arnPartitionFaults(arn: unknown, path: string, region?: string): Fault[] {
  const [, found, service, ownRegion] = (typeof arn === "string" && /^arn:([^:]+):([^:]*):([^:]*):/.exec(arn)) || [];
  const place = ownRegion || region;
  const expected = knownPartition(place);
  if (found === undefined || expected === undefined || found === expected) {
    return [];
  }
  return [
    {
      path,
      value: arn,
      rule: `the ARN is in the partition ${found}, ${place} in ${expected}: resources of one partition cannot be used in another.`,
      fix: ownRegion
        ? `write "arn:${expected}:${service}:${place}:…", or the region that is meant.`
        : `name one in the partition ${expected}, "arn:${expected}:${service}::…".`,
    },
  ];
}

/** Why a value is not a region name. Never throws. */
export function regionFaults(region: unknown, path: string): Fault[] {
  if (isRegionName(region)) {
    return [];
  }
  return [
    {
      path,
      value: region,
      rule: "must be the name of an AWS region, of the form ap-northeast-2.",
      fix: 'write the region\'s name, such as "ap-northeast-2" (no zone letter, no display name).',
    },
  ];
}

/** Why the provider's ECR Public resources cannot be in this region: only us-east-1 works. Never throws. */
export function publicRegionFaults(region: unknown, path: string): Fault[] {
  if ((publicRegions as readonly unknown[]).includes(region)) {
    return [];
  }
  return [
    {
      path,
      value: region,
      rule: `ECR Public's resources work only in ${publicRegions.join(", ")}.`,
      fix: `write "${publicRegions[0]}": anyone can pull from there, from any region.`,
    },
  ];
}
