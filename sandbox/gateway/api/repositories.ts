import type {
  CreateRepositoryRequest,
  DeleteRepositoryRequest,
  DescribeRepositoriesRequest,
  PutImageScanningConfigurationRequest,
  PutImageTagMutabilityRequest,
  Repository,
} from "@aws-sdk/client-ecr";
import { privateRepositoryNameFaults } from "../../../ecr/names/repositoryNames";
import { type TagExclusionFilter, tagMutabilityFaults } from "../../../ecr/tags/tagMutability";
import type { GatewayContext, Operation } from "../context";
import { newRepositoryId } from "../repositories/repositoryCreation";
import type { RegistryAddress, RepositoryRecord } from "../state/records";
import { invalidParameter, ServiceError } from "../wire/serviceError";
import { repositoryEncryption } from "./encryption";
import { refuseInput } from "./faults";
import { pageOf, refusePaging } from "./paging";
import {
  changeRepository,
  describedRepository,
  existingRepository,
  inRegistry,
  requestedRegistry,
} from "./repositoryLookup";
import { checkedTags } from "./resourceTags";

export const createRepository: Operation<CreateRepositoryRequest> = async (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const name = input.repositoryName ?? "";
  const filters = exclusionFilters(input.imageTagMutabilityExclusionFilters);
  refuseInput([
    ...privateRepositoryNameFaults(name, "repositoryName"),
    ...mutabilityFaults(input.imageTagMutability, filters),
  ]);
  const resourceTags = checkedTags(input.tags);
  const encryption = await repositoryEncryption(context, registry, input.encryptionConfiguration);
  await context.registries.ensurePrivate(registry.account, registry.region);
  const record: RepositoryRecord = {
    ...registry,
    ...encryption,
    id: newRepositoryId(),
    name,
    createdAt: context.clock.now(),
    imageTagMutability: input.imageTagMutability ?? "MUTABLE",
    exclusionFilters: filters,
    scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
    resourceTags,
  };
  addRepository(context, registry, record);
  return { repository: repositoryOutput(context, record) };
};

/** Adds a repository. Throws RepositoryAlreadyExistsException when the name is taken. */
export function addRepository(context: GatewayContext, registry: RegistryAddress, record: RepositoryRecord): void {
  context.store.change(() => {
    if (context.store.repository(registry, record.name)) {
      throw new ServiceError(
        "RepositoryAlreadyExistsException",
        `The repository with name '${record.name}' already exists ${inRegistry(registry)}`,
      );
    }
    context.store.putRepository(record);
  });
}

export const deleteRepository: Operation<DeleteRepositoryRequest> = async (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const repository = await dropRepository(context, registry, input.repositoryName ?? "", input.force ?? false);
  return { repository: repositoryOutput(context, repository) };
};

/**
 * Removes a repository, and its images when forced. Waits for pushes in progress; later ones do not find the
 * repository.
 */
export async function dropRepository(
  context: GatewayContext,
  registry: RegistryAddress,
  name: string,
  force: boolean,
): Promise<RepositoryRecord> {
  const { id } = existingRepository(context, registry, name);
  return context.repositoryLocks.run(id, async () => {
    const repository = context.store.change(() => {
      const current = existingRepository(context, registry, name);
      if (!force && context.store.hasImages(current)) {
        throw new ServiceError(
          "RepositoryNotEmptyException",
          `The repository with name '${name}' in registry with id '${registry.account}' cannot be deleted because it still contains images`,
        );
      }
      context.store.removeRepository(current);
      return current;
    });
    await context.distribution
      .removeRepository(repository.id)
      .catch((error) =>
        context.log(`the rest of ${name} remains in Distribution, hidden from clients: ${String(error)}`),
      );
    return repository;
  });
}

export const describeRepositories: Operation<DescribeRepositoriesRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const { page, nextToken } = repositoryPage(context, registry, input);
  return { repositories: page.map((each) => repositoryOutput(context, each)), nextToken };
};

/** The repositories named in a request, or one page of all of them. */
export function repositoryPage(
  context: GatewayContext,
  registry: RegistryAddress,
  input: { repositoryNames?: string[]; nextToken?: string; maxResults?: number },
): { page: RepositoryRecord[]; nextToken?: string } {
  if (input.repositoryNames === undefined) {
    return pageOf(context.store.repositoriesOf(registry), (each) => each.name, input);
  }
  refusePaging(input, "repositories with repositoryNames");
  return { page: input.repositoryNames.map((name) => existingRepository(context, registry, name)) };
}

export const putImageTagMutability: Operation<PutImageTagMutabilityRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const filters = exclusionFilters(input.imageTagMutabilityExclusionFilters);
  refuseInput(mutabilityFaults(input.imageTagMutability, filters));
  const repository = changeRepository(context, registry, input.repositoryName ?? "", (current) => ({
    ...current,
    imageTagMutability: input.imageTagMutability ?? current.imageTagMutability,
    exclusionFilters: filters,
  }));
  return {
    registryId: repository.account,
    repositoryName: repository.name,
    imageTagMutability: repository.imageTagMutability,
    imageTagMutabilityExclusionFilters: repository.exclusionFilters,
  };
};

export const putImageScanningConfiguration: Operation<PutImageScanningConfigurationRequest> = (
  context,
  caller,
  input,
) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const scanOnPush = input.imageScanningConfiguration?.scanOnPush ?? false;
  const repository = changeRepository(context, registry, input.repositoryName ?? "", (current) => ({
    ...current,
    scanOnPush,
  }));
  return {
    registryId: repository.account,
    repositoryName: repository.name,
    imageScanningConfiguration: { scanOnPush },
  };
};

/** The service calls the member imageTagMutabilityExclusionFilters, ecr/ calls it exclusionFilters. */
function mutabilityFaults(imageTagMutability: unknown, filters: TagExclusionFilter[] | undefined) {
  return tagMutabilityFaults({ imageTagMutability, exclusionFilters: filters }, "").map((fault) => ({
    ...fault,
    path: fault.path.replace("exclusionFilters", "imageTagMutabilityExclusionFilters"),
  }));
}

function exclusionFilters(
  filters: { filter?: string; filterType?: string }[] | undefined,
): TagExclusionFilter[] | undefined {
  return filters?.map(({ filter, filterType }) => {
    if (filter === undefined || filterType !== "WILDCARD") {
      throw invalidParameter(
        "imageTagMutabilityExclusionFilters",
        "each filter has a filter and the filterType WILDCARD",
      );
    }
    return { filter, filterType };
  });
}

function repositoryOutput(context: GatewayContext, repository: RepositoryRecord): Repository {
  return {
    ...describedRepository(context, repository),
    imageTagMutability: repository.imageTagMutability,
    imageTagMutabilityExclusionFilters: repository.exclusionFilters,
    imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
    encryptionConfiguration: { encryptionType: repository.encryptionType, kmsKey: repository.kmsKey },
  };
}
