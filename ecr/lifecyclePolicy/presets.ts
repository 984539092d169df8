import type { LifecycleRuleInput } from "./types";

/** Tag prefix of the tags that come from an image's content; a repository's default lifecycle caps them. */
export const contentTagPrefix = "src-";

export const lifecyclePresetNames = ["service", "release", "pullRequest", "archive", "pullThroughCache"] as const;
/** A preset's name; docs/config.md has a table of what each of them does. */
export type LifecyclePresetName = (typeof lifecyclePresetNames)[number];

export interface LifecyclePreset {
  /** Which repositories it is for, and what happens to their images: one or two sentences. */
  description: string;
  rules: readonly LifecycleRuleInput[];
}

/** Seven days are enough to find and tag again what lost its tag by mistake. */
const untaggedGoAfterAWeek: LifecycleRuleInput = { images: "untagged", expireAfterDays: 7 };

/**
 * Lifecycle rules by the kind of repository. Every preset lets untagged images go, and none of them looks at release tags:
 * an image that carries a content tag and a release tag is the content-tag rule's, which expires it in its turn. Protected
 * tags (`protectTags`) are what keeps it.
 */
export const lifecyclePresets: Record<LifecyclePresetName, LifecyclePreset> = {
  service: {
    description:
      "A service that is built on every change. Untagged images expire after 7 days, and the 50 newest images under a content tag stay; images with other tags only stay until somebody deletes them.",
    // 50 builds are enough to go back to.
    rules: [untaggedGoAfterAWeek, { images: { tagPrefixes: [contentTagPrefix] }, keepNewest: 50 }],
  },
  release: {
    description:
      "Releases only, each under a tag of its own. Untagged images expire after 7 days; every tagged image stays until somebody deletes it.",
    rules: [untaggedGoAfterAWeek],
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
    rules: [untaggedGoAfterAWeek, { images: "any", archiveAfterDaysUnpulled: 90 }],
  },
  pullThroughCache: {
    description:
      "Copies of another registry's images, which come again with the next pull. Untagged images expire 7 days after their push, all others after 30 days.",
    rules: [untaggedGoAfterAWeek, { images: "any", expireAfterDays: 30 }],
  },
};

/** The lifecycle of a repository that says nothing else: the preset `service`. */
export const defaultLifecycleRules: readonly LifecycleRuleInput[] = lifecyclePresets.service.rules;
