import { randomUUID } from "node:crypto";
import type { ReplicationBackfillResult, ReplicationBackfillStatus, ReplicationDestination } from "@aws-sdk/client-ecr";
import { isReplicated } from "../../ecr/replication";
import type { GatewayContext, ReplicationBackfills } from "./context";
import type { ImageRecord, RepositoryRecord } from "./state/records";
import { type PrivateRegistry, RegistryList, replicationConfigurations } from "./state/registrySettings";

/** A replication backfill: the copies of what a registry had before its rules said that it is replicated. */
export interface Backfill {
  destination: { region: string; registryId: string };
  status: ReplicationBackfillStatus;
  /** Copies to make: one for each image and tag. Undefined while it is prepared. */
  total?: number;
  results: ReplicationBackfillResult[];
  /** In milliseconds since 1970. */
  startedAt: number;
  endedAt?: number;
}

/** By the backfill's id. */
export const backfills = new RegistryList<Backfill>("replicationBackfill");

/** Backfills of a registry at once (ECR API, StartReplicationBackfill). */
export const backfillsAtOnce = 10;

/** How long a backfill that ended is told of (ECR API, ListReplicationBackfills). */
export const keptMilliseconds = 90 * 24 * 60 * 60 * 1000;

export function hasEnded({ status }: Backfill): boolean {
  return status === "COMPLETE" || status === "FAILED" || status === "STOPPED";
}

/** Runs backfills, one copy after the other, until they are through or asked to stop. */
export class Backfills implements ReplicationBackfills {
  private readonly running = new Set<Promise<void>>();
  private stopped = false;

  constructor(private readonly context: () => GatewayContext) {}

  start(registry: PrivateRegistry, destination: Backfill["destination"]): string {
    const { store, clock } = this.context();
    const id = randomUUID();
    const backfill: Backfill = { destination, status: "PREPARING", results: [], startedAt: clock.now() };
    backfills.put(store, registry, id, backfill);
    this.follow(registry, id);
    return id;
  }

  /** Goes on with what was under way when the gateway stopped. */
  resume(): void {
    for (const [[account = "", region = "", id = ""], backfill] of this.context().store.settingsUnder<Backfill>(
      "replicationBackfill",
    )) {
      if (!hasEnded(backfill)) this.follow({ account, region }, id);
    }
  }

  /** Resolves when the copies that are under way are made; the rest is for the next start. */
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
    // The answer that it is being prepared goes out first.
    await new Promise((resolve) => setImmediate(resolve));
    if (destination === undefined) return;
    const copies = copiesOf(this.context(), registry, destination);
    // After a restart from the beginning: what is there already is copied again, which changes nothing.
    if (current()?.status === "PREPARING") change({ status: "IN_PROGRESS" });
    if (current()?.status === "IN_PROGRESS") change({ total: copies.length, results: [] });
    const to = { account: destination.registryId, region: destination.region };
    for (const { repository, image, tag } of copies) {
      if (current()?.status !== "IN_PROGRESS") break;
      if (this.stopped) return;
      const failureCode = await garbageCollection.during(() => replicator.copyTo(repository, image, to, tag));
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

/** Every image that a rule with this destination is for, with each of its tags; images of an index go with it. */
function copiesOf({ store }: GatewayContext, registry: PrivateRegistry, destination: ReplicationDestination): Copy[] {
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

/** The rules that name a destination, as ecr/ reads them. */
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
