import type { Schema } from "../../protocol/schema";
import { region, regionAndTags } from "../commonSchema";
import { equivalentPolicies } from "../documents";
import { atMost, between } from "../valueRules";

/** As in the Terraform AWS provider 6.x (internal/service/kms). */
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

function aliasNameRule(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  return /^alias\/[a-zA-Z0-9/_-]+$/.test(value) && !value.startsWith("alias/aws/")
    ? undefined
    : "must begin with 'alias/' and be comprised of only [a-zA-Z0-9/_-]; 'alias/aws/' is reserved";
}

/** A key may be specified by ID or ARN; the service returns the ID. */
function sameKey(left: unknown, right: unknown): boolean {
  const id = (value: unknown) =>
    typeof value === "string" ? value.replace(/^arn:[^:]+:kms:[^:]*:[^:]*:key\//, "") : value;
  return id(left) === id(right);
}
