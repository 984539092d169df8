import { partitionOf } from "../../../ecr/names/regions";
import type { RegistryAddress, RepositoryRecord } from "./records";

/** The ARN prefix of a registry's repositories; ECR Public's has no region. */
export function arnPrefix({ kind, account, region }: RegistryAddress): string {
  return kind === "public"
    ? `arn:aws:ecr-public::${account}:repository/`
    : `arn:${partitionOf(region)}:ecr:${region}:${account}:repository/`;
}

export function repositoryArn(repository: RepositoryRecord): string {
  return `${arnPrefix(repository)}${repository.name}`;
}
