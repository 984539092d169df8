import type { Caller, CallerCheck } from "./caller";
import type { Clock } from "./clock";
import type { GatewayConfig } from "./config";
import type { DistributionClient } from "./distributionClient";
import type { EventSender } from "./events/eventSender";
import type { GarbageCollection } from "./garbageCollection";
import type { IdentityStore } from "./iam/identityStore";
import type { Sessions } from "./iam/sessions";
import type { InjectedFaults } from "./injectedFaults";
import type { KeyedLock } from "./keyedLock";
import type { MinistackClient } from "./ministackClient";
import type { Registries } from "./registries";
import type { UploadSessions } from "./registry/uploadSessions";
import type { ImageRecord, RepositoryRecord } from "./state/records";
import type { Store } from "./state/store";
import type { Tokens } from "./tokens";

/**
 * What pushes and the API ask of replication. Replication works on the whole context, so the context cannot know its
 * class without a circle.
 */
export interface Replication {
  /** Marks where an image is to be copied, and begins. */
  schedule(repository: RepositoryRecord, image: ImageRecord, tag: string | undefined): void;
  /** Copies one image to a registry; says why it failed, or nothing. */
  copyTo(
    source: RepositoryRecord,
    image: ImageRecord,
    to: { account: string; region: string },
    tag: string | undefined,
  ): Promise<string | undefined>;
  /** Deletes an image, or tags of it, where a rule says that deletions are replicated too. */
  scheduleDeletion(repository: RepositoryRecord, digest: string, tags: readonly string[], whole: boolean): void;
  /** Resolves when a repository's images are copied, or could not be. */
  settled(repository: RepositoryRecord): Promise<void>;
}

export interface ReplicationBackfills {
  /** Begins to copy what a registry has to a destination of its rules. @returns The backfill's id. */
  start(registry: { account: string; region: string }, destination: { region: string; registryId: string }): string;
}

/** The gateway's parts, given to every operation and to the registry protocol; gateway.ts puts them together. */
export interface GatewayContext {
  config: GatewayConfig;
  clock: Clock;
  store: Store;
  tokens: Tokens;
  registries: Registries;
  distribution: DistributionClient;
  ministack: MinistackClient;
  callers: CallerCheck;
  /** Uploads of the registry protocol that are under way. */
  uploads: UploadSessions;
  identities: IdentityStore;
  events: EventSender;
  replicator: Replication;
  backfills: ReplicationBackfills;
  sessions: Sessions;
  /** One writer at a time per repository: two pushes cannot both win an immutable tag. */
  repositoryLocks: KeyedLock;
  /** Whatever needs Distribution runs in its `during`. */
  garbageCollection: GarbageCollection;
  /** What tests put in the way of calls. */
  faults: InjectedFaults;
  /** One line in the gateway's log. */
  log: (message: string) => void;
}

/** One operation of an API: the validated input, the output's shape, refusals as ServiceError. */
export type Operation<Input = never> = (
  context: GatewayContext,
  caller: Caller,
  input: Input,
) => object | Promise<object>;
