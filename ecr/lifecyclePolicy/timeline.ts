import type { LifecyclePolicyDocument } from "./lifecycleDocument";
import { evaluateLifecycle, type LifecycleOutcome } from "./lifecycleEvaluation";
import type { LifecycleImage } from "./matching";
import { dayMilliseconds } from "./verdicts";

/** An action of a lifecycle policy on an image. */
export interface LifecycleEvent extends LifecycleOutcome {
  action: "expire" | "archive";
  /** The earliest date; ECR acts within 24 hours after it. */
  at: Date;
}

export interface LifecycleTimeline {
  /** Sorted by date. An image that is archived and later deleted appears twice. */
  events: LifecycleEvent[];
  /** Outcomes of the images left after the horizon, in the order of the images. */
  left: LifecycleOutcome[];
}

/**
 * Simulates one run a day from now to the horizon, if nothing is pushed, pulled, tagged, or deleted manually: images
 * that one run archives or deletes are no longer there for the next.
 *
 * @param horizonDays Days to look ahead; 0: a single run, now.
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
      present = applyEvents(present, due);
      outcomes = evaluateLifecycle(document, present, time);
    }
    day = Math.max(day + 1, nextDay(outcomes, now));
  }
  return { events: events.sort((a, b) => a.at.getTime() - b.at.getTime()), left: outcomes };
}

/** The images after a run: expired ones are gone, archived ones are in the archive. */
function applyEvents(images: readonly LifecycleImage[], events: readonly LifecycleEvent[]): LifecycleImage[] {
  const byDigest = new Map(events.map((event) => [event.digest, event]));
  return images.flatMap((image): LifecycleImage[] => {
    const event = byDigest.get(image.digest);
    if (event === undefined) {
      return [image];
    }
    return event.action === "expire" ? [] : [{ ...image, storageClass: "archive", archivedAt: event.at }];
  });
}

/** The first day on which a run acts. */
function nextDay(outcomes: readonly LifecycleOutcome[], now: Date): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { at } of outcomes) {
    first = Math.min(first, at?.getTime() ?? first);
  }
  return Math.ceil((first - now.getTime()) / dayMilliseconds);
}
