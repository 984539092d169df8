import type { LifecyclePolicyDocument } from "./lifecycleDocument";
import type { LifecycleImage } from "./matching";
import { type LifecycleEvent, lifecycleTimeline } from "./timeline";

/** The difference between two lifecycle policies for the images of one repository. */
export interface ExpiryChange {
  /** Expired by the changed document but not by the current one. */
  more: LifecycleEvent[];
  /** Expired by the current document but not by the changed one. */
  fewer: LifecycleEvent[];
}

/**
 * Compares which images a changed and the current lifecycle policy expire.
 *
 * @param current The document in force. `undefined`: none, so nothing expires.
 * @param horizonDays Days to look ahead. @default 0, the first run only
 */
export function expiryChange(
  current: LifecyclePolicyDocument | undefined,
  changed: LifecyclePolicyDocument | undefined,
  images: readonly LifecycleImage[],
  now: Date,
  horizonDays = 0,
): ExpiryChange {
  const expiring = (document: LifecyclePolicyDocument | undefined) =>
    document === undefined
      ? []
      : lifecycleTimeline(document, images, now, horizonDays).events.filter(({ action }) => action === "expire");
  const before = expiring(current);
  const after = expiring(changed);
  const without = (events: LifecycleEvent[], others: LifecycleEvent[]) => {
    const digests = new Set(others.map(({ digest }) => digest));
    return events.filter(({ digest }) => !digests.has(digest));
  };
  return { more: without(after, before), fewer: without(before, after) };
}
