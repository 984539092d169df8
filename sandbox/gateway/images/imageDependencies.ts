import type { EventSender } from "../events/eventSender";
import type { ScanDependencies } from "../scans/scans";
import type { KeyedLock } from "../state/keyedLock";
import type { ImageRecord, RepositoryRecord } from "../state/records";
import type { DistributionClient } from "../storage/distributionClient";

/** The interface of replication that pushes and deletions need; replication itself depends on images. */
export interface ReplicationQueue {
  /** Records the image's destinations and starts copying. */
  schedule(repository: RepositoryRecord, image: ImageRecord, tag: string | undefined): void;
  /** Deletes an image or some of its tags where a rule replicates deletions. */
  scheduleDeletion(repository: RepositoryRecord, digest: string, tags: readonly string[], whole: boolean): void;
}

/** The dependencies of pushes and deletions. */
export interface ImageDependencies extends ScanDependencies {
  distribution: DistributionClient;
  events: EventSender;
  replicator: ReplicationQueue;
  /** One writer at a time per repository, so that two pushes cannot both claim an immutable tag. */
  repositoryLocks: KeyedLock;
}
