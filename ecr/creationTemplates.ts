import { accessPolicyFaults } from "./accessPolicy";
import { customRoleFaults } from "./accounts";
import { type EncryptionType, encryptionFaults, parseKmsKey } from "./encryption";
import type { Fault } from "./faults";
import { isObject, type JsonObject } from "./jsonObjects";
import { lifecyclePolicyFaults } from "./lifecyclePolicy";
import { oneOf } from "./nearestWord";
import { arnPartitionFaults } from "./regions";
import { coveredNames, repeatedPrefixFaults, repositoryPrefixFaults } from "./repositoryPrefixes";
import { resourceTagFaults } from "./resourceTags";
import { type ImageTagMutability, type TagExclusionFilter, tagMutabilityFaults } from "./tagMutability";
import { characters } from "./textLength";

/**
 * Repository creation templates: what a repository gets that ECR creates by itself. Source: ECR API,
 * CreateRepositoryCreationTemplate; ECR user guide, "Templates to control repositories created during a pull through
 * cache, create on push, or replication action".
 */
export const creationTemplateLimits = {
  /** Characters of the prefix. */
  prefix: { minimum: 1, maximum: 256 },
  /** Characters of the description. */
  description: 256,
  /** Fewest characters of a prefix that the AWS provider lets through. */
  providerPrefix: 2,
  /** Most bytes of a description, in UTF-8, that the AWS provider lets through. */
  providerDescription: 255,
} as const;

/** What makes ECR create a repository by itself (ECR API, RCTAppliedFor). */
export const templateOccasions = ["PULL_THROUGH_CACHE", "REPLICATION", "CREATE_ON_PUSH"] as const;

export type TemplateOccasion = (typeof templateOccasions)[number];

/** What ECR's API calls a repository creation template. */
export interface RepositoryCreationTemplate {
  /** 1 to 256 characters, or `ROOT` for every name that no other template covers. ECR adds the `/` at its end. */
  prefix: string;
  /** At most 256 characters. @default none */
  description?: string;
  /** At least one. */
  appliedFor: readonly TemplateOccasion[];
  /** @default AES256, as ECR has it */
  encryptionConfiguration?: {
    encryptionType: EncryptionType;
    /** The full ARN of a key in the registry's region; no alias, no id. @default the key that AWS manages */
    kmsKey?: string;
  };
  /** @default "MUTABLE", as ECR has it */
  imageTagMutability?: ImageTagMutability;
  /** 1 to 5, with a `*_WITH_EXCLUSION` setting. @default none */
  imageTagMutabilityExclusionFilters?: readonly TagExclusionFilter[];
  /** JSON text. @default none */
  lifecyclePolicy?: string;
  /** JSON text. @default none */
  repositoryPolicy?: string;
  /** @default none */
  resourceTags?: readonly { Key: string; Value: string }[];
  /** A role of the registry's own account; needed for tags and for KMS. @default ECR's service-linked role */
  customRoleArn?: string;
}

/**
 * Why ECR would refuse a creation template.
 *
 * @param template Anything at all; read as RepositoryCreationTemplate.
 * @param path The template's path; faults are at `<path>.encryptionConfiguration.kmsKey` and so on.
 * @param region The registry's region; a key's ARN must name the same. Left out: not compared.
 * @param account The registry's account; a role's ARN must name the same. Left out: not compared.
 * @returns Every fault, or none. Never throws.
 */
export function creationTemplateFaults(template: unknown, path: string, region?: string, account?: string): Fault[] {
  if (!isObject(template)) {
    return [
      {
        path,
        value: template,
        rule: "a creation template is an object.",
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
    // An empty text is how an update takes a policy or a role away again.
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

/** Why ECR would refuse a registry's templates together: each one's faults, and a prefix twice. Never throws. */
export function creationTemplatesFaults(templates: unknown, path: string, region?: string, account?: string): Fault[] {
  if (!Array.isArray(templates)) {
    return [{ path, value: templates, rule: "creation templates are a list.", fix: "write a list of templates." }];
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
 * The template that ECR applies to a repository of this name: the one with the longest prefix that covers it, `ROOT`
 * when no other does. A prefix covers the names below it only: `prod` is for `prod/api`, not for `prod` or `production`.
 *
 * @param occasion Looks at templates for this occasion only. @default every template
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

/** Whether ECR needs a role of the account's own for such a template: for tags and for KMS (ECR user guide). */
export function templateNeedsRole(template: { encryptionConfiguration?: unknown; resourceTags?: unknown }): boolean {
  const { encryptionConfiguration: encryption, resourceTags: tags } = template;
  const type = isObject(encryption) ? encryption["encryptionType"] : undefined;
  return type === "KMS" || type === "KMS_DSSE" || (Array.isArray(tags) && tags.length > 0);
}

/**
 * Why a template could not use this KMS key: it takes the full ARN of a key only, no alias and no id (ECR API,
 * KmsKeyForRepositoryCreationTemplate), in the registry's region. Never throws.
 */
export function templateKeyFaults(kmsKey: unknown, path: string, region?: string): Fault[] {
  const key = typeof kmsKey === "string" ? parseKmsKey(kmsKey) : undefined;
  const ofArn = arnPartitionFaults(kmsKey, path);
  const fault = (rule: string, fix: string): Fault[] => [{ path, value: kmsKey, rule, fix }, ...ofArn];
  if (key?.account === undefined || key.resource.startsWith("alias/")) {
    return fault(
      "a creation template names a KMS key by its full ARN, not by an alias or an id.",
      'write "arn:aws:kms:<region>:<account>:key/<id>", or leave the key out for the AWS-managed one.',
    );
  }
  if (key.resource !== key.resource.toLowerCase()) {
    return fault("a creation template takes a key's ARN in lower case only.", "write the key's id in lower case.");
  }
  if (region !== undefined && key.region !== region) {
    return fault(
      `the key is in ${key.region}, the registry in ${region}: ECR takes a key of its own region only.`,
      `name a key in ${region} (for a multi-Region key, its replica there).`,
    );
  }
  return ofArn;
}

function descriptionFaults(description: unknown, path: string): Fault[] {
  const maximum = creationTemplateLimits.description;
  if (description === undefined || (typeof description === "string" && characters(description) <= maximum)) {
    return [];
  }
  return [
    {
      path,
      value: description,
      rule: `a template's description is text of at most ${maximum} characters.`,
      fix: typeof description === "string" ? `shorten it by ${characters(description) - maximum}.` : "write a text.",
    },
  ];
}

function appliedForFaults(appliedFor: unknown, path: string): Fault[] {
  if (!Array.isArray(appliedFor) || appliedFor.length === 0) {
    return [
      {
        path,
        value: appliedFor,
        rule: "a creation template is applied on at least one occasion.",
        fix: `write a list of ${templateOccasions.join(", ")}.`,
      },
    ];
  }
  return appliedFor.flatMap((occasion: unknown, index): Fault[] => {
    const fault = (rule: string, fix: string): Fault[] => [{ path: `${path}[${index}]`, value: occasion, rule, fix }];
    if (!(templateOccasions as readonly unknown[]).includes(occasion)) {
      return fault("ECR applies a template on three occasions.", oneOf(occasion, templateOccasions));
    }
    return appliedFor.indexOf(occasion) < index ? fault("each occasion is named once.", "leave it out.") : [];
  });
}

function templateEncryptionFaults(encryption: unknown, path: string, region?: string): Fault[] {
  if (encryption === undefined) {
    return [];
  }
  if (!isObject(encryption)) {
    return [{ path, value: encryption, rule: "encryption is an object.", fix: 'write { encryptionType: "KMS" }.' }];
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
      rule: "a template with tags or KMS encryption needs a role: ECR's own may only create repositories.",
      fix: "name a role that ecr.amazonaws.com may take on, or leave out tags and KMS.",
    },
  ];
}
