import { randomUUID } from "node:crypto";
import type { ReplicationBackfillResult, ReplicationBackfillStatus, ReplicationDestination } from "@aws-sdk/client-ecr";
import { isReplicated } from "../../../ecr/registry/replication";
import type { ImageRecord, RepositoryRecord } from "../state/records";
import { type PrivateRegistry, RegistryList, replicationConfigurations } from "../state/registrySettings";
import type { CopyDependencies, Replicator } from "./replicator";

/** A replication backfill: copies the images a registry had before its replication rules were added. */
export interface Backfill {
  destination: { region: string; registryId: string };
  status: ReplicationBackfillStatus;
  /** Number of copies: one for each image and tag. Undefined while being prepared. */
  total?: number;
  results: ReplicationBackfillResult[];
  /** In milliseconds since 1970. */
  startedAt: number;
  endedAt?: number;
}

/** Keyed by the backfill's ID. */
export const backfills = new RegistryList<Backfill>("replicationBackfill");

/** Limit on concurrent backfills of a registry (ECR API, StartReplicationBackfill). */
export const backfillsAtOnce = 10;

/** How long a finished backfill is reported (ECR API, ListReplicationBackfills). */
export const retentionMilliseconds = 90 * 24 * 60 * 60 * 1000;

export function hasEnded({ status }: Backfill): boolean {
  return status === "COMPLETE" || status === "FAILED" || status === "STOPPED";
}

interface BackfillDependencies extends Pick<CopyDependencies, "store" | "clock" | "garbageCollection" | "log"> {
  replicator: Replicator;
}

/** Runs each backfill one copy at a time until it is complete or stopped. */
export class Backfills {
  private readonly running = new Set<Promise<void>>();
  private stopped = false;

  constructor(private readonly context: () => BackfillDependencies) {}

  /** Starts copying a registry's images to a destination in its rules. @returns The backfill's ID. */
  start(registry: PrivateRegistry, destination: Backfill["destination"]): string {
    const { store, clock } = this.context();
    const id = randomUUID();
    const backfill: Backfill = { destination, status: "PREPARING", results: [], startedAt: clock.now() };
    backfills.put(store, registry, id, backfill);
    this.follow(registry, id);
    return id;
  }

  /** Resumes what was running when the gateway stopped. */
  resume(): void {
    for (const [[account = "", region = "", id = ""], backfill] of this.context().store.settingsUnder<Backfill>(
      "replicationBackfill",
    )) {
      if (!hasEnded(backfill)) this.follow({ account, region }, id);
    }
  }

  /** Resolves when the current copies are done; the next start resumes the rest. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running);
  }

  private follow(registry: PrivateRegistry, id: string): void {
    const running = this.run(registry, id)
      .catch((error) => this.context().log(`replication backfill ${id}: ${String(error)}`))
      .finally(() => this.running.delete(running));
    this.running.add(running);
  }

  private async run(registry: PrivateRegistry, id: string): Promise<void> {
    const { store, clock, replicator, garbageCollection } = this.context();
    const current = () => backfills.get(store, registry, id);
    const change = (changes: Partial<Backfill>) => {
      const backfill = current();
      if (backfill) backfills.put(store, registry, id, { ...backfill, ...changes });
    };
    const destination = current()?.destination;
    // Lets the response with the status PREPARING go out first.
    await new Promise((resolve) => setImmediate(resolve));
    if (destination === undefined) return;
    const copies = copiesOf(this.context(), registry, destination);
    // After a restart the backfill starts over: copying an existing image again changes nothing.
    if (current()?.status === "PREPARING") change({ status: "IN_PROGRESS" });
    if (current()?.status === "IN_PROGRESS") change({ total: copies.length, results: [] });
    const to = { account: destination.registryId, region: destination.region };
    for (const { repository, image, tag } of copies) {
      if (current()?.status !== "IN_PROGRESS") break;
      if (this.stopped) return;
      // A tag that was moved or deleted since is no longer this image's: the push that moved it replicates it.
      const own = tag !== undefined && store.tag(repository, tag) === image.digest ? tag : undefined;
      const failureCode = await garbageCollection.during(() => replicator.copyTo(repository, image, to, own));
      const result: ReplicationBackfillResult = {
        repositoryName: repository.name,
        imageId: { imageDigest: image.digest, imageTag: tag },
        status: failureCode === undefined ? "COMPLETE" : "FAILED",
        failureCode,
      };
      change({ results: [...(current()?.results ?? []), result] });
    }
    change({ status: current()?.status === "STOPPING" ? "STOPPED" : "COMPLETE", endedAt: clock.now() });
  }
}

interface Copy {
  repository: RepositoryRecord;
  image: ImageRecord;
  tag: string | undefined;
}

/** Every image that a rule with this destination matches, with each of its tags. An index brings its images along. */
function copiesOf(
  { store }: BackfillDependencies,
  registry: PrivateRegistry,
  destination: ReplicationDestination,
): Copy[] {
  const rules = rulesFor(replicationConfigurations.get(store, registry)?.rules ?? [], destination);
  const repositories = store
    .repositoriesOf({ kind: "private", ...registry })
    .filter(({ name }) => rules.some((rule) => isReplicated(name, rule)));
  return repositories.flatMap((repository) => {
    const images = store.imagesOf(repository);
    const parts = new Set(images.flatMap(({ children }) => children));
    return images.flatMap((image): Copy[] => {
      const own = store.tagsOfImage(repository, image.digest);
      if (own.length > 0) return own.map((tag) => ({ repository, image, tag }));
      return parts.has(image.digest) ? [] : [{ repository, image, tag: undefined }];
    });
  });
}

/** The rules with a destination, as ecr/ reads them. */
export function rulesFor(
  rules: readonly { destinations?: ReplicationDestination[]; repositoryFilters?: { filter?: string }[] }[],
  { region, registryId }: ReplicationDestination,
) {
  return rules
    .filter(({ destinations = [] }) =>
      destinations.some((each) => each.region === region && each.registryId === registryId),
    )
    .map(({ repositoryFilters = [] }) => ({
      destinations: [],
      repositoryFilters: repositoryFilters.map(({ filter = "" }) => ({ filter, filterType: "PREFIX_MATCH" as const })),
    }));
}
