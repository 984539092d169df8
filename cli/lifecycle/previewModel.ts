import {
  expiryChange,
  type LifecycleEvent,
  type LifecycleImage,
  type LifecycleOutcome,
  type LifecyclePolicyDocument,
  lifecycleTimeline,
  type RepositorySnapshot,
  splitTagLists,
  splitTagListText,
} from "../../ecr/lifecyclePolicy";

/** Days of the timeline's columns; the last one is the horizon. */
export const timelineDays = [0, 7, 30, 90] as const;
const horizonDays = 90;
const dayMilliseconds = 24 * 60 * 60 * 1000;

/** When an image is affected: within these days, later, or never. */
export type Bucket = (typeof timelineDays)[number] | "later" | "never";
export const buckets: readonly Bucket[] = [...timelineDays, "later", "never"];

/** An action on an image, or that it is kept. */
export interface PreviewedImage extends LifecycleOutcome {
  tags: readonly string[];
  pushedAt: Date;
  sizeBytes?: number;
  bucket: Bucket;
  /** What runs the image. */
  deployedBy: string[];
  /** Tags that match the release grammar. */
  releaseTags: string[];
}

/** What one rule does over time; `rule` is absent for images that no rule matches. */
export interface RulePreview {
  rule?: number;
  description: string;
  /** Number of images by bucket. */
  images: Record<string, number>;
  /** Bytes of the images that this rule deletes within the horizon. Less may be freed, because images share layers. */
  deletedBytes: number;
}

export interface RepositoryPreview {
  name: string;
  region: string;
  registryId: string;
  /** `false`: it has no lifecycle policy, and every image is kept. */
  hasPolicy: boolean;
  images: number;
  rules: RulePreview[];
  /** Sorted by date; an image that is archived and then deleted within the horizon appears twice. */
  events: PreviewedImage[];
  /** What is left after the horizon. */
  left: PreviewedImage[];
  /** When another document was given: digests that it expires within the horizon and the one in force does not. */
  expiresMore?: string[];
  expiresFewer?: string[];
  /** Parts of the document that probably do not do what was intended. */
  hints: string[];
  /** Descriptions of what could not be determined. */
  unknown: string[];
}

export interface PreviewOptions {
  now: Date;
  /** The document to preview. @default the one in force */
  document?: LifecyclePolicyDocument;
  /** Whether a tag is a release tag. */
  isRelease: (tag: string) => boolean;
}

/** What a lifecycle policy does to one repository's images within 90 days if nothing is pushed, pulled, or deleted. */
export function previewRepository(repository: RepositorySnapshot, options: PreviewOptions): RepositoryPreview {
  const { name, region, registryId, images, unknown } = repository;
  const document = options.document ?? repository.document;
  const rules = document ?? { rules: [] };
  const timeline = lifecycleTimeline(rules, images, options.now, horizonDays);
  const show = previewer(repository, options);
  const events = timeline.events.map((event) => show(event));
  const left = timeline.left.map((outcome) => show(outcome));
  const change =
    options.document && expiryChange(repository.document, options.document, images, options.now, horizonDays);
  return {
    name,
    region,
    registryId,
    hasPolicy: document !== undefined,
    images: images.length,
    rules: rulePreviews(rules, events, left),
    events,
    left,
    ...(change && { expiresMore: digestsOf(change.more), expiresFewer: digestsOf(change.fewer) }),
    hints: splitTagLists(rules).map((each) => `rules[${each.index}]: ${splitTagListText(each)}`),
    unknown: [...unknown],
  };
}

function digestsOf(events: readonly LifecycleEvent[]): string[] {
  return events.map(({ digest }) => digest);
}

function previewer(
  { images, deployed }: RepositorySnapshot,
  { now, isRelease }: PreviewOptions,
): (outcome: LifecycleOutcome) => PreviewedImage {
  const byDigest = new Map(images.map((image) => [image.digest, image]));
  const runs = new Map<string, string[]>();
  for (const { digest, by } of deployed) {
    runs.set(digest, [...(runs.get(digest) ?? []), by]);
  }
  return (outcome) => {
    const image: LifecycleImage | undefined = byDigest.get(outcome.digest);
    return {
      ...outcome,
      tags: image?.tags ?? [],
      pushedAt: image?.pushedAt ?? now,
      ...(image?.sizeBytes !== undefined && { sizeBytes: image.sizeBytes }),
      bucket: bucketOf(outcome.at, now),
      deployedBy: runs.get(outcome.digest) ?? [],
      releaseTags: (image?.tags ?? []).filter(isRelease),
    };
  };
}

function bucketOf(at: Date | undefined, now: Date): Bucket {
  if (at === undefined) {
    return "never";
  }
  const days = (at.getTime() - now.getTime()) / dayMilliseconds;
  return timelineDays.find((limit) => days <= limit) ?? "later";
}

function rulePreviews(
  { rules }: LifecyclePolicyDocument,
  events: readonly PreviewedImage[],
  left: readonly PreviewedImage[],
): RulePreview[] {
  const previews = new Map<number | undefined, RulePreview>();
  const empty = () => Object.fromEntries(buckets.map((bucket) => [bucket, 0]));
  for (const { rulePriority, description = "" } of [...rules].sort((a, b) => a.rulePriority - b.rulePriority)) {
    previews.set(rulePriority, { rule: rulePriority, description, images: empty(), deletedBytes: 0 });
  }
  const noRule: RulePreview = { description: "no rule matches", images: empty(), deletedBytes: 0 };
  for (const each of [...events, ...left]) {
    const preview = previews.get(each.rule) ?? noRule;
    preview.images[each.bucket] = (preview.images[each.bucket] ?? 0) + 1;
  }
  for (const each of events) {
    const preview = previews.get(each.rule) ?? noRule;
    preview.deletedBytes += each.action === "expire" ? (each.sizeBytes ?? 0) : 0;
  }
  const hasMore = Object.values(noRule.images).some((count) => count > 0);
  return [...previews.values(), ...(hasMore ? [noRule] : [])];
}

/** Deployed images that are deleted or archived within this many days: an archived image cannot be pulled either. */
export function deployedThatGo({ events }: RepositoryPreview, days: number, now: Date): PreviewedImage[] {
  return actingWithin(events, days, now).filter(({ deployedBy }) => deployedBy.length > 0);
}

/** Images with a release tag that are deleted within this many days. */
export function releasesThatGo({ events }: RepositoryPreview, days: number, now: Date): PreviewedImage[] {
  return actingWithin(events, days, now).filter(
    ({ action, releaseTags }) => action === "expire" && releaseTags.length > 0,
  );
}

function actingWithin(events: readonly PreviewedImage[], days: number, now: Date): PreviewedImage[] {
  const limit = now.getTime() + days * dayMilliseconds;
  return events.filter(({ at }) => at !== undefined && at.getTime() <= limit);
}
