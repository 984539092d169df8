import { resourceWith, type StackState } from "../components/stackState";
import { registryName, repositoryRegion } from "./arguments";
import { mapValues } from "./mapValues";
import type { EnvironmentConfig } from "./schema";
import { stateTypes } from "./stateTypes";

/**
 * The config without each `import` of a repository that the stack has already: it has done its work. The engine would
 * take another spelling of the same import (a region that is written now) for another repository, import that, and
 * delete the one that it had, which is the same.
 *
 * @param region The provider's.
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
      const name = registryName(config, `private/${key}`);
      const place = { name, region: repositoryRegion(config, key) ?? region };
      return resourceWith(state, stateTypes.privateRepository.repository, place) ? own(entry, name) : entry;
    }),
    publicRepositories: mapValues(config.publicRepositories, (entry, key) => {
      const repositoryName = registryName(config, `public/${key}`);
      return resourceWith(state, stateTypes.publicRepository.repository, { repositoryName })
        ? own(entry, repositoryName)
        : entry;
    }),
  };
}
