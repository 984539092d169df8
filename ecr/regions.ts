import type { Fault } from "./faults";

/**
 * Where the AWS provider's ECR Public resources work. The ECR Public API answers in us-west-2 too, but the provider
 * refuses every region other than this one; the images are served worldwide either way.
 */
export const publicRegions = ["us-east-1"] as const;

/**
 * Whether a text has the form of a region's name in any partition: `ap-northeast-2`, `us-gov-west-1`, `us-isob-east-1`,
 * `eusc-de-east-1`. The form only: a region that opens tomorrow passes.
 */
export function isRegionName(text: unknown): text is string {
  return typeof text === "string" && /^[a-z]{2,4}(?:-[a-z]{2,})+-[0-9]{1,2}$/.test(text);
}

/**
 * How the names of a partition's regions begin, and how the addresses of its services end (botocore's partitions.json; AWS
 * General Reference, ARNs).
 */
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

/** The partition of a region's ARNs; `undefined` for a region of a partition that opens tomorrow. */
export function knownPartition(region: unknown): string | undefined {
  return isRegionName(region) ? partitions.find(({ begin }) => begin.test(region))?.name : undefined;
}

/** The partition of a region's ARNs: `aws`, `aws-cn`, `aws-us-gov`, …; `aws` for a region that none is known of. */
export function partitionOf(region: string): string {
  return knownPartition(region) ?? "aws";
}

/** Whether two regions are of one partition; true where that of one is not known. */
export function isSamePartition(one: unknown, other: unknown): boolean {
  const [left, right] = [knownPartition(one), knownPartition(other)];
  return left === undefined || right === undefined || left === right;
}

/**
 * Why an ARN names nothing: its partition is not that of its region, or, for an ARN without one (IAM), not that of the region
 * it is used in. Anything else than an ARN has no fault here. Never throws.
 *
 * @param region Where the ARN is used; left out: only the ARN's own region is compared.
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
      rule: `the ARN is of the partition ${found}, ${place} is in ${expected}: nothing of one partition is used in another.`,
      fix: ownRegion
        ? `write "arn:${expected}:${service}:${place}:…", or the region that is meant.`
        : `name one of the partition ${expected}, "arn:${expected}:${service}::…".`,
    },
  ];
}

/** Why a value is no region's name. Never throws. */
export function regionFaults(region: unknown, path: string): Fault[] {
  if (isRegionName(region)) {
    return [];
  }
  return [
    {
      path,
      value: region,
      rule: "an AWS region has a name of the form ap-northeast-2.",
      fix: 'write the region\'s name, such as "ap-northeast-2" (no zone letter, no display name).',
    },
  ];
}

/** Why the provider's ECR Public resources cannot be in this region: they work in us-east-1 only. Never throws. */
export function publicRegionFaults(region: unknown, path: string): Fault[] {
  if ((publicRegions as readonly unknown[]).includes(region)) {
    return [];
  }
  return [
    {
      path,
      value: region,
      rule: `ECR Public's resources work in ${publicRegions.join(", ")} only.`,
      fix: `write "${publicRegions[0]}": anyone can pull from there, wherever they are.`,
    },
  ];
}
