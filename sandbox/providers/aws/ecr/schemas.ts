import type { Schema } from "../../protocol/schema";
import { region, regionAndTags } from "../commonSchema";
import { equivalentLifecyclePolicies, equivalentPolicies } from "../documents";

/**
 * Properties of the supported types as @pulumi/aws 7.48.0 has them. What is required, computed, defaulted and replaced
 * is taken from the Terraform AWS provider 6.x on which that version is built (internal/service/ecr, ecrpublic, kms).
 */
export const repositorySchema: Schema = {
  ...regionAndTags,
  arn: { type: "string", output: true },
  encryptionConfigurations: {
    type: {
      list: {
        type: {
          object: {
            encryptionType: { type: "string", default: "AES256", values: ["AES256", "KMS", "KMS_DSSE"], replace: true },
            kmsKey: { type: "string", computed: true, replace: true },
          },
        },
      },
    },
    computed: true,
    replace: true,
  },
  forceDelete: { type: "boolean" },
  imageScanningConfiguration: {
    type: { object: { scanOnPush: { type: "boolean", required: true } } },
    computed: true,
  },
  imageTagMutability: {
    type: "string",
    default: "MUTABLE",
    values: ["MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"],
  },
  imageTagMutabilityExclusionFilters: {
    type: {
      list: {
        type: {
          object: {
            filter: { type: "string", required: true, rule: exclusionFilterRule },
            filterType: { type: "string", required: true, values: ["WILDCARD"] },
          },
        },
      },
    },
    maxItems: 5,
  },
  name: { type: "string", replace: true },
  registryId: { type: "string", output: true },
  repositoryUrl: { type: "string", output: true },
};

export const lifecyclePolicySchema: Schema = {
  ...region,
  policy: { type: "json", required: true, replace: true, equal: equivalentLifecyclePolicies },
  registryId: { type: "string", output: true },
  repository: { type: "string", required: true, replace: true },
};

export const repositoryPolicySchema: Schema = {
  ...region,
  policy: { type: "json", required: true, equal: equivalentPolicies },
  registryId: { type: "string", output: true },
  repository: { type: "string", required: true, replace: true },
};

export const publicRepositorySchema: Schema = {
  ...regionAndTags,
  arn: { type: "string", output: true },
  catalogData: {
    type: {
      object: {
        aboutText: { type: "string", rule: atMost(10_240) },
        architectures: { type: "stringSet", maxItems: 50 },
        description: { type: "string", rule: atMost(1_024) },
        logoImageBlob: { type: "string", computed: true, rule: base64Rule },
        operatingSystems: { type: "stringSet", maxItems: 50 },
        usageText: { type: "string", rule: atMost(10_240) },
      },
    },
    computed: true,
  },
  forceDestroy: { type: "boolean", default: false },
  registryId: { type: "string", output: true },
  repositoryName: { type: "string", required: true, replace: true, rule: publicNameRule },
  repositoryUri: { type: "string", output: true },
};

export const publicRepositoryPolicySchema: Schema = {
  ...region,
  policy: { type: "json", required: true, equal: equivalentPolicies },
  registryId: { type: "string", output: true },
  repositoryName: { type: "string", required: true, replace: true },
};

export const keySchema: Schema = {
  ...regionAndTags,
  arn: { type: "string", output: true },
  bypassPolicyLockoutSafetyCheck: { type: "boolean", default: false },
  customerMasterKeySpec: { type: "string", default: "SYMMETRIC_DEFAULT", replace: true },
  deletionWindowInDays: { type: "number", rule: between(7, 30) },
  description: { type: "string", computed: true, rule: atMost(8_192) },
  enableKeyRotation: { type: "boolean", default: false },
  isEnabled: { type: "boolean", default: true },
  keyId: { type: "string", output: true },
  keyUsage: {
    type: "string",
    default: "ENCRYPT_DECRYPT",
    values: ["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"],
    replace: true,
  },
  multiRegion: { type: "boolean", computed: true, replace: true },
  policy: { type: "json", computed: true, equal: equivalentPolicies },
  rotationPeriodInDays: { type: "number", computed: true, rule: between(90, 2_560) },
};

export const aliasSchema: Schema = {
  ...region,
  arn: { type: "string", output: true },
  name: { type: "string", replace: true, rule: aliasNameRule },
  targetKeyArn: { type: "string", output: true },
  targetKeyId: { type: "string", required: true, equal: sameKey },
};

function exclusionFilterRule(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  if (value.length < 1 || value.length > 128) return "expected 1 to 128 characters";
  if (!/^[a-zA-Z0-9._*-]+$/.test(value)) return "must contain only letters, numbers, and special characters (._*-)";
  return value.split("*").length > 3
    ? "Image tag mutability exclusion filter can contain a maximum of 2 wildcards (*)"
    : undefined;
}

function publicNameRule(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  if (value.length < 2 || value.length > 205) return "expected 2 to 205 characters";
  return /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(value)
    ? undefined
    : "expected lower case letters and digits, separated by single . _ - or /";
}

function aliasNameRule(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  return /^alias\/[a-zA-Z0-9/_-]+$/.test(value) && !value.startsWith("alias/aws/")
    ? undefined
    : "must begin with 'alias/' and be comprised of only [a-zA-Z0-9/_-]; 'alias/aws/' is reserved";
}

function base64Rule(value: unknown): string | undefined {
  return typeof value === "string" && !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)
    ? "expected the logo's bytes in base64"
    : undefined;
}

function atMost(length: number): (value: unknown) => string | undefined {
  return (value) =>
    typeof value === "string" && value.length > length ? `expected at most ${length} characters` : undefined;
}

function between(low: number, high: number): (value: unknown) => string | undefined {
  return (value) =>
    typeof value === "number" && (value < low || value > high || !Number.isInteger(value))
      ? `expected a whole number from ${low} to ${high}`
      : undefined;
}

/** A key is named by its id or its ARN; the service answers with the id. */
export function sameKey(left: unknown, right: unknown): boolean {
  const id = (value: unknown) =>
    typeof value === "string" ? value.replace(/^arn:[^:]+:kms:[^:]*:[^:]*:key\//, "") : value;
  return id(left) === id(right);
}
