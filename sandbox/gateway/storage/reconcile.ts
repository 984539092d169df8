import type { GatewayConfig } from "../config";
import type { GatewayState } from "../state/gatewayState";
import type { KeyedLock } from "../state/keyedLock";
import type { DistributionClient } from "./distributionClient";
import { storedManifests, storedRepositories } from "./distributionFiles";

interface ReconcileDependencies extends Pick<GatewayState, "store"> {
  config: Pick<GatewayConfig, "distributionStorage">;
  distribution: DistributionClient;
  repositoryLocks: KeyedLock;
}

/**
 * Removes manifests that Distribution has but the gateway does not know, left by pushes and deletions that a kill
 * interrupted. Nobody sees them, but their layers would never be collected. Safe to run during pushes: each repository
 * is locked while it is checked.
 */
export async function reconcile(context: ReconcileDependencies): Promise<void> {
  const { store, distribution, config } = context;
  const storage = config.distributionStorage;
  if (storage === undefined) return;
  // The order matters: a repository created in between already has its record.
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
