import type { Fault } from "../faults";
import { arnPartitionFaults } from "./regions";
import { privateRepositoryNameFaults, publicRepositoryNameFaults } from "./repositoryNames";

/** A parsed repository ARN. */
export interface RepositoryArn {
  kind: "private" | "public";
  partition: string;
  /** Absent for a public repository, whose images are served worldwide. */
  region?: string;
  /** Twelve digits. */
  account: string;
  name: string;
}

/** Service authorization reference, Amazon ECR and Amazon ECR Public: resource types defined. */
const privateArn = /^arn:(aws[a-z-]*):ecr:([a-z0-9-]+):([0-9]{12}):repository\/(.+)$/;
const publicArn = /^arn:(aws[a-z-]*):ecr-public::([0-9]{12}):repository\/(.+)$/;

/**
 * Parses the ARN of a single private or public repository; `undefined` for anything else, including an ARN with a
 * wildcard: a policy built from it must not cover more than the named repository.
 */
export function parseRepositoryArn(arn: unknown): RepositoryArn | undefined {
  if (typeof arn !== "string" || arnPartitionFaults(arn, "").length > 0) {
    return undefined;
  }
  const [, partition = "", region = "", account = "", name = ""] = privateArn.exec(arn) ?? [];
  if (name !== "" && privateRepositoryNameFaults(name, "").length === 0) {
    return { kind: "private", partition, region, account, name };
  }
  const [, publicPartition = "", publicAccount = "", publicName = ""] = publicArn.exec(arn) ?? [];
  return publicName !== "" && publicRepositoryNameFaults(publicName, "").length === 0
    ? { kind: "public", partition: publicPartition, account: publicAccount, name: publicName }
    : undefined;
}

/** Why a value is not the ARN of a single repository. Never throws. */
export function repositoryArnFaults(arn: unknown, path: string): Fault[] {
  if (parseRepositoryArn(arn) !== undefined) {
    return [];
  }
  const ofPartition = arnPartitionFaults(arn, path);
  if (ofPartition.length > 0) {
    return ofPartition;
  }
  return [
    {
      path,
      value: arn,
      rule: "must be a repository's ARN, with its full name and no wildcard.",
      fix:
        typeof arn === "string" && /[*?]/.test(arn)
          ? "name each repository: a wildcard would include repositories that do not exist yet."
          : 'write "arn:aws:ecr:<region>:<account>:repository/<name>" or "arn:aws:ecr-public::<account>:repository/<name>".',
    },
  ];
}
