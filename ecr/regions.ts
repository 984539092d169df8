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

/** Region names by how they begin, and the partition that ARNs there name (AWS General Reference, ARNs). */
const partitions: readonly (readonly [begin: string, partition: string])[] = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["us-isob-", "aws-iso-b"],
  ["us-isof-", "aws-iso-f"],
  ["us-iso-", "aws-iso"],
  ["eu-isoe-", "aws-iso-e"],
  ["eusc-", "aws-eusc"],
];

/** The partition of a region's ARNs: `aws`, `aws-cn`, `aws-us-gov`, …. */
export function partitionOf(region: string): string {
  return partitions.find(([begin]) => region.startsWith(begin))?.[1] ?? "aws";
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
