import { evaluateLifecycle, type LifecycleOutcome } from "./evaluation";
import type { LifecycleImage } from "./matching";
import type { LifecyclePolicyDocument } from "./types";
import { dayMilliseconds } from "./verdicts";

/** One thing that a lifecycle policy does. */
export interface LifecycleEvent extends LifecycleOutcome {
  action: "expire" | "archive";
  /** The earliest date; ECR acts within 24 hours after it. */
  at: Date;
}

export interface LifecycleTimeline {
  /** By date. An image that is archived and deleted later is in it twice. */
  events: LifecycleEvent[];
  /** What becomes of the images that are left after the horizon, in the order of the images. */
  left: LifecycleOutcome[];
}

/**
 * What a lifecycle policy does from now to the horizon if nothing is pushed, pulled, tagged or deleted by hand, as one run a
 * day does it: what one run archives or deletes is no longer there for the next.
 *
 * @param horizonDays Days to look ahead; 0: one run, now.
 */
export function lifecycleTimeline(
  document: LifecyclePolicyDocument,
  images: readonly LifecycleImage[],
  now: Date,
  horizonDays: number,
): LifecycleTimeline {
  const events: LifecycleEvent[] = [];
  let present = images;
  let outcomes = evaluateLifecycle(document, present, now);
  for (let day = 0; day <= horizonDays; ) {
    const time = new Date(now.getTime() + day * dayMilliseconds);
    const due = outcomes.filter((outcome): outcome is LifecycleEvent => outcome.at !== undefined && outcome.at <= time);
    if (due.length > 0) {
      for (const event of due) events.push(event);
      present = without(present, due);
      outcomes = evaluateLifecycle(document, present, time);
    }
    day = Math.max(day + 1, nextDay(outcomes, now));
  }
  return { events: events.sort((a, b) => a.at.getTime() - b.at.getTime()), left: outcomes };
}

/** The images after a run: those that expired are gone, those that were archived are in the archive. */
function without(images: readonly LifecycleImage[], events: readonly LifecycleEvent[]): LifecycleImage[] {
  const byDigest = new Map(events.map((event) => [event.digest, event]));
  return images.flatMap((image): LifecycleImage[] => {
    const event = byDigest.get(image.digest);
    if (event === undefined) {
      return [image];
    }
    return event.action === "expire" ? [] : [{ ...image, storageClass: "archive", archivedAt: event.at }];
  });
}

/** The first day on which a run has something to do. */
function nextDay(outcomes: readonly LifecycleOutcome[], now: Date): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { at } of outcomes) {
    first = Math.min(first, at?.getTime() ?? first);
  }
  return Math.ceil((first - now.getTime()) / dayMilliseconds);
}
