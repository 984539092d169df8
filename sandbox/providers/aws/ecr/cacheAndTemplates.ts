import {
  CreatePullThroughCacheRuleCommand,
  CreateRepositoryCreationTemplateCommand,
  type CreateRepositoryCreationTemplateCommandInput,
  DeletePullThroughCacheRuleCommand,
  DeleteRepositoryCreationTemplateCommand,
  DescribePullThroughCacheRulesCommand,
  DescribeRepositoryCreationTemplatesCommand,
  type RepositoryCreationTemplate,
  UpdatePullThroughCacheRuleCommand,
  UpdateRepositoryCreationTemplateCommand,
} from "@aws-sdk/client-ecr";
import { asString, type PropertyMap, type PropertyValue } from "../../../../provider/protocol/values";
import { equivalentLifecyclePolicies, equivalentPolicies, normalizeJson, policyState } from "../documents";
import { deleteUnlessGone, readUnlessGone, step } from "../operations";
import { type AwsResource, asMaps } from "../resource";
import { send } from "../send";
import { asTagList, fromTagList } from "../tags";
import { ecr } from "./ecrClient";
import { pullThroughCacheRuleSchema, repositoryCreationTemplateSchema } from "./registrySchemas";

/** The id is the prefix. */
export const ecrPullThroughCacheRule: AwsResource = {
  type: "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
  schema: pullThroughCacheRuleSchema,
  deleteBeforeReplace: true,

  async create(inputs, scope) {
    const prefix = String(inputs["ecrRepositoryPrefix"]);
    await step(`creating ECR Pull Through Cache Rule (${prefix})`, () =>
      send(
        ecr(scope),
        new CreatePullThroughCacheRuleCommand({
          ecrRepositoryPrefix: prefix,
          upstreamRegistryUrl: String(inputs["upstreamRegistryUrl"]),
          credentialArn: asString(inputs["credentialArn"]),
          customRoleArn: asString(inputs["customRoleArn"]),
          upstreamRepositoryPrefix: asString(inputs["upstreamRepositoryPrefix"]),
        }),
      ),
    );
    return prefix;
  },

  async read(id, _known, scope) {
    return readUnlessGone(
      `ECR Pull Through Cache Rule (${id})`,
      ["PullThroughCacheRuleNotFoundException"],
      async () => {
        const output = await send(
          ecr(scope),
          new DescribePullThroughCacheRulesCommand({ ecrRepositoryPrefixes: [id] }),
        );
        const rule = output.pullThroughCacheRules?.[0];
        return (
          rule && {
            credentialArn: rule.credentialArn ?? "",
            customRoleArn: rule.customRoleArn ?? "",
            ecrRepositoryPrefix: rule.ecrRepositoryPrefix ?? id,
            registryId: rule.registryId ?? "",
            upstreamRegistryUrl: rule.upstreamRegistryUrl ?? "",
            upstreamRepositoryPrefix: rule.upstreamRepositoryPrefix ?? "",
          }
        );
      },
    );
  },

  async update(id, _olds, news, _changed, scope) {
    await step(`updating ECR Pull Through Cache Rule (${id})`, () =>
      send(
        ecr(scope),
        new UpdatePullThroughCacheRuleCommand({
          ecrRepositoryPrefix: id,
          credentialArn: asString(news["credentialArn"]),
          customRoleArn: asString(news["customRoleArn"]),
        }),
      ),
    );
  },

  async delete(id, outputs, scope) {
    await deleteUnlessGone(`ECR Pull Through Cache Rule (${id})`, ["PullThroughCacheRuleNotFoundException"], () =>
      send(
        ecr(scope),
        new DeletePullThroughCacheRuleCommand({ ecrRepositoryPrefix: id, registryId: asString(outputs["registryId"]) }),
      ),
    );
  },
};

/** The id is the prefix. */
export const ecrRepositoryCreationTemplate: AwsResource = {
  type: "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
  schema: repositoryCreationTemplateSchema,
  deleteBeforeReplace: true,

  async create(inputs, scope) {
    const prefix = String(inputs["prefix"]);
    const given = Object.entries(templateInputs(inputs)).filter(([, value]) => value !== "" && !isEmptyList(value));
    await step(`creating ECR Repository Creation Template (${prefix})`, () =>
      send(
        ecr(scope),
        new CreateRepositoryCreationTemplateCommand({
          prefix,
          ...(Object.fromEntries(given) as TemplateInputs),
        }),
      ),
    );
    return prefix;
  },

  async read(id, known, scope) {
    return readUnlessGone(`ECR Repository Creation Template (${id})`, ["TemplateNotFoundException"], async () => {
      const output = await send(ecr(scope), new DescribeRepositoryCreationTemplatesCommand({ prefixes: [id] }));
      const template = output.repositoryCreationTemplates?.find(({ prefix }) => prefix === id);
      return template && { registryId: output.registryId ?? "", ...templateState(template, known) };
    });
  },

  /**
   * Properties that are not sent keep their values, so a removed property is sent empty. The service does not accept
   * empty filters; they are removed by a mutability without filters.
   */
  async update(id, _olds, news, changed, scope) {
    const properties: Readonly<Record<keyof TemplateInputs, string>> = {
      appliedFor: "appliedFors",
      customRoleArn: "customRoleArn",
      description: "description",
      encryptionConfiguration: "encryptionConfigurations",
      imageTagMutability: "imageTagMutability",
      imageTagMutabilityExclusionFilters: "imageTagMutabilityExclusionFilters",
      lifecyclePolicy: "lifecyclePolicy",
      repositoryPolicy: "repositoryPolicy",
      resourceTags: "resourceTags",
    };
    const touched = Object.entries(templateInputs(news)).filter(([member, value]) => {
      if (member === "imageTagMutabilityExclusionFilters" && isEmptyList(value)) return false;
      const property = properties[member as keyof TemplateInputs];
      // The service requires the two to agree.
      return changed(property) || (member.startsWith("imageTagMutability") && changed("imageTagMutability"));
    });
    await step(`updating ECR Repository Creation Template (${id})`, () =>
      send(ecr(scope), new UpdateRepositoryCreationTemplateCommand({ prefix: id, ...Object.fromEntries(touched) })),
    );
  },

  async delete(id, _outputs, scope) {
    await deleteUnlessGone(`ECR Repository Creation Template (${id})`, ["TemplateNotFoundException"], () =>
      send(ecr(scope), new DeleteRepositoryCreationTemplateCommand({ prefix: id })),
    );
  },
};

type TemplateInputs = Required<
  Omit<CreateRepositoryCreationTemplateCommandInput, "prefix" | "encryptionConfiguration">
> &
  Pick<CreateRepositoryCreationTemplateCommandInput, "encryptionConfiguration">;

/** The template's members with the service's names; missing ones are empty. */
function templateInputs(inputs: PropertyMap): TemplateInputs {
  const [encryption] = asMaps(inputs["encryptionConfigurations"]);
  const json = (value: PropertyValue | undefined) => {
    const written = asString(value);
    return written === undefined ? "" : normalizeJson(written);
  };
  return {
    appliedFor: (Array.isArray(inputs["appliedFors"]) ? inputs["appliedFors"] : []) as TemplateInputs["appliedFor"],
    customRoleArn: asString(inputs["customRoleArn"]) ?? "",
    description: asString(inputs["description"]) ?? "",
    encryptionConfiguration: encryption && {
      encryptionType: encryption["encryptionType"] as "AES256" | "KMS" | "KMS_DSSE",
      kmsKey: asString(encryption["kmsKey"]),
    },
    imageTagMutability: inputs["imageTagMutability"] as TemplateInputs["imageTagMutability"],
    imageTagMutabilityExclusionFilters: asMaps(
      inputs["imageTagMutabilityExclusionFilters"],
    ) as unknown as TemplateInputs["imageTagMutabilityExclusionFilters"],
    lifecyclePolicy: json(inputs["lifecyclePolicy"]),
    repositoryPolicy: json(inputs["repositoryPolicy"]),
    resourceTags: asTagList(inputs["resourceTags"]),
  };
}

function templateState(template: RepositoryCreationTemplate, known: PropertyMap): PropertyMap {
  const { encryptionConfiguration: encryption, lifecyclePolicy, repositoryPolicy, resourceTags } = template;
  return {
    appliedFors: [...(template.appliedFor ?? [])],
    customRoleArn: template.customRoleArn ?? "",
    description: template.description ?? "",
    encryptionConfigurations: encryption
      ? [{ encryptionType: encryption.encryptionType ?? "", kmsKey: encryption.kmsKey ?? "" }]
      : [],
    imageTagMutability: template.imageTagMutability ?? "",
    imageTagMutabilityExclusionFilters: (template.imageTagMutabilityExclusionFilters ?? []).map((filter) => ({
      filter: filter.filter ?? "",
      filterType: filter.filterType ?? "",
    })),
    lifecyclePolicy: lifecyclePolicy
      ? policyState(known, lifecyclePolicy, equivalentLifecyclePolicies, "lifecyclePolicy")
      : "",
    prefix: template.prefix ?? "",
    repositoryPolicy: repositoryPolicy
      ? policyState(known, repositoryPolicy, equivalentPolicies, "repositoryPolicy")
      : "",
    resourceTags: fromTagList(resourceTags),
  };
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
