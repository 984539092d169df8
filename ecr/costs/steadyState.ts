import { type LifecyclePolicyDocument, type LifecycleRule, ruleMatches } from "../lifecyclePolicy";
import { byPriority } from "../lifecyclePolicy/lifecycleText";

/** Images pushed regularly to one repository. */
export interface PushStream {
  /**
   * Tags of a typical image, such as `src-0123` or `v1.2.3`; empty for images that lose their tag or never have one.
   */
  tags: readonly string[];
  /** Images per day, more than 0. */
  perDay: number;
  /** Bytes of new layers per image. Layers shared with the previous image are not pushed again. */
  bytes: number;
  /** Days during which an image is pulled after its push. @default 0 */
  pulledForDays?: number;
}

/**
 * A stream's storage once deletions keep up with pushes. Infinite when images are never deleted and storage keeps
 * growing.
 */
export interface SteadyStream {
  stream: PushStream;
  /** `rulePriority` of the rule that owns the images in standard storage. @default none */
  rule?: number;
  /** Days an image spends in standard storage. */
  standardDays: number;
  /** Days in the archive afterwards; 0 when it is not archived. */
  archiveDays: number;
  standardBytes: number;
  archiveBytes: number;
}

/**
 * How long each stream's images are kept and how much they store, from the lifecycle policy alone: streams are assumed
 * to be even, with images at regular intervals. Data shared by all images, such as a base image, comes on top.
 *
 * A count rule counts every image it matches, including those of earlier rules, so its images are kept until N newer
 * ones have arrived from all streams together.
 *
 * @param document `undefined`: no policy, so nothing is deleted.
 */
export function steadyState(
  document: LifecyclePolicyDocument | undefined,
  streams: readonly PushStream[],
): SteadyStream[] {
  const rules = [...(document?.rules ?? [])].sort(byPriority);
  const owners = streams.map((stream) => rules.find((rule) => ruleMatches(rule, typicalImage(stream, "standard"))));
  const days = streams.map(() => Number.POSITIVE_INFINITY);
  // In order of priority: the other images a rule counts belong to earlier rules, whose durations are known by then.
  for (const rule of rules) {
    streams.forEach((stream, index) => {
      if (owners[index] === rule) {
        days[index] = standardDays(rule, stream, streams, owners, days);
      }
    });
  }
  return streams.map((stream, index) => {
    const owner = owners[index];
    const standard = days[index] ?? Number.POSITIVE_INFINITY;
    const archive = owner?.action.type === "transition" ? archiveDays(rules, stream) : 0;
    const bytesADay = stream.perDay * stream.bytes;
    return {
      stream,
      ...(owner && { rule: owner.rulePriority }),
      standardDays: standard,
      archiveDays: archive,
      standardBytes: times(bytesADay, standard),
      archiveBytes: times(bytesADay, archive),
    };
  });
}

/** Avoids 0 * Infinity, which is NaN. */
function times(bytesADay: number, days: number): number {
  return bytesADay === 0 ? 0 : bytesADay * days;
}

function typicalImage({ tags }: PushStream, storageClass: "standard" | "archive") {
  return { digest: "", tags, pushedAt: new Date(0), storageClass };
}

function standardDays(
  rule: LifecycleRule,
  stream: PushStream,
  streams: readonly PushStream[],
  owners: readonly (LifecycleRule | undefined)[],
  days: readonly number[],
): number {
  const { countType, countNumber } = rule.selection;
  switch (countType) {
    case "imageCountMoreThan":
      return daysUntilCount(
        countNumber,
        streams.flatMap((each, index) =>
          ruleMatches(rule, typicalImage(each, "standard"))
            ? [{ perDay: each.perDay, days: owners[index] === rule ? Number.POSITIVE_INFINITY : (days[index] ?? 0) }]
            : [],
        ),
      );
    case "sinceImagePulled":
      return countNumber + (stream.pulledForDays ?? 0);
    case "sinceImagePushed":
    case "sinceImageTransitioned":
      return countNumber;
  }
}

/**
 * Days until `count` newer images exist, when each stream's images are kept for at most its days.
 *
 * @param streams At least one keeps its images forever: the rule's own.
 */
function daysUntilCount(count: number, streams: readonly { perDay: number; days: number }[]): number {
  const ends = [...new Set(streams.map(({ days }) => days))].sort((a, b) => a - b);
  let start = 0;
  let there = 0;
  for (const end of ends) {
    const perDay = streams.filter(({ days }) => days > start).reduce((sum, each) => sum + each.perDay, 0);
    const needed = (count - there) / perDay;
    if (start + needed <= end) {
      return start + needed;
    }
    there += perDay * (end - start);
    start = end;
  }
  return Number.POSITIVE_INFINITY;
}

function archiveDays(rules: readonly LifecycleRule[], stream: PushStream): number {
  const owner = rules.find((rule) => ruleMatches(rule, typicalImage(stream, "archive")));
  return owner?.selection.countNumber ?? Number.POSITIVE_INFINITY;
}
