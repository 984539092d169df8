import { encryptionTypes } from "../../../../ecr/repository/encryption";
import { imageTagMutabilities } from "../../../../ecr/tags/tagMutability";
import type { PropertySchema, PropertyType, Schema } from "../../protocol/schema";
import { region, regionAndTags } from "../commonSchema";
import { equivalentLifecyclePolicies, equivalentPolicies } from "../documents";

/** Image encryption of a repository, or of repositories created from a template. */
export function encryptionConfigurations(replace: boolean): PropertySchema {
  return {
    type: {
      list: {
        type: {
          object: {
            encryptionType: { type: "string", default: "AES256", values: encryptionTypes, replace },
            kmsKey: { type: "string", computed: true, replace },
          },
        },
      },
    },
    computed: true,
  };
}

export const imageTagMutability: PropertySchema = { type: "string", default: "MUTABLE", values: imageTagMutabilities };

/** A list of filters of one kind. */
export function filters(filterTypes: readonly string[], rule?: PropertySchema["rule"]): PropertyType {
  return {
    list: {
      type: {
        object: {
          filter: { type: "string", required: true, ...(rule && { rule }) },
          filterType: { type: "string", required: true, values: filterTypes },
        },
      },
    },
  };
}

/**
 * Properties of the supported types in @pulumi/aws 7.48.0. What is required, computed, defaulted, or forces replacement
 * is taken from the Terraform AWS provider 6.x on which that version is built (internal/service/ecr).
 */
export const repositorySchema: Schema = {
  ...regionAndTags,
  arn: { type: "string", output: true },
  encryptionConfigurations: { ...encryptionConfigurations(true), replace: true },
  forceDelete: { type: "boolean" },
  imageScanningConfiguration: {
    type: { object: { scanOnPush: { type: "boolean", required: true } } },
    computed: true,
  },
  imageTagMutability,
  imageTagMutabilityExclusionFilters: { type: filters(["WILDCARD"], exclusionFilterRule), maxItems: 5 },
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

function exclusionFilterRule(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  if (value.length < 1 || value.length > 128) return "expected 1 to 128 characters";
  if (!/^[a-zA-Z0-9._*-]+$/.test(value)) return "must contain only letters, numbers, and special characters (._*-)";
  return value.split("*").length > 3
    ? "Image tag mutability exclusion filter can contain a maximum of 2 wildcards (*)"
    : undefined;
}
