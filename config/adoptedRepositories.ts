import { resourceWith, type StackState } from "../components/stackState";
import { mapValues } from "./mapValues";
import { registryName } from "./repositorySettings";
import type { EnvironmentConfig } from "./sections";
import { privateRepositoryTypes, repositoryRegion } from "./sections/privateRepositories";
import { publicRepositoryTypes } from "./sections/publicRepositories";

/**
 * Removes `import` from repositories that are already in the stack. Otherwise, if the import were written differently
 * (such as with an explicit region), the engine would see another repository, import it, and then delete the old one,
 * which is the same repository.
 *
 * @param region The provider's region.
 */
export function withoutAdopted(config: EnvironmentConfig, state: StackState, region: string): EnvironmentConfig {
  const own = <Entry extends { import?: unknown }>(entry: Entry, repositoryName: string): Entry => ({
    ...entry,
    import: undefined,
    repositoryName,
  });
  return {
    ...config,
    privateRepositories: mapValues(config.privateRepositories, (entry, key) => {
      const name = registryName(entry, key);
      const identity = { name, region: repositoryRegion(config, key) ?? region };
      return resourceWith(state, privateRepositoryTypes.repository, identity) ? own(entry, name) : entry;
    }),
    publicRepositories: mapValues(config.publicRepositories, (entry, key) => {
      const repositoryName = registryName(entry, key);
      return resourceWith(state, publicRepositoryTypes.repository, { repositoryName })
        ? own(entry, repositoryName)
        : entry;
    }),
  };
}
