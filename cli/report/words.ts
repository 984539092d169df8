import type { PreviewedImage } from "../lifecycle/previewModel";
import { reasonText, shortDigest } from "../lifecycle/previewText";
import { type Html, html } from "./html";
import type { ReportedImage } from "./model";

/** A day as `2026-06-01`, machine-readable as well. Times are UTC. */
export function day(date: Date): Html {
  const text = date.toISOString().slice(0, 10);
  return html`<time datetime="${text}">${text}</time>`;
}

/** A time as `2026-06-01 12:00 UTC`. */
export function minute(date: Date): Html {
  const text = date.toISOString();
  return html`<time datetime="${text}">${text.slice(0, 10)} ${text.slice(11, 16)} UTC</time>`;
}

/** Tags, or otherwise the start of the digest, as the image's name. */
export function imageName({ tags, digest }: { tags: readonly string[]; digest: string }): string {
  return tags.length > 0 ? tags.slice(0, 3).join(", ") : shortDigest(digest);
}

/** A rule's name in a sentence. */
export function ruleName(rule: number | undefined): string {
  return rule === undefined ? "no rule" : `rule ${rule}`;
}

/** `deleted` or `archived`. */
export function actionWord({ action }: PreviewedImage): string {
  return action === "expire" ? "deleted" : "archived";
}

/** When something happens: `today`, or the day. */
export function when({ at, bucket }: PreviewedImage): Html {
  return at === undefined || bucket === 0 ? html`today` : day(at);
}

/** Explains the last known outcome of an image. */
export function whyText({ events, afterwards }: ReportedImage): string {
  const decisive = events[0] ?? afterwards;
  return decisive === undefined ? "" : reasonText(decisive);
}

/** An ID shared by a heading and its links. Repository names are unique only within a region. */
export function anchor(prefix: string, index: number): string {
  return `${prefix}-${index + 1}`;
}
