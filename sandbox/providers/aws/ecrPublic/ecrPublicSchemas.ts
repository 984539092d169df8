import type { Schema } from "../../protocol/schema";
import { region, regionAndTags } from "../commonSchema";
import { equivalentPolicies } from "../documents";
import { atMost, base64 } from "../valueRules";

/** As in the Terraform AWS provider 6.x (internal/service/ecrpublic). */
export const publicRepositorySchema: Schema = {
  ...regionAndTags,
  arn: { type: "string", output: true },
  catalogData: {
    type: {
      object: {
        aboutText: { type: "string", rule: atMost(10_240) },
        architectures: { type: "stringSet", maxItems: 50 },
        description: { type: "string", rule: atMost(1_024) },
        logoImageBlob: { type: "string", computed: true, rule: base64("expected the logo's bytes in base64") },
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

function publicNameRule(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  if (value.length < 2 || value.length > 205) return "expected 2 to 205 characters";
  return /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(value)
    ? undefined
    : "expected lower case letters and digits, separated by single . _ - or /";
}
