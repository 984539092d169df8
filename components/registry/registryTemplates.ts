import * as ecr from "@pulumi/aws/ecr";
import type * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { accessPolicyFaults, canonicalPolicyText } from "../../ecr/accessPolicy";
import type { Fault } from "../../ecr/faults";
import { customRoleFaults } from "../../ecr/names/accounts";
import { partitionOf } from "../../ecr/names/regions";
import {
  creationTemplateLimits,
  creationTemplatesFaults,
  type RepositoryCreationTemplate,
  templateKeyFaults,
  templateNeedsRole,
} from "../../ecr/registry/creationTemplates";
import { type TemplateRights, templateRolePolicy, templateRoleService } from "../../ecr/registry/serviceRoles";
import type { EncryptionType } from "../../ecr/repository/encryption";
import { byteLength, characterCount } from "../../ecr/values/stringLength";
import { isPlain } from "../inputChecks";
import { readLifecycle, warnOfSplitTagLists } from "../lifecycleInput";
import type { CreationTemplateArgs } from "./registryArgs";
import { checkedWhenKnown, childOptions, type KnownLocation, type RegistryContext } from "./registryContext";
import { policyText } from "./registryPolicy";
import { createServiceRole, type ServiceRole } from "./registryRoles";

/** The creation templates of a Registry, by prefix, and the role created for them. */
export interface CreationTemplates {
  readonly templates: ReadonlyMap<string, ecr.RepositoryCreationTemplate>;
  readonly role: iam.Role | undefined;
}

const encryptionTypes: Record<NonNullable<CreationTemplateArgs["encryption"]>, EncryptionType> = {
  aes256: "AES256",
  kms: "KMS",
  kmsDsse: "KMS_DSSE",
};

/** A template with its defaults; inputs that are not known yet are omitted. */
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

/** The template in ECR's format, with valid placeholders for what is created or not known yet. */
function ecrTemplate(
  template: CreationTemplateArgs,
  { region, account }: KnownLocation,
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

/** ECR's names for properties that have different names here. */
const argumentNames: readonly [ecr: string, argument: string][] = [
  [".encryptionConfiguration.encryptionType", ".encryption"],
  [".encryptionConfiguration.kmsKey", ".kmsKey"],
  [".imageTagMutabilityExclusionFilters", ".exclusionFilters"],
];

/** Why a registry could not have these templates: every known fault, or none. */
export function registryTemplateFaults(templates: readonly CreationTemplateArgs[], location: KnownLocation): Fault[] {
  const path = "creationTemplates";
  const found = creationTemplatesFaults(
    templates.map((template) => ecrTemplate(template, location)),
    path,
    location.region,
    location.account,
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

/** What ECR accepts but the AWS provider does not. */
function providerFaults({ prefix, description = "" }: CreationTemplateArgs, path: string): Fault[] {
  const { providerPrefix, providerDescription, description: maximum } = creationTemplateLimits;
  const faults: Fault[] = [];
  if (prefix.length > 0 && prefix.length < providerPrefix) {
    faults.push({
      path: `${path}.prefix`,
      value: prefix,
      rule: `the AWS provider needs a prefix of at least ${providerPrefix} characters, although ECR itself accepts 1.`,
      fix: "choose a longer prefix, or ROOT for every name that no other template covers.",
    });
  }
  const size = byteLength(description);
  if (size > providerDescription && characterCount(description) <= maximum) {
    faults.push({
      path: `${path}.description`,
      value: description,
      rule: `the AWS provider accepts a description of at most ${providerDescription} bytes in UTF-8, although ECR itself accepts ${maximum} characters; this one has ${size}.`,
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
  return [{ path, value: encryption, rule: "must be one of three kinds of encryption.", fix }];
}

/** The registry's creation templates and their role. Expects arguments without faults. */
export function createTemplates(
  templates: readonly CreationTemplateArgs[],
  context: RegistryContext,
): CreationTemplates {
  const keys = templates.map((template, index) => keyOf(template, `creationTemplates[${index}].kmsKey`, context));
  const role = createTemplateRole(templates, keys, context);
  const created = templates.map((template, index): [string, ecr.RepositoryCreationTemplate] => {
    const path = `creationTemplates[${index}]`;
    const { prefix, appliedFor, encryptionType, imageTagMutability, exclusionFilters, lifecycle } =
      templateOf(template);
    const kmsKey = keys[index];
    const ownRole = usesCreatedRole(template) ? role : undefined;
    const { text: lifecyclePolicy } = readLifecycle(lifecycle, path);
    if (lifecyclePolicy !== undefined) {
      warnOfSplitTagLists(context.subject, lifecyclePolicy, `${path}.lifecyclePolicy`);
    }
    const resource = new ecr.RepositoryCreationTemplate(
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
      { ...childOptions(context, ownRole?.policy), import: context.importId("creationTemplates", prefix) },
    );
    return [prefix, resource];
  });
  return { templates: new Map(created), role: role?.role };
}

/** Tags and KMS need a role, which is created unless one is given. */
function usesCreatedRole(template: CreationTemplateArgs): boolean {
  const { encryptionType, tags } = templateOf(template);
  const needed = templateNeedsRole({ encryptionConfiguration: { encryptionType }, resourceTags: tags });
  return needed && template.customRoleArn === undefined;
}

/** One role for all templates that need one, with only their permissions. */
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
    : checkedWhenKnown(context, kmsKey, (arn, location) => templateKeyFaults(arn, path, location.region));
}

function roleOf({ customRoleArn }: CreationTemplateArgs, path: string, context: RegistryContext) {
  return customRoleArn === undefined
    ? undefined
    : checkedWhenKnown(context, customRoleArn, (arn, location) =>
        customRoleFaults(arn, path, location.account, location.region),
      );
}

function repositoryPolicyOf({ repositoryPolicy }: CreationTemplateArgs, path: string, context: RegistryContext) {
  return repositoryPolicy === undefined
    ? undefined
    : pulumi
        .output(
          checkedWhenKnown(context, repositoryPolicy, (policy, location) =>
            accessPolicyFaults(policy, path, "repository", location.region),
          ),
        )
        .apply(canonicalPolicyText);
}
