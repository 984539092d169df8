import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accessPolicyFaults, canonicalPolicyText } from "../../ecr/accessPolicy";
import { customRoleFaults } from "../../ecr/accounts";
import {
  creationTemplateLimits,
  creationTemplatesFaults,
  type RepositoryCreationTemplate,
  templateKeyFaults,
  templateNeedsRole,
} from "../../ecr/creationTemplates";
import type { EncryptionType } from "../../ecr/encryption";
import type { Fault } from "../../ecr/faults";
import { partitionOf } from "../../ecr/regions";
import { type TemplateRights, templateRolePolicy, templateRoleService } from "../../ecr/serviceRoles";
import { bytes, characters } from "../../ecr/textLength";
import { readLifecycle, warnOfSplitTagLists } from "../lifecycleInput";
import type { CreationTemplateArgs } from "./registryArgs";
import { checkedLater, childOptions, isPlain, type KnownPlace, type RegistryContext } from "./registryContext";
import { policyText } from "./registryPolicy";
import { createServiceRole, type ServiceRole } from "./registryRoles";

/** The creation templates of a Registry, by prefix, and the role that was created for them. */
export interface CreationTemplates {
  readonly templates: ReadonlyMap<string, aws.ecr.RepositoryCreationTemplate>;
  readonly role: aws.iam.Role | undefined;
}

const encryptionTypes: Record<NonNullable<CreationTemplateArgs["encryption"]>, EncryptionType> = {
  aes256: "AES256",
  kms: "KMS",
  kmsDsse: "KMS_DSSE",
};

/** What a template says, with the defaults; inputs that are known later are left out. */
function templateOf(template: CreationTemplateArgs) {
  const cache = template.appliedFor.includes("PULL_THROUGH_CACHE");
  const filters = template.exclusionFilters;
  const unmoved = filters ? "IMMUTABLE_WITH_EXCLUSION" : "IMMUTABLE";
  const onlyCache = cache && template.appliedFor.length === 1;
  return {
    prefix: template.prefix,
    appliedFor: template.appliedFor,
    encryptionType: encryptionTypes[template.encryption ?? "kms"],
    imageTagMutability: template.imageTagMutability ?? (cache && !filters ? "MUTABLE" : unmoved),
    exclusionFilters: filters?.map((filter) => ({ filter, filterType: "WILDCARD" as const })),
    lifecycle: template.lifecyclePolicy ?? (onlyCache ? "pullThroughCache" : "service"),
    tags: Object.entries(template.resourceTags ?? {}).map(([Key, Value]) => ({ Key, Value })),
  };
}

/** The template as ECR has it. What is created, or known later, is stood in for by what would be accepted. */
function ecrTemplate(
  template: CreationTemplateArgs,
  { region, account }: KnownPlace,
): Partial<RepositoryCreationTemplate> {
  const { prefix, appliedFor, encryptionType, imageTagMutability, exclusionFilters, tags } = templateOf(template);
  const { kmsKey, customRoleArn, repositoryPolicy, description } = template;
  const someAccount = account ?? "123456789012";
  const someRegion = region ?? "us-east-1";
  const partition = partitionOf(someRegion);
  const someKey = `arn:${partition}:kms:${someRegion}:${someAccount}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
  const someRole = `arn:${partition}:iam::${someAccount}:role/later`;
  return {
    prefix,
    appliedFor,
    ...(description !== undefined && { description }),
    encryptionConfiguration: {
      encryptionType,
      ...(kmsKey !== undefined && { kmsKey: isPlain(kmsKey) ? kmsKey : someKey }),
    },
    imageTagMutability,
    ...(exclusionFilters && { imageTagMutabilityExclusionFilters: exclusionFilters }),
    ...(repositoryPolicy !== undefined &&
      isPlain(repositoryPolicy) && { repositoryPolicy: policyText(repositoryPolicy) }),
    resourceTags: tags,
    customRoleArn: customRoleArn !== undefined && isPlain(customRoleArn) ? customRoleArn : someRole,
  };
}

/** ECR's names of what a template has under another name here. */
const argumentNames: readonly [ecr: string, argument: string][] = [
  [".encryptionConfiguration.encryptionType", ".encryption"],
  [".encryptionConfiguration.kmsKey", ".kmsKey"],
  [".imageTagMutabilityExclusionFilters", ".exclusionFilters"],
];

/** Why a registry could not have these templates: every fault of what is known, or none. */
export function registryTemplateFaults(templates: readonly CreationTemplateArgs[], place: KnownPlace): Fault[] {
  const path = "creationTemplates";
  const found = creationTemplatesFaults(
    templates.map((template) => ecrTemplate(template, place)),
    path,
    place.region,
    place.account,
  ).map((fault) => ({
    ...fault,
    path: argumentNames.reduce((text, [ecr, argument]) => text.replace(ecr, argument), fault.path),
  }));
  return [
    ...found,
    ...templates.flatMap((template, index) => [
      ...providerFaults(template, `${path}[${index}]`),
      ...encryptionNameFaults(template.encryption, `${path}[${index}].encryption`),
      ...readLifecycle(templateOf(template).lifecycle, `${path}[${index}].lifecyclePolicy`).faults,
    ]),
  ];
}

/** What ECR takes and the AWS provider does not. */
function providerFaults({ prefix, description = "" }: CreationTemplateArgs, path: string): Fault[] {
  const { providerPrefix, providerDescription, description: maximum } = creationTemplateLimits;
  const faults: Fault[] = [];
  if (prefix.length > 0 && prefix.length < providerPrefix) {
    faults.push({
      path: `${path}.prefix`,
      value: prefix,
      rule: `the AWS provider takes a prefix of at least ${providerPrefix} characters, ECR itself one of 1.`,
      fix: "choose a longer prefix, or ROOT for every name that no other template covers.",
    });
  }
  const size = bytes(description);
  if (size > providerDescription && characters(description) <= maximum) {
    faults.push({
      path: `${path}.description`,
      value: description,
      rule: `the AWS provider takes a description of at most ${providerDescription} bytes in UTF-8, this one has ${size}; ECR itself takes ${maximum} characters.`,
      fix: `shorten it by ${size - providerDescription}.`,
    });
  }
  return faults;
}

function encryptionNameFaults(encryption: unknown, path: string): Fault[] {
  if (encryption === undefined || Object.hasOwn(encryptionTypes, String(encryption))) {
    return [];
  }
  const fix = `write one of ${Object.keys(encryptionTypes).join(", ")}.`;
  return [{ path, value: encryption, rule: "encryption is one of three kinds.", fix }];
}

/** The registry's creation templates and their role. Expects arguments without faults. */
export function createTemplates(
  templates: readonly CreationTemplateArgs[],
  context: RegistryContext,
): CreationTemplates {
  const keys = templates.map((template, index) => keyOf(template, `creationTemplates[${index}].kmsKey`, context));
  const role = createTemplateRole(templates, keys, context);
  const created = templates.map((template, index): [string, aws.ecr.RepositoryCreationTemplate] => {
    const path = `creationTemplates[${index}]`;
    const { prefix, appliedFor, encryptionType, imageTagMutability, exclusionFilters, lifecycle } =
      templateOf(template);
    const kmsKey = keys[index];
    const ownRole = usesCreatedRole(template) ? role : undefined;
    const { text: lifecyclePolicy } = readLifecycle(lifecycle, path);
    if (lifecyclePolicy !== undefined) {
      warnOfSplitTagLists(context.subject, lifecyclePolicy, `${path}.lifecyclePolicy`);
    }
    const resource = new aws.ecr.RepositoryCreationTemplate(
      `${context.name}-${prefix}`,
      {
        prefix,
        appliedFors: [...appliedFor],
        description: template.description,
        encryptionConfigurations: [{ encryptionType, ...(kmsKey !== undefined && { kmsKey }) }],
        imageTagMutability,
        ...(exclusionFilters && { imageTagMutabilityExclusionFilters: exclusionFilters }),
        lifecyclePolicy,
        repositoryPolicy: repositoryPolicyOf(template, `${path}.repositoryPolicy`, context),
        resourceTags: template.resourceTags,
        customRoleArn: ownRole?.role.arn ?? roleOf(template, `${path}.customRoleArn`, context),
        region: context.region,
      },
      childOptions(context, ownRole?.policy),
    );
    return [prefix, resource];
  });
  return { templates: new Map(created), role: role?.role };
}

/** Tags and KMS need a role; it is created unless one is named. */
function usesCreatedRole(template: CreationTemplateArgs): boolean {
  const { encryptionType, tags } = templateOf(template);
  const needed = templateNeedsRole({ encryptionConfiguration: { encryptionType }, resourceTags: tags });
  return needed && template.customRoleArn === undefined;
}

/** One role for all templates that need one, with the rights of these only. */
function createTemplateRole(
  templates: readonly CreationTemplateArgs[],
  keys: readonly (pulumi.Input<string> | undefined)[],
  context: RegistryContext,
): ServiceRole | undefined {
  const rights = templates.flatMap((template, index): pulumi.Input<TemplateRights>[] => {
    if (!usesCreatedRole(template)) return [];
    const { prefix, appliedFor, encryptionType, tags } = templateOf(template);
    const key = encryptionType === "AES256" ? undefined : (keys[index] ?? "managed");
    return [
      pulumi
        .output(key)
        .apply((known) => ({ prefix, appliedFor, tagged: tags.length > 0, ...(known && { key: known }) })),
    ];
  });
  if (rights.length === 0) {
    return undefined;
  }
  return createServiceRole(
    context,
    "creation-templates",
    templateRoleService,
    "Creates repositories from ECR's creation templates",
    pulumi
      .all([pulumi.all(rights), context.location])
      .apply(([known, location]) => templateRolePolicy(known, location)),
  );
}

function keyOf({ kmsKey }: CreationTemplateArgs, path: string, context: RegistryContext) {
  return kmsKey === undefined
    ? undefined
    : checkedLater(context, kmsKey, (arn, place) => templateKeyFaults(arn, path, place.region));
}

function roleOf({ customRoleArn }: CreationTemplateArgs, path: string, context: RegistryContext) {
  return customRoleArn === undefined
    ? undefined
    : checkedLater(context, customRoleArn, (arn, place) => customRoleFaults(arn, path, place.account, place.region));
}

function repositoryPolicyOf({ repositoryPolicy }: CreationTemplateArgs, path: string, context: RegistryContext) {
  return repositoryPolicy === undefined
    ? undefined
    : pulumi
        .output(
          checkedLater(context, repositoryPolicy, (policy, place) =>
            accessPolicyFaults(policy, path, "repository", place.region),
          ),
        )
        .apply(canonicalPolicyText);
}
