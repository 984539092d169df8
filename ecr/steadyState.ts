import { type LifecyclePolicyDocument, type LifecycleRule, ruleMatches } from "./lifecyclePolicy";
import { byPriority } from "./lifecyclePolicy/text";

/** Images that come again and again to one repository. */
export interface PushStream {
  /** Tags of a typical image, such as `src-0123` or `v1.2.3`; none for images that lose or never have a tag. */
  tags: readonly string[];
  /** Images a day, more than 0. */
  perDay: number;
  /** What each image adds: the bytes of its new layers. Layers that it shares with the image before are not pushed again. */
  bytes: number;
  /** Days for which an image is pulled after its push. @default 0 */
  pulledForDays?: number;
}

/** What is there of one stream when as much goes as comes. Infinite: nothing ever goes, and it grows. */
export interface SteadyStream {
  stream: PushStream;
  /** `rulePriority` of the rule that owns the images in standard storage. @default none */
  rule?: number;
  /** Days that an image stays in standard storage. */
  standardDays: number;
  /** Days in the archive after that; 0 when it does not go there. */
  archiveDays: number;
  standardBytes: number;
  archiveBytes: number;
}

/**
 * How long the images of each stream stay, and what they take then, from a lifecycle policy alone: streams are taken as
 * even, one image after the other at the same distance. What all images share, such as a base image, comes on top.
 *
 * A count rule counts every image that it matches, those of earlier rules too, so its images stay until N newer ones have
 * come from all streams together.
 *
 * @param document `undefined`: no policy, everything stays.
 */
export function steadyState(
  document: LifecyclePolicyDocument | undefined,
  streams: readonly PushStream[],
): SteadyStream[] {
  const rules = [...(document?.rules ?? [])].sort(byPriority);
  const owners = streams.map((stream) => rules.find((rule) => ruleMatches(rule, typicalImage(stream, "standard"))));
  const days = streams.map(() => Number.POSITIVE_INFINITY);
  // Rules in order: what a rule counts beside its own images belongs to earlier rules, whose times are known by then.
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

/** Nothing times for ever is nothing. */
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
 * After how many days so many newer images are there, when each stream's images stay for its days at most.
 *
 * @param streams At least one of them stays for ever: the rule's own.
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
