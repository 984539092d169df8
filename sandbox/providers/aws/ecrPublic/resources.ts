import {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DeleteRepositoryPolicyCommand,
  DescribeRepositoriesCommand,
  GetRepositoryCatalogDataCommand,
  GetRepositoryPolicyCommand,
  ListTagsForResourceCommand,
  PutRepositoryCatalogDataCommand,
  type Repository,
  type RepositoryCatalogDataInput,
  SetRepositoryPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-ecr-public";
import type { Failure } from "../../protocol/definition";
import { isMap, type PropertyMap, type PropertyValue } from "../../protocol/values";
import { equivalentPolicies, normalizeJson } from "../documents";
import { policyState } from "../ecr/policies";
import { deleteUnlessGone, step, textOf } from "../operations";
import type { AwsResource, Scope } from "../resource";
import { hasCode, send } from "../send";
import { asTagList, fromTagList, tagState, updateTags } from "../tags";
import { publicRepositoryPolicySchema, publicRepositorySchema } from "./schemas";

/** The resources of ECR Public work in us-east-1 only, whatever region the rest of a program is in. */
function regionRule(region: PropertyValue): Failure[] {
  return typeof region === "string" && region !== "us-east-1"
    ? [
        {
          property: "region",
          reason: `region: "${region}": ECR Public repositories are managed in us-east-1 only; set region: "us-east-1"`,
        },
      ]
    : [];
}

export const ecrPublicRepository: AwsResource = {
  type: "aws:ecrpublic/repository:Repository",
  schema: publicRepositorySchema,
  rules: (_inputs, region) => regionRule(region),
  // Its name is always the user's own.
  naming: { property: "repositoryName", transform: (name) => name },

  async create(inputs, scope) {
    const output = await step("creating ECR Public repository", () =>
      send(
        scope.connection.ecrPublic(scope.region, scope.context),
        new CreateRepositoryCommand({
          repositoryName: String(inputs["repositoryName"]),
          catalogData: isMap(inputs["catalogData"]) ? catalogInput(inputs["catalogData"]) : undefined,
          tags: asTagList(inputs["tagsAll"]),
        }),
      ),
    );
    return output.repository?.repositoryName ?? String(inputs["repositoryName"]);
  },

  async read(id, known, scope) {
    try {
      const repository = await findPublicRepository(id, scope);
      if (!repository) return undefined;
      const ecrPublic = scope.connection.ecrPublic(scope.region, scope.context);
      const catalogData = await findCatalogData(id, repository, scope);
      const { tags } = await send(ecrPublic, new ListTagsForResourceCommand({ resourceArn: repository.repositoryArn }));
      // The service gives a logo's address, not its bytes: they stay as they were given.
      const before = isMap(known["catalogData"]) ? known["catalogData"]["logoImageBlob"] : undefined;
      const found: PropertyMap = {
        ...(catalogData?.aboutText !== undefined && { aboutText: catalogData.aboutText }),
        ...(catalogData?.architectures !== undefined && { architectures: catalogData.architectures }),
        ...(catalogData?.description !== undefined && { description: catalogData.description }),
        ...(catalogData?.operatingSystems !== undefined && { operatingSystems: catalogData.operatingSystems }),
        ...(catalogData?.usageText !== undefined && { usageText: catalogData.usageText }),
        ...(before !== undefined && before !== "" && { logoImageBlob: before }),
      };
      return {
        arn: repository.repositoryArn ?? "",
        catalogData: found,
        forceDestroy: known["forceDestroy"] === true,
        registryId: repository.registryId ?? "",
        repositoryName: repository.repositoryName ?? id,
        repositoryUri: repository.repositoryUri ?? "",
        ...tagState(fromTagList(tags), known, scope.connection.settings),
      };
    } catch (error) {
      throw new Error(`reading ECR Public repository (${id}): ${textOf(error)}`);
    }
  },

  async update(id, olds, news, changed, scope) {
    const ecrPublic = scope.connection.ecrPublic(scope.region, scope.context);
    const catalogData = news["catalogData"];
    if (changed("catalogData") && isMap(catalogData)) {
      await step(`updating ECR Public Repository (${id}): updating catalog data for repository(${id})`, () =>
        send(
          ecrPublic,
          new PutRepositoryCatalogDataCommand({
            repositoryName: id,
            registryId: String(olds["registryId"]),
            catalogData: catalogInput(catalogData),
          }),
        ),
      );
    }
    const resourceArn = String(olds["arn"]);
    await updateTags(`resource (${resourceArn})`, olds, news, {
      untag: (keys) => send(ecrPublic, new UntagResourceCommand({ resourceArn, tagKeys: keys })),
      tag: (tags) => send(ecrPublic, new TagResourceCommand({ resourceArn, tags })),
    });
  },

  async delete(id, outputs, scope) {
    await deleteUnlessGone(`ECR Public repository`, ["RepositoryNotFoundException"], () =>
      send(
        scope.connection.ecrPublic(scope.region, scope.context),
        new DeleteRepositoryCommand({
          repositoryName: id,
          registryId: outputs["registryId"] === undefined ? undefined : String(outputs["registryId"]),
          force: outputs["forceDestroy"] === true,
        }),
      ),
    );
  },
};

async function setPolicy(inputs: PropertyMap, scope: Scope): Promise<string> {
  const repository = String(inputs["repositoryName"]);
  const output = await step(`setting ECR Public Repository (${repository}) Policy`, () =>
    send(
      scope.connection.ecrPublic(scope.region, scope.context),
      new SetRepositoryPolicyCommand({
        repositoryName: repository,
        policyText: normalizeJson(String(inputs["policy"])),
      }),
    ),
  );
  return output.repositoryName ?? repository;
}

export const ecrPublicRepositoryPolicy: AwsResource = {
  type: "aws:ecrpublic/repositoryPolicy:RepositoryPolicy",
  schema: publicRepositoryPolicySchema,
  deleteBeforeReplace: true,
  rules: (_inputs, region) => regionRule(region),
  create: setPolicy,

  async read(id, known, scope) {
    try {
      const output = await send(
        scope.connection.ecrPublic(scope.region, scope.context),
        new GetRepositoryPolicyCommand({ repositoryName: id }),
      );
      return {
        policy: policyState(known, output.policyText ?? "", equivalentPolicies),
        registryId: output.registryId ?? "",
        repositoryName: output.repositoryName ?? id,
      };
    } catch (error) {
      if (hasCode(error, "RepositoryNotFoundException", "RepositoryPolicyNotFoundException")) return undefined;
      throw new Error(`reading ECR Public Repository Policy (${id}): ${textOf(error)}`);
    }
  },

  async update(_id, _olds, news, _changed, scope) {
    await setPolicy(news, scope);
  },

  async delete(id, outputs, scope) {
    await deleteUnlessGone(
      `ECR Public Repository Policy (${id})`,
      ["RepositoryNotFoundException", "RepositoryPolicyNotFoundException"],
      () =>
        send(
          scope.connection.ecrPublic(scope.region, scope.context),
          new DeleteRepositoryPolicyCommand({ repositoryName: id, registryId: String(outputs["registryId"]) }),
        ),
    );
  },
};

/** Undefined for a repository that was created without. */
async function findCatalogData(name: string, repository: Repository, scope: Scope) {
  try {
    const { catalogData } = await send(
      scope.connection.ecrPublic(scope.region, scope.context),
      new GetRepositoryCatalogDataCommand({ repositoryName: name, registryId: repository.registryId }),
    );
    return catalogData;
  } catch (error) {
    if (hasCode(error, "RepositoryCatalogDataNotFoundException")) return undefined;
    throw error;
  }
}

async function findPublicRepository(name: string, scope: Scope): Promise<Repository | undefined> {
  try {
    const { repositories } = await send(
      scope.connection.ecrPublic(scope.region, scope.context),
      new DescribeRepositoriesCommand({ repositoryNames: [name] }),
    );
    return repositories?.find((repository) => repository.repositoryName === name);
  } catch (error) {
    if (hasCode(error, "RepositoryNotFoundException")) return undefined;
    throw error;
  }
}

function catalogInput(catalog: PropertyMap): RepositoryCatalogDataInput {
  const text = (key: string) => {
    const value = catalog[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const list = (key: string) => {
    const value = catalog[key];
    return Array.isArray(value) ? value.map(String) : [];
  };
  const logo = text("logoImageBlob");
  return {
    aboutText: text("aboutText"),
    architectures: list("architectures"),
    description: text("description"),
    logoImageBlob: logo === undefined ? undefined : Buffer.from(logo, "base64"),
    operatingSystems: list("operatingSystems"),
    usageText: text("usageText"),
  };
}
