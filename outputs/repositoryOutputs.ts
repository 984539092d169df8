import type { ImageBuild, PrivateRepository, PublicRepository } from "../components";

/**
 * The outputs that private and public repositories share.
 *
 * @param build The build in its push commands. Omitted: any image.
 */
export function repositoryOutputs(repository: PrivateRepository | PublicRepository, build?: ImageBuild) {
  const { url, arn, repositoryName: name, registryId } = repository;
  return { url, arn, name, registryId, pushCommands: repository.pushCommands(build) };
}
