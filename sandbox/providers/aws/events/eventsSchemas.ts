import type { Schema } from "../../protocol/schema";
import { region, regionAndTags } from "../commonSchema";
import { equivalentJson } from "../documents";
import { atMost, between } from "../valueRules";

/**
 * EventBridge types in @pulumi/aws 7.48.0 (module `cloudwatch`). What is required, computed, defaulted, or forces
 * replacement is taken from the Terraform AWS provider 6.x (internal/service/events). Targets that need
 * service-specific parameters (ECS, Batch, Kinesis, …) are refused, as is `isEnabled`, which `state` has replaced.
 */
const bus: Schema = { eventBusName: { type: "string", default: "default", replace: true } };

export const eventRuleSchema: Schema = {
  ...regionAndTags,
  ...bus,
  arn: { type: "string", output: true },
  description: { type: "string", rule: atMost(512) },
  eventPattern: { type: "json", equal: equivalentJson, rule: atMost(4_096) },
  forceDestroy: { type: "boolean", default: false },
  isEnabled: { type: "boolean", output: true },
  name: { type: "string", replace: true, rule: ruleNameRule },
  roleArn: { type: "string" },
  scheduleExpression: { type: "string", rule: atMost(256) },
  state: {
    type: "string",
    computed: true,
    values: ["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"],
  },
};

export const eventTargetSchema: Schema = {
  ...region,
  ...bus,
  arn: { type: "string", required: true },
  deadLetterConfig: { type: { object: { arn: { type: "string" } } } },
  forceDestroy: { type: "boolean", default: false },
  input: { type: "string", rule: atMost(8_192) },
  inputPath: { type: "string", rule: atMost(256) },
  inputTransformer: {
    type: {
      object: {
        inputPaths: { type: "stringMap" },
        inputTemplate: { type: "string", required: true, rule: atMost(8_192) },
      },
    },
  },
  retryPolicy: {
    type: {
      object: {
        maximumEventAgeInSeconds: { type: "number", rule: between(0, 86_400) },
        maximumRetryAttempts: { type: "number", rule: between(0, 185) },
      },
    },
  },
  roleArn: { type: "string" },
  rule: { type: "string", required: true, replace: true, rule: ruleNameRule },
  sqsTarget: { type: { object: { messageGroupId: { type: "string" } } } },
  targetId: { type: "string", computed: true, replace: true, rule: targetIdRule },
};

function ruleNameRule(value: unknown): string | undefined {
  return typeof value === "string" && !/^[0-9A-Za-z._-]{1,64}$/.test(value)
    ? "expected 1 to 64 letters, digits, . _ and -"
    : undefined;
}

function targetIdRule(value: unknown): string | undefined {
  return typeof value === "string" && !/^[0-9A-Za-z._-]{1,64}$/.test(value)
    ? "expected 1 to 64 letters, digits, . _ and -"
    : undefined;
}
