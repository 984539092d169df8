import type {
  DescribeReplicationBackfillResultsRequest,
  ListReplicationBackfillsRequest,
  StartReplicationBackfillRequest,
  StopReplicationBackfillRequest,
} from "@aws-sdk/client-ecr";
import type { GatewayContext, Operation } from "../context";
import {
  type Backfill,
  backfills,
  backfillsAtOnce,
  hasEnded,
  retentionMilliseconds,
  rulesFor,
} from "../copies/backfills";
import { type PrivateRegistry, replicationConfigurations } from "../state/registrySettings";
import { invalidParameter, ServiceError } from "../wire/serviceError";
import { pageOf } from "./paging";
import { requestedRegistry } from "./repositoryLookup";

/** Default page size (ECR API, ListReplicationBackfills). */
const defaultPageSize = 25;

const start: Operation<StartReplicationBackfillRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const { region = "", registryId = "" } = input.destination ?? {};
  const rules = replicationConfigurations.get(context.store, registry)?.rules ?? [];
  if (rulesFor(rules, { region, registryId }).length === 0) {
    throw invalidParameter("destination", "The destination is not in the registry's replication configuration");
  }
  const underWay = kept(context, registry).filter(({ value }) => !hasEnded(value));
  if (underWay.some(({ value }) => value.destination.region === region)) {
    throw new ServiceError(
      "ReplicationBackfillInProgressException",
      `A replication backfill to the region '${region}' is in progress already.`,
    );
  }
  if (underWay.length >= backfillsAtOnce) {
    throw new ServiceError(
      "LimitExceededException",
      `The registry with id '${registry.account}' has ${backfillsAtOnce} replication backfills in progress already.`,
    );
  }
  const id = context.backfills.start(registry, { region, registryId });
  return summary(registry, id, existing(context, registry, id));
};

const stop: Operation<StopReplicationBackfillRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const id = input.replicationBackfillId ?? "";
  const backfill = existing(context, registry, id);
  if (hasEnded(backfill) || backfill.status === "STOPPING") {
    throw new ServiceError(
      "ReplicationBackfillInvalidStatusException",
      `The replication backfill '${id}' is ${backfill.status}: only one that is in progress can be stopped.`,
    );
  }
  const stopping: Backfill = { ...backfill, status: "STOPPING" };
  backfills.put(context.store, registry, id, stopping);
  return summary(registry, id, stopping);
};

const list: Operation<ListReplicationBackfillsRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const request = { nextToken: input.nextToken, maxResults: input.maxResults ?? defaultPageSize };
  const { page, nextToken } = pageOf(kept(context, registry), ({ key }) => key, request);
  const shown = page.map(({ key, value }) => {
    const { registryId, ...rest } = summary(registry, key, value);
    return { ...rest, progress: progressOf(value), endedAt: ended(value) };
  });
  return { registryId: registry.account, backfills: shown, nextToken };
};

const describe: Operation<DescribeReplicationBackfillResultsRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const id = input.replicationBackfillId ?? "";
  const backfill = existing(context, registry, id);
  const filter = input.resultStatusFilter;
  const results = hasEnded(backfill)
    ? backfill.results
        .map((result) => ({ ...result, key: JSON.stringify([result.repositoryName, result.imageId]) }))
        .filter(({ status }) => filter === undefined || status === filter)
        .sort((a, b) => (a.key < b.key ? -1 : 1))
    : [];
  const { page, nextToken } = pageOf(results, ({ key }) => key, input);
  return {
    ...summary(registry, id, backfill),
    progress: progressOf(backfill),
    results: page.map(({ key, ...result }) => result),
    endedAt: ended(backfill),
    nextToken,
  };
};

export const replicationBackfillOperations = {
  StartReplicationBackfill: start,
  StopReplicationBackfill: stop,
  ListReplicationBackfills: list,
  DescribeReplicationBackfillResults: describe,
};

/** Backfills that ended more than 90 days ago are no longer reported. */
function kept(context: GatewayContext, registry: PrivateRegistry) {
  const since = context.clock.now() - retentionMilliseconds;
  return backfills
    .all(context.store, registry)
    .filter(({ value: { endedAt } }) => endedAt === undefined || endedAt > since);
}

function existing(context: GatewayContext, registry: PrivateRegistry, id: string): Backfill {
  const found = kept(context, registry).find(({ key }) => key === id);
  if (found === undefined) {
    throw new ServiceError(
      "ReplicationBackfillNotFoundException",
      `The replication backfill '${id}' does not exist in the registry with id '${registry.account}'`,
    );
  }
  return found.value;
}

function summary(registry: PrivateRegistry, id: string, { destination, status, startedAt }: Backfill) {
  const registryId = registry.account;
  return { registryId, replicationBackfillId: id, destination, status, startedAt: new Date(startedAt) };
}

function ended({ endedAt }: Backfill): Date | undefined {
  return endedAt === undefined ? undefined : new Date(endedAt);
}

function progressOf({ total, results }: Backfill) {
  if (total === undefined) return undefined;
  const failed = results.filter(({ status }) => status === "FAILED");
  return {
    totalReplicationCount: total,
    completedReplicationCount: results.length - failed.length,
    failedReplicationCount: failed.length,
    failureCodes: [...new Set(failed.flatMap(({ failureCode }) => failureCode ?? []))],
  };
}
