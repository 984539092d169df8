import type { LifecycleImage } from "../../../ecr/lifecyclePolicy";
import type { GatewayState } from "../state/gatewayState";
import type { RepositoryRecord } from "../state/records";

/** A repository's images as lifecycle rules see them, by digest. */
export function lifecycleImages(context: Pick<GatewayState, "store">, repository: RepositoryRecord): LifecycleImage[] {
  const images = context.store.imagesOf(repository);
  const tags = new Map<string, string[]>();
  for (const [tag, digest] of context.store.tagsFrom(repository)) {
    const known = tags.get(digest);
    if (known) {
      known.push(tag);
    } else {
      tags.set(digest, [tag]);
    }
  }
  const parents = new Map<string, string[]>();
  for (const { digest, children } of images) {
    for (const child of children) {
      parents.set(child, [...(parents.get(child) ?? []), digest]);
    }
  }
  const date = (time: number | undefined) => (time === undefined ? undefined : new Date(time));
  return images.map((image) => ({
    digest: image.digest,
    tags: tags.get(image.digest) ?? [],
    pushedAt: new Date(image.pushedAt),
    lastPulledAt: date(image.lastPulledAt),
    archivedAt: date(image.archivedAt),
    activatedAt: date(image.activatedAt),
    storageClass: image.storageClass === "ARCHIVE" ? "archive" : "standard",
    parents: parents.get(image.digest) ?? [],
    subject: image.subject,
    sizeBytes: image.imageSize,
  }));
}
