import { isReplicated } from "../../ecr/replication";
import type { GatewayContext, Replication } from "./context";
import { replicationEvent } from "./events/events";
import { isAuthorized } from "./iam/authorizer";
import { copyImage } from "./imageCopy";
import { deleteImage } from "./imageDeletion";
import { PushRefusal } from "./pushRefusal";
import { arnPrefix } from "./repositoryArn";
import { createByTemplate } from "./repositoryCreation";
import type { ImageRecord, RegistryAddress, ReplicationRecord, RepositoryRecord } from "./state/records";
import { replicationConfigurations } from "./state/registrySettings";

/** Where a job is kept until it is done: a restart goes on with it. */
const queue = "replicating";

interface Job {
  repository: RegistryAddress & { name: string };
  digest: string;
  tag?: string;
  /** What went at the source, for registries whose rule says that deletions are replicated. @default the job copies */
  deletion?: { tags: readonly string[]; whole: boolean; at: readonly { account: string; region: string }[] };
}

/**
 * Copies pushed images to the registries that the replication rules name, one after the other for each repository, after
 * the push was answered. Deletions go there too where a rule's `deleteReplication` says so.
 */
export class Replicator implements Replication {
  private readonly tails = new Map<string, Promise<void>>();

  constructor(private readonly context: () => GatewayContext) {}

  /** Goes on with what was under way when the gateway stopped. */
  resume(): void {
    for (const [[key = ""], job] of this.context().store.settingsUnder<Job>(queue)) {
      this.run(key, job);
    }
  }

  schedule(repository: RepositoryRecord, image: ImageRecord, tag: string | undefined): void {
    const { store } = this.context();
    const destinations = this.rulesOf(repository)
      .flatMap((rule) => rule.destinations ?? [])
      .map(
        ({ registryId: account = "", region = "" }): ReplicationRecord => ({ account, region, status: "IN_PROGRESS" }),
      );
    if (destinations.length === 0) {
      return;
    }
    const { kind, account, region, name } = repository;
    const job: Job = { repository: { kind, account, region, name }, digest: image.digest, tag };
    const key = [account, region, name, image.digest, tag ?? ""].join(" ");
    store.change(() => {
      const current = store.image(repository, image.digest);
      if (current) store.putImage(repository, { ...current, replications: destinations });
      store.putSetting(job, queue, key);
    });
    this.run(key, job);
  }

  scheduleDeletion(repository: RepositoryRecord, digest: string, tags: readonly string[], whole: boolean): void {
    const at = this.rulesOf(repository)
      // The SDK's types do not know this member yet; the service model does.
      .filter((rule) => (rule as { deleteReplication?: { enabled?: boolean } }).deleteReplication?.enabled)
      .flatMap(({ destinations = [] }) => destinations)
      .map(({ registryId: account = "", region = "" }) => ({ account, region }));
    if (at.length === 0) return;
    const { kind, account, region, name } = repository;
    const job: Job = { repository: { kind, account, region, name }, digest, deletion: { tags, whole, at } };
    const key = [account, region, name, digest, "deleted", ...tags].join(" ");
    const { store } = this.context();
    store.change(() => store.putSetting(job, queue, key));
    this.run(key, job);
  }

  /** The rules that are for a repository. */
  private rulesOf(repository: RepositoryRecord) {
    const rules = replicationConfigurations.get(this.context().store, repository)?.rules ?? [];
    return rules.filter(({ repositoryFilters = [] }) =>
      isReplicated(repository.name, {
        destinations: [],
        repositoryFilters: repositoryFilters.map(({ filter = "" }) => ({ filter, filterType: "PREFIX_MATCH" })),
      }),
    );
  }

  async settled({ account, region, name }: RepositoryRecord): Promise<void> {
    await this.tails.get(`${account} ${region} ${name}`);
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    await Promise.all(this.tails.values());
  }

  private run(key: string, job: Job): void {
    const { account, region, name } = job.repository;
    const place = `${account} ${region} ${name}`;
    const tail = (this.tails.get(place) ?? Promise.resolve()).then(async () => {
      const { garbageCollection, log } = this.context();
      await garbageCollection
        .during(() => (job.deletion === undefined ? this.replicate(job) : this.replicateDeletion(job, job.deletion)))
        .catch((error) => log(`replication of ${name}: ${String(error)}`));
      this.context().store.change(() => this.context().store.removeSetting(queue, key));
      if (this.tails.get(place) === tail) this.tails.delete(place);
    });
    this.tails.set(place, tail);
  }

  private async replicate({ repository: place, digest, tag }: Job): Promise<void> {
    const context = this.context();
    const repository = context.store.repository(place, place.name);
    const image = repository && context.store.image(repository, digest);
    for (const destination of image?.replications ?? []) {
      if (!repository || !image || destination.status !== "IN_PROGRESS") continue;
      const failureCode = await this.copyTo(repository, image, destination, tag);
      this.record(repository, digest, { ...destination, status: failureCode ? "FAILED" : "COMPLETE", failureCode });
      const result = failureCode ? "FAILURE" : "SUCCESS";
      context.events.send(replicationEvent(context, repository, destination, { digest, tag }, result));
    }
  }

  /** What is not there any more, or was never copied, is no failure. A deletion is not replicated further. */
  private async replicateDeletion(
    { repository: place, digest }: Job,
    { tags, whole, at }: NonNullable<Job["deletion"]>,
  ): Promise<void> {
    const context = this.context();
    for (const { account, region } of at) {
      const there = context.store.repository({ kind: "private", account, region }, place.name);
      const resource = `${arnPrefix({ kind: "private", account, region })}${place.name}`;
      const access = { action: "ecr:ReplicateImage", resource, resourceAccount: account, region, repository: there };
      if (!there || !(await isAuthorized(context, { kind: "root", account: place.account }, access))) continue;
      await context.repositoryLocks.run(there.id, async () => {
        for (const tag of whole ? [undefined] : tags) {
          if (tag !== undefined && context.store.tag(there, tag) !== digest) continue;
          if (context.store.image(there, digest)) await deleteImage(context, there, digest, tag, false);
        }
      });
    }
  }

  async copyTo(
    source: RepositoryRecord,
    image: ImageRecord,
    { account, region }: { account: string; region: string },
    tag: string | undefined,
  ): Promise<string | undefined> {
    const context = this.context();
    const registry: RegistryAddress = { kind: "private", account, region };
    const there = context.store.repository(registry, source.name);
    const actions = there ? ["ecr:ReplicateImage"] : ["ecr:ReplicateImage", "ecr:CreateRepository"];
    for (const action of actions) {
      const resource = `${arnPrefix(registry)}${source.name}`;
      const access = { action, resource, resourceAccount: account, region, repository: there };
      if (!(await isAuthorized(context, { kind: "root", account: source.account }, access))) {
        return "AccessDenied";
      }
    }
    try {
      const destination = there ?? (await createByTemplate(context, registry, source.name, "REPLICATION"));
      await copyImage(context, source, image, destination, "replication", tag);
      return undefined;
    } catch (error) {
      context.log(`${source.name}@${image.digest} to ${account} in ${region}: ${String(error)}`);
      return error instanceof PushRefusal && error.reason === "tagImmutable"
        ? "ImageTagAlreadyExists"
        : "InternalFailure";
    }
  }

  private record(repository: RepositoryRecord, digest: string, result: ReplicationRecord): void {
    const { store } = this.context();
    store.change(() => {
      const current = store.image(repository, digest);
      if (!current) return;
      const replications = current.replications?.map((each) =>
        each.account === result.account && each.region === result.region ? result : each,
      );
      store.putImage(repository, { ...current, replications });
    });
  }
}
