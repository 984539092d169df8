import { evaluateLifecycle, type LifecycleImage, type LifecyclePolicyDocument } from "../../../ecr/lifecyclePolicy";
import type { Json } from "./lifecycleRules";

export const now = new Date("2026-06-01T12:00:00Z");
const dayMilliseconds = 24 * 60 * 60 * 1000;

export function daysAgo(days: number): Date {
  return new Date(now.getTime() - days * dayMilliseconds);
}

export function inDays(days: number): Date {
  return daysAgo(-days);
}

/** An image pushed this many days ago. */
export function image(digest: string, ageDays: number, tags: string[] = [], more: Partial<LifecycleImage> = {}) {
  return { digest, tags, pushedAt: daysAgo(ageDays), ...more } satisfies LifecycleImage;
}

/** A document of these rules, with the priorities 1, 2, 3, … */
export function policy(...rules: Json[]): LifecyclePolicyDocument {
  return {
    rules: rules.map((rule, index) => ({ ...rule, rulePriority: index + 1 })),
  } as unknown as LifecyclePolicyDocument;
}

/** What happens to images, in their order: `A expire`, `B archive`, with the number of days if not now. */
export function goes(document: LifecyclePolicyDocument, images: LifecycleImage[]): string[] {
  return evaluateLifecycle(document, images, now).flatMap(({ digest, action, at }) => {
    if (at === undefined) return [];
    const days = (at.getTime() - now.getTime()) / dayMilliseconds;
    return [days === 0 ? `${digest} ${action}` : `${digest} ${action} in ${days}`];
  });
}
