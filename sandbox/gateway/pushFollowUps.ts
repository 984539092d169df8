import { isAutomatic } from "../../ecr/scanning";
import type { GatewayContext } from "./context";
import { imageActionEvent, scanEvents } from "./events/events";
import { canBeScanned, scanFrequency, scanImage } from "./scans";
import type { ImageRecord, RepositoryRecord } from "./state/records";

/** How an image came: pushed by a client, or copied by the registry itself. */
export type PushOrigin = "push" | "replication" | "pullThrough";

/**
 * What ECR does after an image came: it tells EventBridge, scans and replicates. Copies that it made itself are scanned,
 * but not copied on, and their events are those of replication and of pull-through caching.
 */
export function followUp(
  context: GatewayContext,
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
    scanAndTell(context, repository, image);
  }
}

/** Scans an image and tells EventBridge what was found. */
export function scanAndTell(context: GatewayContext, repository: RepositoryRecord, image: ImageRecord): void {
  const scan = scanImage(context, repository, image);
  const tags = context.store.tagsOfImage(repository, image.digest);
  for (const event of scanEvents(context, repository, { ...image, scan }, tags)) {
    context.events.send(event);
  }
}
