import type { Schema } from "../../protocol/schema";
import { region, regionAndTags } from "../commonSchema";
import { equivalentJson, equivalentPolicies } from "../documents";

/**
 * SNS types in @pulumi/aws 7.48.0. What is required, computed, defaulted, or forces replacement is taken from the
 * Terraform AWS provider 6.x (internal/service/sns). FIFO topics, feedback roles, archives, and replays are refused.
 */

export const topicSchema: Schema = {
  ...regionAndTags,
  arn: { type: "string", output: true },
  deliveryPolicy: { type: "json", equal: equivalentJson },
  displayName: { type: "string" },
  kmsMasterKeyId: { type: "string" },
  name: { type: "string", replace: true, rule: topicNameRule },
  owner: { type: "string", output: true },
  policy: { type: "json", computed: true, equal: equivalentPolicies },
  signatureVersion: { type: "number", computed: true, rule: signatureRule },
  tracingConfig: { type: "string", computed: true, values: ["PassThrough", "Active"] },
};

export const topicPolicySchema: Schema = {
  ...region,
  arn: { type: "string", required: true, replace: true },
  owner: { type: "string", output: true },
  policy: { type: "json", required: true, equal: equivalentPolicies },
};

export const topicSubscriptionSchema: Schema = {
  ...region,
  arn: { type: "string", output: true },
  confirmationTimeoutInMinutes: { type: "number", default: 1 },
  confirmationWasAuthenticated: { type: "boolean", output: true },
  deliveryPolicy: { type: "json", equal: equivalentJson },
  endpoint: { type: "string", required: true, replace: true },
  endpointAutoConfirms: { type: "boolean", default: false },
  filterPolicy: { type: "json", equal: equivalentJson },
  filterPolicyScope: { type: "string", computed: true, values: ["MessageAttributes", "MessageBody"] },
  ownerId: { type: "string", output: true },
  pendingConfirmation: { type: "boolean", output: true },
  protocol: {
    type: "string",
    required: true,
    replace: true,
    values: ["application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"],
  },
  rawMessageDelivery: { type: "boolean", default: false },
  redrivePolicy: { type: "json", equal: equivalentJson },
  subscriptionRoleArn: { type: "string" },
  topic: { type: "string", required: true, replace: true },
};

function topicNameRule(value: unknown): string | undefined {
  return typeof value === "string" && !/^[0-9A-Za-z_-]{1,256}$/.test(value)
    ? "invalid topic name: expected 1 to 256 letters, digits, _ and -"
    : undefined;
}

function signatureRule(value: unknown): string | undefined {
  return typeof value === "number" && value !== 1 && value !== 2 ? "expected 1 or 2" : undefined;
}
