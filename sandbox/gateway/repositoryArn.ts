import { partitionOf } from "../../ecr/regions";
import type { RegistryAddress, RepositoryRecord } from "./state/records";

/** The ARN of a registry's repositories up to their name; ECR Public's names no region. */
export function arnPrefix({ kind, account, region }: RegistryAddress): string {
  return kind === "public"
    ? `arn:aws:ecr-public::${account}:repository/`
    : `arn:${partitionOf(region)}:ecr:${region}:${account}:repository/`;
}

export function repositoryArn(repository: RepositoryRecord): string {
  return `${arnPrefix(repository)}${repository.name}`;
}
