import type { GatewayContext } from "./context";
import { storedManifests, storedRepositories } from "./distributionFiles";

/**
 * Removes what Distribution has and the gateway does not know: manifests of pushes that a kill cut before they were
 * acknowledged, and of deletions that it cut afterwards. Nobody sees them, yet their layers would never be collected.
 * Runs beside pushes: each repository is locked while it is looked at.
 */
export async function reconcile(context: GatewayContext): Promise<void> {
  const { store, distribution, config } = context;
  const storage = config.distributionStorage;
  if (storage === undefined) return;
  // In this order: a repository that is made in between has its record first.
  const stored = storedRepositories(storage);
  const known = new Map(store.allRepositories().map((repository) => [repository.id, repository]));
  for (const id of stored) {
    await context.repositoryLocks.run(id, async () => {
      const repository = known.get(id);
      if (repository === undefined || store.repository(repository, repository.name)?.id !== id) {
        await distribution.removeRepository(id);
        return;
      }
      for (const digest of storedManifests(storage, id)) {
        if (store.image(repository, digest) === undefined) {
          await distribution.deleteManifest(repository, digest);
        }
      }
    });
  }
}
