import { isReplicated } from "../../../ecr/registry/replication";
import { replicationEvent } from "../events/ecrEvents";
import { isAuthorized } from "../iam/authorizer";
import type { AccessDependencies } from "../iam/requestKeys";
import { deleteImage } from "../images/imageDeletion";
import type { ImageDependencies, ReplicationQueue } from "../images/imageDependencies";
import type { CreationDependencies } from "../repositories/repositoryCreation";
import { createByTemplate } from "../repositories/repositoryCreation";
import type { ImageRecord, RegistryAddress, ReplicationRecord, RepositoryRecord } from "../state/records";
import { replicationConfigurations } from "../state/registrySettings";
import { arnPrefix } from "../state/repositoryArn";
import type { GarbageCollection } from "../storage/garbageCollection";
import { PushRefusal } from "../storage/pushRefusal";
import { copyImage } from "./imageCopy";

/** The dependencies of copies between registries. */
export interface CopyDependencies extends ImageDependencies, AccessDependencies, CreationDependencies {
  /** Work that needs Distribution runs in its `during`. */
  garbageCollection: GarbageCollection;
}

/** Where a job is stored until it is done, so that it resumes after a restart. Keys sort in the order of the jobs. */
const queue = "replicating";

interface ReplicationJob {
  repository: RegistryAddress & { name: string };
  digest: string;
  tag?: string;
  /** Where to copy. @default the image's destinations, for a job that an older sandbox stored */
  destinations?: readonly ReplicationRecord[];
  /** For rules that replicate deletions: what was deleted at the source. @default the job copies */
  deletion?: { tags: readonly string[]; whole: boolean; at: readonly { account: string; region: string }[] };
}

/**
 * Copies pushed images to the destinations in the replication rules, one at a time for each repository, after the push
 * has been answered. Deletions are replicated when a rule sets `deleteReplication`.
 */
export class Replicator implements ReplicationQueue {
  private readonly tails = new Map<string, Promise<void>>();
  /** The key of each image's last copy that is not done. */
  private readonly lastCopies = new Map<string, string>();
  /** Number in the key of the last job; absent until the stored jobs were resumed. */
  private lastNumber: number | undefined;

  constructor(private readonly context: () => CopyDependencies) {}

  /** Resumes what was running when the gateway stopped. A push that arrives earlier does it first, to keep the order. */
  resume(): void {
    if (this.lastNumber !== undefined) return;
    const jobs = this.context().store.settingsUnder<ReplicationJob>(queue);
    this.lastNumber = jobs.reduce((last, [[key = ""]]) => Math.max(last, Number(key) || 0), 0);
    for (const [[key = ""], job] of jobs) {
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
    this.add({ repository: { kind, account, region, name }, digest: image.digest, tag, destinations }, () => {
      const current = store.image(repository, image.digest);
      if (!current) return;
      // Failures of copies for other tags, while some are still to come.
      const replications = destinations.map((each) => underWay(current, each) ?? each);
      store.putImage(repository, { ...current, replications });
    });
  }

  scheduleDeletion(repository: RepositoryRecord, digest: string, tags: readonly string[], whole: boolean): void {
    const at = this.rulesOf(repository)
      // The SDK's types lack this member; the service model has it.
      .filter((rule) => (rule as { deleteReplication?: { enabled?: boolean } }).deleteReplication?.enabled)
      .flatMap(({ destinations = [] }) => destinations)
      .map(({ registryId: account = "", region = "" }) => ({ account, region }));
    if (at.length === 0) return;
    const { kind, account, region, name } = repository;
    this.add({ repository: { kind, account, region, name }, digest, deletion: { tags, whole, at } });
  }

  /** Stores a job, with a change that belongs to it, and runs it after the repository's earlier ones. */
  private add(job: ReplicationJob, change = () => {}): void {
    this.resume();
    this.lastNumber = (this.lastNumber ?? 0) + 1;
    const key = String(this.lastNumber).padStart(12, "0");
    const { store } = this.context();
    store.change(() => {
      change();
      store.putSetting(job, queue, key);
    });
    this.run(key, job);
  }

  /** The rules that match a repository. */
  private rulesOf(repository: RepositoryRecord) {
    const rules = replicationConfigurations.get(this.context().store, repository)?.rules ?? [];
    return rules.filter(({ repositoryFilters = [] }) =>
      isReplicated(repository.name, {
        destinations: [],
        repositoryFilters: repositoryFilters.map(({ filter = "" }) => ({ filter, filterType: "PREFIX_MATCH" })),
      }),
    );
  }

  /** Resolves when the copies of a repository's images have succeeded or failed. */
  async settled({ account, region, name }: RepositoryRecord): Promise<void> {
    await this.tails.get(`${account} ${region} ${name}`);
  }

  /** Resolves when no job is running. */
  async stop(): Promise<void> {
    await Promise.all(this.tails.values());
  }

  private run(key: string, job: ReplicationJob): void {
    const { account, region, name } = job.repository;
    const target = `${account} ${region} ${name}`;
    const image = imageOf(job);
    if (job.deletion === undefined) this.lastCopies.set(image, key);
    const tail = (this.tails.get(target) ?? Promise.resolve()).then(async () => {
      const { garbageCollection, log } = this.context();
      await garbageCollection
        .during(() =>
          job.deletion === undefined ? this.replicate(key, job) : this.replicateDeletion(job, job.deletion),
        )
        .catch((error) => log(`replication of ${name}: ${String(error)}`));
      this.context().store.change(() => this.context().store.removeSetting(queue, key));
      if (this.lastCopies.get(image) === key) this.lastCopies.delete(image);
      if (this.tails.get(target) === tail) this.tails.delete(target);
    });
    this.tails.set(target, tail);
  }

  private async replicate(key: string, job: ReplicationJob): Promise<void> {
    const { repository: address, digest, tag } = job;
    const context = this.context();
    const repository = context.store.repository(address, address.name);
    const image = repository && context.store.image(repository, digest);
    if (!repository || !image) return;
    for (const destination of job.destinations ?? image.replications ?? []) {
      const failureCode = await this.copyTo(repository, image, destination, tag);
      const isLast = this.lastCopies.get(imageOf(job)) === key;
      this.record(repository, digest, destination, failureCode, isLast);
      const result = failureCode ? "FAILURE" : "SUCCESS";
      context.events.send(replicationEvent(context, repository, destination, { digest, tag }, result));
    }
  }

  /** It is not a failure if the image is gone or was never copied. Deletions are not replicated further. */
  private async replicateDeletion(
    { repository: address, digest }: ReplicationJob,
    { tags, whole, at }: NonNullable<ReplicationJob["deletion"]>,
  ): Promise<void> {
    const context = this.context();
    for (const { account, region } of at) {
      const there = context.store.repository({ kind: "private", account, region }, address.name);
      const resource = `${arnPrefix({ kind: "private", account, region })}${address.name}`;
      const access = { action: "ecr:ReplicateImage", resource, resourceAccount: account, region, repository: there };
      if (!there || !(await isAuthorized(context, { kind: "root", account: address.account }, access))) continue;
      await context.repositoryLocks.run(there.id, async () => {
        for (const tag of whole ? [undefined] : tags) {
          if (tag !== undefined && context.store.tag(there, tag) !== digest) continue;
          if (context.store.image(there, digest)) await deleteImage(context, there, digest, tag, false);
        }
      });
    }
  }

  /** Copies one image to a registry. Returns the reason for a failure, or nothing. */
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

  /**
   * ECR has one status for an image and a destination, whatever its tags. Here it ends with the last copy, and is FAILED
   * if a copy for any tag failed; what ECR reports then is undocumented.
   */
  private record(
    repository: RepositoryRecord,
    digest: string,
    destination: ReplicationRecord,
    failure: string | undefined,
    isLast: boolean,
  ): void {
    const { store } = this.context();
    store.change(() => {
      const current = store.image(repository, digest);
      if (!current) return;
      const replications = current.replications?.map((each): ReplicationRecord => {
        if (!isSameRegistry(each, destination)) return each;
        const failureCode = failure ?? underWay(current, each)?.failureCode;
        const end = failureCode === undefined ? "COMPLETE" : "FAILED";
        return { ...each, status: isLast ? end : "IN_PROGRESS", failureCode };
      });
      store.putImage(repository, { ...current, replications });
    });
  }
}

function imageOf({ repository: { account, region, name }, digest }: ReplicationJob): string {
  return [account, region, name, digest].join(" ");
}

function isSameRegistry(one: ReplicationRecord, other: ReplicationRecord): boolean {
  return one.account === other.account && one.region === other.region;
}

/** The record of a destination that copies are still to be made to. */
function underWay({ replications }: ImageRecord, destination: ReplicationRecord): ReplicationRecord | undefined {
  return replications?.find((each) => each.status === "IN_PROGRESS" && isSameRegistry(each, destination));
}
