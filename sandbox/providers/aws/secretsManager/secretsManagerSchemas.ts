import type { Schema } from "../../protocol/schema";
import { region, regionAndTags } from "../commonSchema";
import { equivalentPolicies } from "../documents";
import { base64 } from "../valueRules";

/**
 * Secrets Manager types in @pulumi/aws 7.48.0. What is required, computed, defaulted, or forces replacement is taken
 * from the Terraform AWS provider 6.x (internal/service/secretsmanager). Replicas, types, and write-only values are
 * refused.
 */
export const secretSchema: Schema = {
  ...regionAndTags,
  arn: { type: "string", output: true },
  description: { type: "string" },
  forceOverwriteReplicaSecret: { type: "boolean", default: false },
  kmsKeyId: { type: "string" },
  name: { type: "string", replace: true, rule: nameRule },
  policy: { type: "json", computed: true, equal: equivalentPolicies },
  recoveryWindowInDays: { type: "number", default: 30, rule: windowRule },
};

export const secretVersionSchema: Schema = {
  ...region,
  arn: { type: "string", output: true },
  hasSecretStringWo: { type: "boolean", output: true },
  secretArn: { type: "string", output: true },
  secretBinary: { type: "string", replace: true, rule: base64("expected base64-encoded bytes") },
  secretId: { type: "string", required: true, replace: true },
  secretString: { type: "string", replace: true },
  versionId: { type: "string", output: true },
  versionStages: { type: "stringSet", computed: true },
};

function nameRule(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  if (value.length > 512) return "cannot be greater than 512 characters";
  return /^[0-9A-Za-z/_+=.@-]+$/.test(value)
    ? undefined
    : "only alphanumeric characters and /_+=.@- special characters are allowed";
}

function windowRule(value: unknown): string | undefined {
  return typeof value === "number" && value !== 0 && (value < 7 || value > 30)
    ? "expected 0 (no recovery), or 7 to 30 days"
    : undefined;
}
