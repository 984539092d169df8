import type { LifecycleRuleInput } from "./lifecycleDocument";

/** Prefix of tags derived from an image's content; a repository's default lifecycle policy limits their number. */
export const contentTagPrefix = "src-";

export const lifecyclePresetNames = ["service", "release", "pullRequest", "archive", "pullThroughCache"] as const;
/** A preset's name; docs/config.md has a table of what each one does. */
export type LifecyclePresetName = (typeof lifecyclePresetNames)[number];

export interface LifecyclePreset {
  /** Which repositories it is for, and what happens to their images: one or two sentences. */
  description: string;
  rules: readonly LifecycleRuleInput[];
}

/** Seven days are enough to notice an image that lost its tag by mistake and tag it again. */
const expireUntaggedAfterWeek: LifecycleRuleInput = { images: "untagged", expireAfterDays: 7 };

/**
 * Lifecycle rules by type of repository. Every preset expires untagged images, and none treats release tags specially:
 * an image with a content tag and a release tag belongs to the content-tag rule, which eventually expires it. Use
 * protected tags (`protectTags`) to keep it.
 */
export const lifecyclePresets: Record<LifecyclePresetName, LifecyclePreset> = {
  service: {
    description:
      "A service that is built on every change. Untagged images expire after 7 days, and the 50 newest images under a content tag stay; images with other tags only stay until somebody deletes them.",
    // 50 builds are enough for rollbacks.
    rules: [expireUntaggedAfterWeek, { images: { tagPrefixes: [contentTagPrefix] }, keepNewest: 50 }],
  },
  release: {
    description:
      "Releases only, each under a tag of its own. Untagged images expire after 7 days; every tagged image stays until somebody deletes it.",
    rules: [expireUntaggedAfterWeek],
  },
  pullRequest: {
    description:
      "Images of pull requests and other short-lived builds. Untagged images expire 1 day after their push, all others after 14 days.",
    rules: [
      { images: "untagged", expireAfterDays: 1 },
      { images: "any", expireAfterDays: 14 },
    ],
  },
  archive: {
    description:
      "Images that must be kept for years, for audits. Untagged images expire after 7 days; tagged ones go to the archive when nobody has pulled them for 90 days, and are never deleted.",
    rules: [expireUntaggedAfterWeek, { images: "any", archiveAfterDaysUnpulled: 90 }],
  },
  pullThroughCache: {
    description:
      "Copies of another registry's images, which the next pull fetches again. Untagged images expire 7 days after their push, all others after 30 days.",
    rules: [expireUntaggedAfterWeek, { images: "any", expireAfterDays: 30 }],
  },
};
