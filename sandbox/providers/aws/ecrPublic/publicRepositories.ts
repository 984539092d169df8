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
import type { Failure } from "../../../../provider/protocol/definition";
import { isMap, type PropertyMap, type PropertyValue } from "../../../../provider/protocol/values";
import { deleteUnlessGone, step, undefinedIfGone } from "../operations";
import { policyResource } from "../policyResource";
import type { AwsResource, Scope } from "../resource";
import { send } from "../send";
import { asTagList, fromTagList, tagState, updateTags } from "../tags";
import { ecrPublic } from "./ecrPublicClient";
import { publicRepositoryPolicySchema, publicRepositorySchema } from "./ecrPublicSchemas";

/** ECR Public resources work only in us-east-1, whatever region the rest of the program uses. */
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
  // No auto-naming: the name is always the user's.
  naming: { property: "repositoryName", transform: (name) => name },

  async create(inputs, scope) {
    const output = await step("creating ECR Public repository", () =>
      send(
        ecrPublic(scope),
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
    return step(`reading ECR Public repository (${id})`, async () => {
      const repository = await findPublicRepository(id, scope);
      if (!repository) return undefined;
      const catalogData = await findCatalogData(id, repository, scope);
      const { tags } = await send(
        ecrPublic(scope),
        new ListTagsForResourceCommand({ resourceArn: repository.repositoryArn }),
      );
      // The service returns a logo's URL, not its bytes, so the state keeps the given bytes.
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
    });
  },

  async update(id, olds, news, changed, scope) {
    const catalogData = news["catalogData"];
    if (changed("catalogData") && isMap(catalogData)) {
      await step(`updating ECR Public Repository (${id}): updating catalog data for repository(${id})`, () =>
        send(
          ecrPublic(scope),
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
      untag: (keys) => send(ecrPublic(scope), new UntagResourceCommand({ resourceArn, tagKeys: keys })),
      tag: (tags) => send(ecrPublic(scope), new TagResourceCommand({ resourceArn, tags })),
    });
  },

  async delete(id, outputs, scope) {
    await deleteUnlessGone(`ECR Public repository`, ["RepositoryNotFoundException"], () =>
      send(
        ecrPublic(scope),
        new DeleteRepositoryCommand({
          repositoryName: id,
          registryId: outputs["registryId"] === undefined ? undefined : String(outputs["registryId"]),
          force: outputs["forceDestroy"] === true,
        }),
      ),
    );
  },
};

export const ecrPublicRepositoryPolicy = policyResource({
  type: "aws:ecrpublic/repositoryPolicy:RepositoryPolicy",
  schema: publicRepositoryPolicySchema,
  title: "ECR Public Repository Policy",
  gone: ["RepositoryNotFoundException", "RepositoryPolicyNotFoundException"],
  rules: (_inputs, region) => regionRule(region),
  idInput: "repositoryName",
  putting: (repository) => `setting ECR Public Repository (${repository}) Policy`,

  async put(repositoryName, policyText, scope) {
    await send(ecrPublic(scope), new SetRepositoryPolicyCommand({ repositoryName, policyText }));
    return repositoryName;
  },

  async get(id, scope) {
    const found = await send(ecrPublic(scope), new GetRepositoryPolicyCommand({ repositoryName: id }));
    const state = { registryId: found.registryId ?? "", repositoryName: found.repositoryName ?? id };
    return { document: found.policyText, state };
  },

  remove(id, outputs, scope) {
    const registryId = String(outputs["registryId"]);
    return send(ecrPublic(scope), new DeleteRepositoryPolicyCommand({ repositoryName: id, registryId }));
  },
});

/** Undefined for a repository created without catalog data. */
async function findCatalogData(name: string, repository: Repository, scope: Scope) {
  return undefinedIfGone(["RepositoryCatalogDataNotFoundException"], async () => {
    const { catalogData } = await send(
      ecrPublic(scope),
      new GetRepositoryCatalogDataCommand({ repositoryName: name, registryId: repository.registryId }),
    );
    return catalogData;
  });
}

async function findPublicRepository(name: string, scope: Scope): Promise<Repository | undefined> {
  return undefinedIfGone(["RepositoryNotFoundException"], async () => {
    const { repositories } = await send(ecrPublic(scope), new DescribeRepositoriesCommand({ repositoryNames: [name] }));
    return repositories?.find((repository) => repository.repositoryName === name);
  });
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
