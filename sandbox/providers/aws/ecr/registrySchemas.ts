import { accountSettings } from "../../../../ecr/registry/accountSettings";
import { scanFrequencies, scanTypes } from "../../../../ecr/registry/scanning";
import type { Schema } from "../../protocol/schema";
import { region } from "../commonSchema";
import { equivalentLifecyclePolicies, equivalentPolicies } from "../documents";
import { accountRule, arnRule, lengthBetween } from "../valueRules";
import { encryptionConfigurations, filters, imageTagMutability } from "./ecrSchemas";
import { equivalentScanningRules } from "./scanningRules";

/**
 * The registry-wide types in @pulumi/aws 7.48.0. What is required, computed, defaulted, or forces replacement is taken
 * from the Terraform AWS provider 6.x (internal/service/ecr).
 */
const registryId: Schema = { registryId: { type: "string", output: true } };

export const registryPolicySchema: Schema = {
  ...region,
  ...registryId,
  policy: { type: "json", required: true, equal: equivalentPolicies },
};

export const registryScanningConfigurationSchema: Schema = {
  ...region,
  ...registryId,
  rules: {
    type: {
      list: {
        type: {
          object: {
            repositoryFilters: { type: filters(["WILDCARD"]), required: true },
            scanFrequency: { type: "string", required: true, values: scanFrequencies },
          },
        },
      },
    },
    // Both lists are sets in the released provider.
    equal: equivalentScanningRules,
    maxItems: 100,
  },
  scanType: { type: "string", required: true, values: scanTypes },
};

export const replicationConfigurationSchema: Schema = {
  ...region,
  ...registryId,
  replicationConfiguration: {
    type: {
      object: {
        rules: {
          type: {
            list: {
              type: {
                object: {
                  destinations: {
                    type: {
                      list: {
                        type: {
                          object: {
                            region: { type: "string", required: true },
                            registryId: { type: "string", required: true, rule: accountRule },
                          },
                        },
                      },
                    },
                    required: true,
                    maxItems: 25,
                  },
                  repositoryFilters: { type: filters(["PREFIX_MATCH"]), maxItems: 100 },
                },
              },
            },
          },
          required: true,
          maxItems: 10,
        },
      },
    },
  },
};

export const pullThroughCacheRuleSchema: Schema = {
  ...region,
  ...registryId,
  credentialArn: { type: "string", rule: arnRule },
  customRoleArn: { type: "string", rule: arnRule },
  ecrRepositoryPrefix: { type: "string", required: true, replace: true, rule: lengthBetween(2, 30) },
  upstreamRegistryUrl: { type: "string", required: true, replace: true },
  upstreamRepositoryPrefix: { type: "string", replace: true, rule: lengthBetween(2, 30) },
};

export const repositoryCreationTemplateSchema: Schema = {
  ...region,
  ...registryId,
  appliedFors: { type: "stringSet", required: true },
  customRoleArn: { type: "string", rule: arnRule },
  description: { type: "string", rule: lengthBetween(0, 255) },
  encryptionConfigurations: encryptionConfigurations(false),
  imageTagMutability,
  imageTagMutabilityExclusionFilters: { type: filters(["WILDCARD"]), maxItems: 5 },
  lifecyclePolicy: { type: "json", equal: equivalentLifecyclePolicies },
  prefix: { type: "string", required: true, replace: true },
  repositoryPolicy: { type: "json", equal: equivalentPolicies },
  resourceTags: { type: "stringMap" },
};

export const accountSettingSchema: Schema = {
  ...region,
  name: { type: "string", required: true, replace: true, values: Object.keys(accountSettings) },
  value: {
    type: "string",
    required: true,
    // The released provider also lists CLAIR and lets the service refuse it.
    values: [...Object.values(accountSettings).flatMap(({ values }) => values), "CLAIR"],
  },
};

export const pullTimeUpdateExclusionSchema: Schema = {
  ...region,
  principalArn: { type: "string", required: true, replace: true, rule: arnRule },
};
