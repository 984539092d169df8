import type { LifecycleImage } from "./matching";
import { type LifecycleEvent, lifecycleTimeline } from "./timeline";
import type { LifecyclePolicyDocument } from "./types";

/** How two lifecycle policies differ for the images of one repository. */
export interface ExpiryChange {
  /** What the changed document expires and the current one does not. */
  more: LifecycleEvent[];
  /** What the current document expires and the changed one does not. */
  fewer: LifecycleEvent[];
}

/**
 * Which images a changed lifecycle policy would expire that the current one would not, and the other way round.
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
