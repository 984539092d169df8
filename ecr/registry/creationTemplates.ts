import { accessPolicyFaults } from "../accessPolicy";
import type { Fault } from "../faults";
import { lifecyclePolicyFaults } from "../lifecyclePolicy";
import { customRoleFaults } from "../names/accounts";
import { arnPartitionFaults } from "../names/regions";
import { coveredNames, repeatedPrefixFaults, repositoryPrefixFaults } from "../names/repositoryPrefixes";
import { type EncryptionType, encryptionFaults, parseKmsKey } from "../repository/encryption";
import { resourceTagFaults } from "../repository/resourceTags";
import { type ImageTagMutability, type TagExclusionFilter, tagMutabilityFaults } from "../tags/tagMutability";
import { isObject, type JsonObject } from "../values/jsonObjects";
import { oneOf } from "../values/nearestWord";
import { characterCount } from "../values/stringLength";

/**
 * Repository creation templates: settings of repositories that ECR creates itself. Source: ECR API,
 * CreateRepositoryCreationTemplate; ECR user guide, "Templates to control repositories created during a pull through
 * cache, create on push, or replication action".
 */
export const creationTemplateLimits = {
  /** Length of the prefix in characters. */
  prefix: { minimum: 1, maximum: 256 },
  /** Maximum length of the description in characters. */
  description: 256,
  /** Minimum length of a prefix that the AWS provider accepts. */
  providerPrefix: 2,
  /** Maximum length of a description in UTF-8 bytes that the AWS provider accepts. */
  providerDescription: 255,
} as const;

/** Occasions on which ECR creates a repository itself (ECR API, RCTAppliedFor). */
export const templateOccasions = ["PULL_THROUGH_CACHE", "REPLICATION", "CREATE_ON_PUSH"] as const;

export type TemplateOccasion = (typeof templateOccasions)[number];

/** A repository creation template in ECR's API. */
export interface RepositoryCreationTemplate {
  /** 1 to 256 characters, or `ROOT` for every name without another matching template. ECR adds the trailing `/`. */
  prefix: string;
  /** At most 256 characters. @default none */
  description?: string;
  /** At least one. */
  appliedFor: readonly TemplateOccasion[];
  /** @default AES256, as in ECR */
  encryptionConfiguration?: {
    encryptionType: EncryptionType;
    /** The full ARN of a key in the registry's region, not an alias or ID. @default the AWS managed key */
    kmsKey?: string;
  };
  /** @default "MUTABLE", as in ECR */
  imageTagMutability?: ImageTagMutability;
  /** 1 to 5, with a `*_WITH_EXCLUSION` setting. @default none */
  imageTagMutabilityExclusionFilters?: readonly TagExclusionFilter[];
  /** JSON string. @default none */
  lifecyclePolicy?: string;
  /** JSON string. @default none */
  repositoryPolicy?: string;
  /** @default none */
  resourceTags?: readonly { Key: string; Value: string }[];
  /** A role in the registry's own account; required for tags and for KMS. @default ECR's service-linked role */
  customRoleArn?: string;
}

/**
 * Why ECR would refuse a creation template.
 *
 * @param template Any value; validated as RepositoryCreationTemplate.
 * @param path The template's path; faults are at `<path>.encryptionConfiguration.kmsKey` and so on.
 * @param region The registry's region; a key's ARN must be in it. Omitted: not compared.
 * @param account The registry's account; a role's ARN must be in it. Omitted: not compared.
 * @returns Every fault, or none. Never throws.
 */
export function creationTemplateFaults(template: unknown, path: string, region?: string, account?: string): Fault[] {
  if (!isObject(template)) {
    return [
      {
        path,
        value: template,
        rule: "a creation template must be an object.",
        fix: 'write { prefix: "team", appliedFor: ["CREATE_ON_PUSH"] }.',
      },
    ];
  }
  const { imageTagMutability, customRoleArn, lifecyclePolicy, repositoryPolicy, resourceTags } = template;
  const filters = template["imageTagMutabilityExclusionFilters"];
  return [
    ...repositoryPrefixFaults(
      template["prefix"],
      `${path}.prefix`,
      "a creation template's prefix",
      creationTemplateLimits.prefix,
    ),
    ...descriptionFaults(template["description"], `${path}.description`),
    ...appliedForFaults(template["appliedFor"], `${path}.appliedFor`),
    ...templateEncryptionFaults(template["encryptionConfiguration"], `${path}.encryptionConfiguration`, region),
    ...tagMutabilityFaults({ imageTagMutability, exclusionFilters: filters }, path).map((fault) => ({
      ...fault,
      path: fault.path.replace(`${path}.exclusionFilters`, `${path}.imageTagMutabilityExclusionFilters`),
    })),
    // An update removes a policy or role by sending an empty string.
    ...(lifecyclePolicy === undefined || lifecyclePolicy === ""
      ? []
      : lifecyclePolicyFaults(lifecyclePolicy, `${path}.lifecyclePolicy`)),
    ...(repositoryPolicy === undefined || repositoryPolicy === ""
      ? []
      : accessPolicyFaults(repositoryPolicy, `${path}.repositoryPolicy`, "repository", region)),
    ...(resourceTags === undefined ? [] : resourceTagFaults(resourceTags, `${path}.resourceTags`)),
    ...(customRoleArn === undefined || customRoleArn === ""
      ? []
      : customRoleFaults(customRoleArn, `${path}.customRoleArn`, account, region)),
    ...missingRoleFaults(template, path),
  ];
}

/** Why ECR would refuse a registry's templates together: each one's faults, and repeated prefixes. Never throws. */
export function creationTemplatesFaults(templates: unknown, path: string, region?: string, account?: string): Fault[] {
  if (!Array.isArray(templates)) {
    return [{ path, value: templates, rule: "creation templates must be a list.", fix: "write a list of templates." }];
  }
  const prefixes = templates.map((template: unknown, index) => ({
    prefix: isObject(template) ? template["prefix"] : undefined,
    path: `${path}[${index}].prefix`,
  }));
  return [
    ...templates.flatMap((template, index) => creationTemplateFaults(template, `${path}[${index}]`, region, account)),
    ...repeatedPrefixFaults(prefixes, "creation template"),
  ];
}

/**
 * The template that ECR applies to a repository name: the one with the longest matching prefix, or `ROOT` when no other
 * matches. A prefix matches only names below it: `prod` applies to `prod/api`, not to `prod` or `production`.
 *
 * @param occasion Considers only templates for this occasion. @default every template
 */
export function templateFor<T extends { prefix: string; appliedFor?: readonly string[] | undefined }>(
  templates: readonly T[],
  repositoryName: string,
  occasion?: TemplateOccasion,
): T | undefined {
  let found: T | undefined;
  for (const template of templates) {
    const names = coveredNames(template.prefix);
    const fits = repositoryName.startsWith(names) && repositoryName !== names;
    if (!fits || (occasion !== undefined && !template.appliedFor?.includes(occasion))) {
      continue;
    }
    if (found === undefined || names.length > coveredNames(found.prefix).length) {
      found = template;
    }
  }
  return found;
}

/** Whether ECR requires a custom role for such a template: for tags and for KMS (ECR user guide). */
export function templateNeedsRole(template: { encryptionConfiguration?: unknown; resourceTags?: unknown }): boolean {
  const { encryptionConfiguration: encryption, resourceTags: tags } = template;
  const type = isObject(encryption) ? encryption["encryptionType"] : undefined;
  return type === "KMS" || type === "KMS_DSSE" || (Array.isArray(tags) && tags.length > 0);
}

/**
 * Why a template could not use this KMS key: it must be the full ARN of a key in the registry's region, not an alias or
 * ID (ECR API, KmsKeyForRepositoryCreationTemplate). Never throws.
 */
export function templateKeyFaults(kmsKey: unknown, path: string, region?: string): Fault[] {
  const key = typeof kmsKey === "string" ? parseKmsKey(kmsKey) : undefined;
  const ofArn = arnPartitionFaults(kmsKey, path);
  const fault = (rule: string, fix: string): Fault[] => [{ path, value: kmsKey, rule, fix }, ...ofArn];
  if (key?.account === undefined || key.resource.startsWith("alias/")) {
    return fault(
      "a creation template must name a KMS key by its full ARN, not by an alias or an id.",
      'write "arn:aws:kms:<region>:<account>:key/<id>", or leave the key out for the AWS-managed one.',
    );
  }
  if (key.resource !== key.resource.toLowerCase()) {
    return fault("a creation template accepts a key's ARN only in lower case.", "write the key's id in lower case.");
  }
  if (region !== undefined && key.region !== region) {
    return fault(
      `the key is in ${key.region}, the registry in ${region}: ECR accepts only keys of its own region.`,
      `name a key in ${region} (for a multi-Region key, its replica there).`,
    );
  }
  return ofArn;
}

function descriptionFaults(description: unknown, path: string): Fault[] {
  const maximum = creationTemplateLimits.description;
  if (description === undefined || (typeof description === "string" && characterCount(description) <= maximum)) {
    return [];
  }
  return [
    {
      path,
      value: description,
      rule: `a template's description must be a string of at most ${maximum} characters.`,
      fix:
        typeof description === "string" ? `shorten it by ${characterCount(description) - maximum}.` : "write a string.",
    },
  ];
}

function appliedForFaults(appliedFor: unknown, path: string): Fault[] {
  if (!Array.isArray(appliedFor) || appliedFor.length === 0) {
    return [
      {
        path,
        value: appliedFor,
        rule: "a creation template must be applied for at least one reason.",
        fix: `write a list of ${templateOccasions.join(", ")}.`,
      },
    ];
  }
  return appliedFor.flatMap((occasion: unknown, index): Fault[] => {
    const fault = (rule: string, fix: string): Fault[] => [{ path: `${path}[${index}]`, value: occasion, rule, fix }];
    if (!(templateOccasions as readonly unknown[]).includes(occasion)) {
      return fault("must be one of ECR's three reasons to apply a template.", oneOf(occasion, templateOccasions));
    }
    return appliedFor.indexOf(occasion) < index ? fault("each reason can be named only once.", "leave it out.") : [];
  });
}

function templateEncryptionFaults(encryption: unknown, path: string, region?: string): Fault[] {
  if (encryption === undefined) {
    return [];
  }
  if (!isObject(encryption)) {
    return [
      { path, value: encryption, rule: "encryption must be an object.", fix: 'write { encryptionType: "KMS" }.' },
    ];
  }
  const { encryptionType, kmsKey } = encryption;
  if (kmsKey === undefined || kmsKey === "" || encryptionType === undefined || encryptionType === "AES256") {
    return encryptionFaults({ encryptionType, kmsKey: kmsKey === "" ? undefined : kmsKey }, path);
  }
  return [...encryptionFaults({ encryptionType }, path), ...templateKeyFaults(kmsKey, `${path}.kmsKey`, region)];
}

function missingRoleFaults(template: JsonObject, path: string): Fault[] {
  const { customRoleArn } = template;
  if ((customRoleArn !== undefined && customRoleArn !== "") || !templateNeedsRole(template)) {
    return [];
  }
  return [
    {
      path: `${path}.customRoleArn`,
      value: customRoleArn,
      rule: "a template with tags or KMS encryption needs a role: ECR's own role can only create repositories.",
      fix: "name a role that ecr.amazonaws.com can assume, or leave out tags and KMS.",
    },
  ];
}
