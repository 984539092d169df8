import { isAutomatic } from "../../../ecr/registry/scanning";
import { imageActionEvent, scanEvents } from "../events/ecrEvents";
import { canBeScanned, scanFrequency, scanImage } from "../scans/scans";
import type { ImageRecord, RepositoryRecord } from "../state/records";
import type { ImageDependencies } from "./imageDependencies";

/** How an image arrived: pushed by a client, or copied by the registry itself. */
export type PushOrigin = "push" | "replication" | "pullThrough";

/**
 * What ECR does after a push: event, scan, and replication. Images the registry copied itself are scanned but not
 * replicated further, and they emit the events of replication and pull-through caching instead.
 */
export function followUp(
  context: ImageDependencies,
  repository: RepositoryRecord,
  image: ImageRecord,
  tag: string | undefined,
  origin: PushOrigin,
): void {
  if (repository.kind === "public") {
    return;
  }
  if (origin === "push") {
    context.events.send(imageActionEvent(context, repository, "PUSH", { ...image, tag }));
    context.replicator.schedule(repository, image, tag);
  }
  if (!image.scan && canBeScanned(image) && isAutomatic(scanFrequency(context, repository).frequency)) {
    scanAndNotify(context, repository, image);
  }
}

/** Scans an image and sends the findings to EventBridge. */
export function scanAndNotify(context: ImageDependencies, repository: RepositoryRecord, image: ImageRecord): void {
  const scan = scanImage(context, repository, image);
  const tags = context.store.tagsOfImage(repository, image.digest);
  for (const event of scanEvents(context, repository, { ...image, scan }, tags)) {
    context.events.send(event);
  }
}
