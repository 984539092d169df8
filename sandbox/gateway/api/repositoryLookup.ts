import type { Caller } from "../caller";
import type { GatewayContext } from "../context";
import { repositoryArn } from "../repositoryArn";
import { publicApiRegion, type RegistryAddress, type RegistryKind, type RepositoryRecord } from "../state/records";
import { ServiceError } from "../wire/serviceError";

/** The registry that a request means: the caller's own, in the region it was signed for. */
export function registryOf(kind: RegistryKind, caller: Caller): RegistryAddress {
  return { kind, account: caller.account, region: kind === "public" ? publicApiRegion : caller.region };
}

/** The registry that a request names with `registryId`, or the caller's own. Whether the caller may use it is decided before. */
export function requestedRegistry(kind: RegistryKind, caller: Caller, registryId: string | undefined): RegistryAddress {
  return { ...registryOf(kind, caller), account: registryId ?? caller.account };
}

/** Names a registry as error messages do. */
export function inRegistry(registry: RegistryAddress): string {
  return `in the registry with id '${registry.account}'`;
}

/** @throws RepositoryNotFoundException in the service's words. */
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

/** What both services say of a repository. */
export function describedRepository(context: GatewayContext, repository: RepositoryRecord) {
  return {
    repositoryArn: repositoryArn(repository),
    registryId: repository.account,
    repositoryName: repository.name,
    repositoryUri: context.registries.repositoryUri(repository),
    createdAt: new Date(repository.createdAt),
  };
}

/** Changes one repository in one transaction and returns what it became. */
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

/** The repository that an ARN names, for the operations on tags. */
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
