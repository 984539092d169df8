import type {
  CreateRepositoryCreationTemplateRequest,
  DeleteRepositoryCreationTemplateRequest,
  DescribeRepositoryCreationTemplatesRequest,
  UpdateRepositoryCreationTemplateRequest,
} from "@aws-sdk/client-ecr";
import { creationTemplateFaults } from "../../../ecr/registry/creationTemplates";
import type { GatewayContext, Operation } from "../context";
import type { Caller } from "../iam/caller";
import { creationTemplates, withDates } from "../state/registrySettings";
import { ServiceError } from "../wire/serviceError";
import { refuseInput } from "./faults";
import { pageOf } from "./paging";

const createTemplate: Operation<CreateRepositoryCreationTemplateRequest> = (context, caller, input) => {
  const { prefix = "" } = input;
  refuseTemplate(input, caller);
  const now = context.clock.now();
  // ECR returns the defaults for omitted members.
  const usual = { imageTagMutability: "MUTABLE", encryptionConfiguration: { encryptionType: "AES256" } } as const;
  const template = { ...usual, ...input, createdAt: now, updatedAt: now };
  context.store.change(() => {
    if (creationTemplates.get(context.store, caller, prefix)) {
      throw new ServiceError(
        "TemplateAlreadyExistsException",
        `A repository creation template with prefix '${prefix}' already exists in the registry with id '${caller.account}'`,
      );
    }
    creationTemplates.put(context.store, caller, prefix, template);
  });
  return { registryId: caller.account, repositoryCreationTemplate: withDates(template) };
};

/** Omitted members keep their values. */
const updateTemplate: Operation<UpdateRepositoryCreationTemplateRequest> = (context, caller, input) => {
  const template = context.store.change(() => {
    const current = existingTemplate(context, caller, input.prefix ?? "");
    const given = Object.fromEntries(Object.entries(input).filter(([, member]) => member !== undefined));
    const changed = { ...current, ...given, updatedAt: context.clock.now() };
    // Tag mutability and its filters are one setting: a new mutability without filters removes the old filters.
    if (input.imageTagMutability) {
      changed.imageTagMutabilityExclusionFilters = input.imageTagMutabilityExclusionFilters;
    }
    refuseTemplate(changed, caller);
    creationTemplates.put(context.store, caller, input.prefix ?? "", changed);
    return changed;
  });
  return { registryId: caller.account, repositoryCreationTemplate: withDates(template) };
};

/** Prefixes without a template are skipped: the operation has no error for them. */
const describeTemplates: Operation<DescribeRepositoryCreationTemplatesRequest> = (context, caller, input) => {
  const wanted = input.prefixes && new Set(input.prefixes);
  const templates = creationTemplates
    .all(context.store, caller)
    .filter(({ key }) => wanted === undefined || wanted.has(key));
  const { page, nextToken } = pageOf(templates, ({ key }) => key, input);
  return {
    registryId: caller.account,
    repositoryCreationTemplates: page.map(({ value }) => withDates(value)),
    nextToken,
  };
};

const deleteTemplate: Operation<DeleteRepositoryCreationTemplateRequest> = (context, caller, input) => {
  const template = context.store.change(() => {
    const current = existingTemplate(context, caller, input.prefix ?? "");
    creationTemplates.remove(context.store, caller, input.prefix ?? "");
    return current;
  });
  return { registryId: caller.account, repositoryCreationTemplate: withDates(template) };
};

export const creationTemplateOperations = {
  CreateRepositoryCreationTemplate: createTemplate,
  UpdateRepositoryCreationTemplate: updateTemplate,
  DescribeRepositoryCreationTemplates: describeTemplates,
  DeleteRepositoryCreationTemplate: deleteTemplate,
};

function refuseTemplate(template: object, { region, account }: Caller): void {
  refuseInput(creationTemplateFaults(template, "", region, account));
}

function existingTemplate(context: GatewayContext, caller: Caller, prefix: string) {
  const template = creationTemplates.get(context.store, caller, prefix);
  if (!template) {
    throw new ServiceError(
      "TemplateNotFoundException",
      `The repository creation template with prefix '${prefix}' does not exist in the registry with id '${caller.account}'`,
    );
  }
  return template;
}
