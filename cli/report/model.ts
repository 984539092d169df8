import type { LifecycleSnapshot, RepositorySnapshot, StorageClass } from "../../ecr/lifecyclePolicy";
import type { CostReport } from "../cost/costReport";
import {
  deployedThatGo,
  type PreviewedImage,
  previewRepository,
  type RepositoryPreview,
  releasesThatGo,
} from "../lifecycle/previewModel";
import type { PolicyResults } from "./policyResults";

/** A deployed image that is deleted or archived within this many days causes a warning. */
export const warningDays = 7;

/** An image with everything that happens to it. */
export interface ReportedImage {
  digest: string;
  tags: readonly string[];
  pushedAt: Date;
  lastPulledAt?: Date;
  sizeBytes?: number;
  storageClass: StorageClass;
  /** What runs it. */
  deployedBy: string[];
  /** Sorted by date: at most an archival and a deletion. Empty when nothing happens within the horizon. */
  events: PreviewedImage[];
  /** Its outcome after the horizon; absent when it is deleted before. */
  afterwards?: PreviewedImage;
}

export interface ReportedRepository {
  preview: RepositoryPreview;
  uri: string;
  /** Affected images first, sorted by date; then those that are kept, newest first. */
  images: ReportedImage[];
  /** Bytes by storage class, each layer once, when layers are known. */
  standardBytes: number;
  archiveBytes: number;
  /** Deployed images that are deleted or archived within `warningDays`. */
  deployedThatGo: PreviewedImage[];
  /** Images with a release tag that are deleted within the horizon. */
  releasesThatGo: PreviewedImage[];
}

/** Everything that the page shows. */
export interface ReportModel {
  /** @default the repositories are not from a stack */
  stack?: string;
  /** When the images were read. */
  takenAt: Date;
  repositories: ReportedRepository[];
  cost: CostReport;
  /** @default not given */
  policies?: PolicyResults;
}

/** The inputs of a report. */
export interface ReportInputs {
  stack?: string;
  snapshot: LifecycleSnapshot;
  cost: CostReport;
  policies?: PolicyResults;
  /** Whether a tag is a release tag. */
  isRelease: (tag: string) => boolean;
}

/** Builds the page's data; lifecycle policies are evaluated as of the time when the images were read. */
export function reportModel({ stack, snapshot, cost, policies, isRelease }: ReportInputs): ReportModel {
  const now = snapshot.takenAt;
  const repositories = snapshot.repositories
    .map((repository) => reportedRepository(repository, cost, now, isRelease))
    .sort((a, b) => (placeOf(a.preview) < placeOf(b.preview) ? -1 : 1));
  return {
    ...(stack !== undefined && { stack }),
    takenAt: now,
    repositories,
    cost,
    ...(policies && { policies }),
  };
}

function placeOf({ name, region, registryId }: RepositoryPreview): string {
  return `${name} ${registryId} ${region}`;
}

function reportedRepository(
  repository: RepositorySnapshot,
  cost: CostReport,
  now: Date,
  isRelease: (tag: string) => boolean,
): ReportedRepository {
  const preview = previewRepository(repository, { now, isRelease });
  const measured = cost.now.measured.repositories.find(
    ({ name, region }) => name === repository.name && region === repository.region,
  );
  return {
    preview,
    uri: repository.uri,
    images: reportedImages(repository, preview),
    standardBytes: measured?.standard ?? 0,
    archiveBytes: measured?.archive ?? 0,
    deployedThatGo: deployedThatGo(preview, warningDays, now),
    releasesThatGo: releasesThatGo(preview, Number.POSITIVE_INFINITY, now),
  };
}

function reportedImages({ images, deployed }: RepositorySnapshot, preview: RepositoryPreview): ReportedImage[] {
  const events = byDigest(preview.events);
  const left = new Map(preview.left.map((each) => [each.digest, each]));
  const runs = byDigest(deployed);
  const reported = images.map(({ digest, tags, pushedAt, lastPulledAt, sizeBytes, storageClass }): ReportedImage => {
    const afterwards = left.get(digest);
    return {
      digest,
      tags,
      pushedAt,
      ...(lastPulledAt && { lastPulledAt }),
      ...(sizeBytes !== undefined && { sizeBytes }),
      storageClass: storageClass ?? "standard",
      deployedBy: (runs.get(digest) ?? []).map(({ by }) => by),
      events: events.get(digest) ?? [],
      ...(afterwards && { afterwards }),
    };
  });
  const first = ({ events }: ReportedImage) => events[0]?.at?.getTime() ?? Number.POSITIVE_INFINITY;
  return reported.sort((a, b) => {
    const [goesA, goesB] = [first(a), first(b)];
    return goesA === goesB ? b.pushedAt.getTime() - a.pushedAt.getTime() : goesA - goesB;
  });
}

function byDigest<T extends { digest: string }>(list: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of list) {
    const group = groups.get(each.digest);
    if (group) {
      group.push(each);
    } else {
      groups.set(each.digest, [each]);
    }
  }
  return groups;
}
