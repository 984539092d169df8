import {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeRepositoriesCommand,
  type EncryptionConfiguration,
  type ImageTagMutability,
  type ImageTagMutabilityExclusionFilter,
  ListTagsForResourceCommand,
  PutImageScanningConfigurationCommand,
  PutImageTagMutabilityCommand,
  type Repository,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-ecr";
import type { Failure } from "../../../../provider/protocol/definition";
import { containsUnknown, isMap, type PropertyMap, type PropertyValue } from "../../../../provider/protocol/values";
import { errorMessage, step, undefinedIfGone } from "../operations";
import { type AwsResource, type Scope, withoutInternal } from "../resource";
import { hasCode, send } from "../send";
import { asTagList, fromTagList, tagState, updateTags } from "../tags";
import { ecr } from "./ecrClient";
import { repositorySchema } from "./ecrSchemas";

export const ecrRepository: AwsResource = {
  type: "aws:ecr/repository:Repository",
  schema: repositorySchema,
  naming: { property: "name", transform: (name) => name.toLowerCase() },

  rules(inputs) {
    const failures: Failure[] = [];
    const filters = inputs["imageTagMutabilityExclusionFilters"];
    const mutability = inputs["imageTagMutability"];
    if (Array.isArray(filters) && filters.length > 0 && typeof mutability === "string") {
      if (!mutability.endsWith("_WITH_EXCLUSION")) {
        failures.push({
          property: "imageTagMutabilityExclusionFilters",
          reason:
            "image_tag_mutability_exclusion_filter can only be used when image_tag_mutability is set to " +
            "IMMUTABLE_WITH_EXCLUSION or MUTABLE_WITH_EXCLUSION",
        });
      }
    }
    return failures;
  },

  async create(inputs, scope) {
    const name = String(inputs["name"]);
    return step(`creating ECR Repository (${name})`, async () => {
      const { repository } = await send(
        ecr(scope),
        new CreateRepositoryCommand({
          repositoryName: name,
          encryptionConfiguration: encryption(inputs),
          imageTagMutability: inputs["imageTagMutability"] as ImageTagMutability,
          imageTagMutabilityExclusionFilters: exclusionFilters(inputs),
          imageScanningConfiguration: isMap(inputs["imageScanningConfiguration"])
            ? { scanOnPush: inputs["imageScanningConfiguration"]["scanOnPush"] === true }
            : undefined,
          tags: asTagList(inputs["tagsAll"]),
        }),
      );
      return repository?.repositoryName ?? name;
    });
  },

  async read(id, known, scope) {
    return step(`reading ECR Repository (${id})`, async () => {
      const repository = await findRepository(id, undefined, scope);
      if (!repository) return undefined;
      return {
        ...repositoryState(repository),
        ...tagState(await tagsOf(repository, scope), known, scope.connection.settings),
      };
    });
  },

  async update(id, olds, news, changed, scope) {
    const registryId = String(olds["registryId"]);
    if (changed("imageTagMutability") || changed("imageTagMutabilityExclusionFilters")) {
      await step(`setting ECR Repository (${id}) image tag mutability`, () =>
        send(
          ecr(scope),
          new PutImageTagMutabilityCommand({
            registryId,
            repositoryName: id,
            imageTagMutability: news["imageTagMutability"] as ImageTagMutability,
            imageTagMutabilityExclusionFilters: exclusionFilters(news),
          }),
        ),
      );
    }
    if (changed("imageScanningConfiguration")) {
      const scanning = news["imageScanningConfiguration"];
      await step(`setting ECR Repository (${id}) image scanning configuration`, () =>
        send(
          ecr(scope),
          new PutImageScanningConfigurationCommand({
            registryId,
            repositoryName: id,
            imageScanningConfiguration: { scanOnPush: isMap(scanning) && scanning["scanOnPush"] === true },
          }),
        ),
      );
    }
    const resourceArn = String(olds["arn"]);
    await updateTags(`resource (${resourceArn})`, olds, news, {
      untag: (keys) => send(ecr(scope), new UntagResourceCommand({ resourceArn, tagKeys: keys })),
      tag: (tags) => send(ecr(scope), new TagResourceCommand({ resourceArn, tags })),
    });
  },

  async delete(id, outputs, scope) {
    try {
      await send(
        ecr(scope),
        new DeleteRepositoryCommand({
          repositoryName: id,
          registryId: outputs["registryId"] === undefined ? undefined : String(outputs["registryId"]),
          force: outputs["forceDelete"] === true,
        }),
      );
    } catch (error) {
      if (hasCode(error, "RepositoryNotFoundException")) return;
      if (hasCode(error, "RepositoryNotEmptyException")) {
        throw new Error(`ECR Repository (${id}) not empty, consider using force_delete: ${errorMessage(error)}`);
      }
      throw new Error(`deleting ECR Repository (${id}): ${errorMessage(error)}`);
    }
  },
};

export async function findRepository(
  name: string,
  registryId: string | undefined,
  scope: Scope,
): Promise<Repository | undefined> {
  return undefinedIfGone(["RepositoryNotFoundException"], async () => {
    const { repositories } = await send(
      ecr(scope),
      new DescribeRepositoriesCommand({ registryId, repositoryNames: [name] }),
    );
    return repositories?.find((repository) => repository.repositoryName === name);
  });
}

export async function tagsOf(repository: Repository, scope: Scope): Promise<Record<string, string>> {
  const { tags } = await send(ecr(scope), new ListTagsForResourceCommand({ resourceArn: repository.repositoryArn }));
  return fromTagList(tags);
}

/** A repository's properties, except tags. */
export function repositoryState(repository: Repository): PropertyMap {
  const { encryptionConfiguration, imageScanningConfiguration, imageTagMutabilityExclusionFilters } = repository;
  return {
    arn: repository.repositoryArn ?? "",
    name: repository.repositoryName ?? "",
    registryId: repository.registryId ?? "",
    repositoryUrl: repository.repositoryUri ?? "",
    imageTagMutability: repository.imageTagMutability ?? "",
    imageTagMutabilityExclusionFilters: (imageTagMutabilityExclusionFilters ?? []).map((filter) => ({
      filter: filter.filter ?? "",
      filterType: filter.filterType ?? "",
    })),
    encryptionConfigurations: encryptionConfiguration
      ? [{ encryptionType: encryptionConfiguration.encryptionType ?? "", kmsKey: encryptionConfiguration.kmsKey ?? "" }]
      : [],
    ...(imageScanningConfiguration && {
      imageScanningConfiguration: { scanOnPush: imageScanningConfiguration.scanOnPush === true },
    }),
  };
}

function encryption(inputs: PropertyMap): EncryptionConfiguration | undefined {
  const list = inputs["encryptionConfigurations"];
  const first = Array.isArray(list) ? list[0] : undefined;
  if (!isMap(first)) return undefined;
  const key = first["kmsKey"];
  return {
    encryptionType: first["encryptionType"] as EncryptionConfiguration["encryptionType"],
    kmsKey: typeof key === "string" && key !== "" ? key : undefined,
  };
}

function exclusionFilters(inputs: PropertyMap): ImageTagMutabilityExclusionFilter[] | undefined {
  const list = inputs["imageTagMutabilityExclusionFilters"];
  if (!Array.isArray(list) || list.length === 0 || containsUnknown(list)) return undefined;
  return list
    .filter((filter: PropertyValue): filter is PropertyMap => isMap(filter))
    .map((filter) => withoutInternal(filter) as unknown as ImageTagMutabilityExclusionFilter);
}
