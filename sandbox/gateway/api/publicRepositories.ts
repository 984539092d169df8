import type {
  CreateRepositoryRequest,
  DeleteRepositoryRequest,
  DescribeRepositoriesRequest,
  GetRepositoryCatalogDataRequest,
  PutRepositoryCatalogDataRequest,
  RepositoryCatalogData,
  RepositoryCatalogDataInput,
} from "@aws-sdk/client-ecr-public";
import { publicRepositoryNameFaults } from "../../../ecr/names/repositoryNames";
import type { GatewayContext, Operation } from "../context";
import { newRepositoryId } from "../repositories/repositoryCreation";
import type { CatalogData, RepositoryRecord } from "../state/records";
import { refuseInput } from "./faults";
import { addRepository, dropRepository, repositoryPage } from "./repositories";
import { changeRepository, describedRepository, existingRepository, requestedRegistry } from "./repositoryLookup";
import { checkedTags } from "./resourceTags";

const createRepository: Operation<CreateRepositoryRequest> = (context, caller, input) => {
  const registry = requestedRegistry("public", caller, undefined);
  const name = input.repositoryName ?? "";
  refuseInput(publicRepositoryNameFaults(name, "repositoryName"));
  const record: RepositoryRecord = {
    ...registry,
    id: newRepositoryId(),
    name,
    createdAt: context.clock.now(),
    // ECR Public has neither setting: tags are always mutable, and the service encrypts the data.
    imageTagMutability: "MUTABLE",
    scanOnPush: false,
    encryptionType: "AES256",
    resourceTags: checkedTags(input.tags),
    catalog: input.catalogData && catalogOf(input.catalogData),
  };
  context.registries.ensurePublic(registry.account);
  addRepository(context, registry, record);
  return { repository: describedRepository(context, record), catalogData: catalogOutput(context, record) };
};

const deleteRepository: Operation<DeleteRepositoryRequest> = async (context, caller, input) => {
  const registry = requestedRegistry("public", caller, input.registryId);
  const repository = await dropRepository(context, registry, input.repositoryName ?? "", input.force ?? false);
  return { repository: describedRepository(context, repository) };
};

const describeRepositories: Operation<DescribeRepositoriesRequest> = (context, caller, input) => {
  const registry = requestedRegistry("public", caller, input.registryId);
  const { page, nextToken } = repositoryPage(context, registry, input);
  return { repositories: page.map((each) => describedRepository(context, each)), nextToken };
};

/**
 * The API has an error for a repository without catalog data. But the released provider reads the data of every
 * repository, treats every error as a failure, and creates repositories without catalog data: so the data is empty
 * here.
 */
const getRepositoryCatalogData: Operation<GetRepositoryCatalogDataRequest> = (context, caller, input) => {
  const registry = requestedRegistry("public", caller, input.registryId);
  const repository = existingRepository(context, registry, input.repositoryName ?? "");
  return { catalogData: catalogOutput(context, repository) ?? {} };
};

/** Replaces the catalog data: omitted members are removed. */
const putRepositoryCatalogData: Operation<PutRepositoryCatalogDataRequest> = (context, caller, input) => {
  const registry = requestedRegistry("public", caller, input.registryId);
  const repository = changeRepository(context, registry, input.repositoryName ?? "", (current) => ({
    ...current,
    catalog: catalogOf(input.catalogData ?? {}),
  }));
  return { catalogData: catalogOutput(context, repository) };
};

export const publicRepositoryOperations = {
  CreateRepository: createRepository,
  DeleteRepository: deleteRepository,
  DescribeRepositories: describeRepositories,
  GetRepositoryCatalogData: getRepositoryCatalogData,
  PutRepositoryCatalogData: putRepositoryCatalogData,
};

/**
 * Any architecture and operating system is stored; the gallery shows badges only for known ones (ECR Public API,
 * RepositoryCatalogDataInput).
 */
function catalogOf({ logoImageBlob, ...texts }: RepositoryCatalogDataInput): CatalogData {
  return { ...texts, logo: logoImageBlob };
}

function catalogOutput(context: GatewayContext, repository: RepositoryRecord): RepositoryCatalogData | undefined {
  if (repository.catalog === undefined) {
    return undefined;
  }
  const { logo, ...texts } = repository.catalog;
  const logoUrl = `http://${context.registries.publicHost}/_sandbox/logo/${repository.account}/${repository.name}`;
  return { ...texts, logoUrl: logo === undefined ? undefined : logoUrl };
}
