import type { ImageBuild, PrivateRepository, PublicRepository } from "../components";

/**
 * What the contract has of a private and of a public repository alike.
 *
 * @param build What its push commands build. Left out: any image.
 */
export function repositoryOutputs(repository: PrivateRepository | PublicRepository, build?: ImageBuild) {
  const { url, arn, repositoryName: name, registryId } = repository;
  return { url, arn, name, registryId, pushCommands: repository.pushCommands(build) };
}
