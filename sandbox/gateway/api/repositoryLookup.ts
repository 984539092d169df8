import type { GatewayContext } from "../context";
import type { Caller } from "../iam/caller";
import { publicApiRegion, type RegistryAddress, type RegistryKind, type RepositoryRecord } from "../state/records";
import { repositoryArn } from "../state/repositoryArn";
import { ServiceError } from "../wire/serviceError";

/** The caller's own registry in the region the request was signed for. */
export function registryOf(kind: RegistryKind, caller: Caller): RegistryAddress {
  return { kind, account: caller.account, region: kind === "public" ? publicApiRegion : caller.region };
}

/** The registry in `registryId`, or the caller's own. Access has already been checked. */
export function requestedRegistry(kind: RegistryKind, caller: Caller, registryId: string | undefined): RegistryAddress {
  return { ...registryOf(kind, caller), account: registryId ?? caller.account };
}

/** Formats a registry as error messages do. */
export function inRegistry(registry: RegistryAddress): string {
  return `in the registry with id '${registry.account}'`;
}

/** @throws RepositoryNotFoundException with the service's message. */
export function existingRepository(context: GatewayContext, registry: RegistryAddress, name: string): RepositoryRecord {
  const repository = context.store.repository(registry, name);
  if (!repository) {
    throw repositoryNotFound(registry, name);
  }
  return repository;
}

export function repositoryNotFound(registry: RegistryAddress, name: string): ServiceError {
  return new ServiceError(
    "RepositoryNotFoundException",
    `The repository with name '${name}' does not exist ${inRegistry(registry)}`,
  );
}

/** The fields of a repository that both services return. */
export function describedRepository(context: GatewayContext, repository: RepositoryRecord) {
  return {
    repositoryArn: repositoryArn(repository),
    registryId: repository.account,
    repositoryName: repository.name,
    repositoryUri: context.registries.repositoryUri(repository),
    createdAt: new Date(repository.createdAt),
  };
}

/** Changes a repository in one transaction and returns the new record. */
export function changeRepository(
  context: GatewayContext,
  registry: RegistryAddress,
  name: string,
  change: (repository: RepositoryRecord) => RepositoryRecord,
): RepositoryRecord {
  return context.store.change(() => {
    const changed = change(existingRepository(context, registry, name));
    context.store.putRepository(changed);
    return changed;
  });
}

/** The repository with an ARN, for the tagging operations. */
export function repositoryByArn(
  context: GatewayContext,
  kind: RegistryKind,
  caller: Caller,
  arn: string | undefined,
): RepositoryRecord {
  const service = kind === "public" ? "ecr-public" : "ecr";
  const [, foundService, region, account, name] =
    /^arn:aws(?:-[a-z]+)*:([a-z-]+):([a-z0-9-]*):(\d{12}):repository\/(.+)$/.exec(arn ?? "") ?? [];
  const registry = registryOf(kind, caller);
  const regionFits = kind === "public" ? region === "" : region === registry.region;
  if (foundService !== service || !regionFits || account !== registry.account || name === undefined) {
    throw new ServiceError(
      "InvalidParameterException",
      `Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN: ${arn}'`,
    );
  }
  return existingRepository(context, registry, name);
}
