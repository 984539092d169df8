import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueueTagsCommand,
  SetQueueAttributesCommand,
  SQSClient,
  TagQueueCommand,
  UntagQueueCommand,
} from "@aws-sdk/client-sqs";
import type { Schema } from "../../protocol/schema";
import { type AttributeMap, attributeState, attributesOf } from "../attributes";
import { region, regionAndTags } from "../commonSchema";
import { equivalentJson, equivalentPolicies } from "../documents";
import { deleteUnlessGone, readUnlessGone, step } from "../operations";
import { policyResource } from "../policyResource";
import type { AwsResource, Scope } from "../resource";
import { send } from "../send";
import { serviceCaller } from "../serviceCaller";
import { asTagList, asTagMap, tagState, updateTags } from "../tags";
import { between, onlyOneOf } from "../valueRules";

const sqs = serviceCaller("SQS", "sqs", () => SQSClient);
// The SDK's name and the service's name.
const gone = ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"];

/**
 * SQS types in @pulumi/aws 7.48.0. What is required, computed, defaulted, or forces replacement is taken from the
 * Terraform AWS provider 6.x (internal/service/sqs). FIFO queues are refused.
 */

const queueSchema: Schema = {
  ...regionAndTags,
  arn: { type: "string", output: true },
  delaySeconds: { type: "number", default: 0, rule: between(0, 900) },
  kmsDataKeyReusePeriodSeconds: { type: "number", computed: true, rule: between(60, 86_400) },
  kmsMasterKeyId: { type: "string" },
  maxMessageSize: { type: "number", default: 262_144, rule: between(1_024, 1_048_576) },
  messageRetentionSeconds: { type: "number", default: 345_600, rule: between(60, 1_209_600) },
  name: { type: "string", replace: true, rule: queueNameRule },
  policy: { type: "json", computed: true, equal: equivalentPolicies },
  receiveWaitTimeSeconds: { type: "number", default: 0, rule: between(0, 20) },
  redriveAllowPolicy: { type: "json", computed: true, equal: equivalentJson },
  redrivePolicy: { type: "json", computed: true, equal: equivalentJson },
  sqsManagedSseEnabled: { type: "boolean", computed: true },
  url: { type: "string", output: true },
  visibilityTimeoutSeconds: { type: "number", default: 30, rule: between(0, 43_200) },
};

const queuePolicySchema: Schema = {
  ...region,
  policy: { type: "json", required: true, equal: equivalentPolicies },
  queueUrl: { type: "string", required: true, replace: true },
};

const queueAttributes: AttributeMap = {
  delaySeconds: { name: "DelaySeconds", kind: "number" },
  kmsDataKeyReusePeriodSeconds: { name: "KmsDataKeyReusePeriodSeconds", kind: "number" },
  kmsMasterKeyId: { name: "KmsMasterKeyId", kind: "text" },
  maxMessageSize: { name: "MaximumMessageSize", kind: "number" },
  messageRetentionSeconds: { name: "MessageRetentionPeriod", kind: "number" },
  policy: { name: "Policy", kind: "policy" },
  receiveWaitTimeSeconds: { name: "ReceiveMessageWaitTimeSeconds", kind: "number" },
  redriveAllowPolicy: { name: "RedriveAllowPolicy", kind: "json" },
  redrivePolicy: { name: "RedrivePolicy", kind: "json" },
  sqsManagedSseEnabled: { name: "SqsManagedSseEnabled", kind: "boolean" },
  visibilityTimeoutSeconds: { name: "VisibilityTimeout", kind: "number" },
};

export const sqsQueue: AwsResource = {
  type: "aws:sqs/queue:Queue",
  schema: queueSchema,
  naming: { property: "name", transform: (name) => name },

  rules: (inputs) => onlyOneOf(inputs, "sqsManagedSseEnabled", "kmsMasterKeyId"),

  async create(inputs, scope) {
    const name = String(inputs["name"]);
    const { QueueUrl } = await step(`creating SQS Queue (${name})`, () =>
      send(
        sqs(scope),
        new CreateQueueCommand({
          QueueName: name,
          Attributes: attributesOf(queueAttributes, inputs),
          tags: asTagMap(asTagList(inputs["tagsAll"])),
        }),
      ),
    );
    return QueueUrl ?? "";
  },

  async read(id, known, scope) {
    return readUnlessGone(`SQS Queue (${id})`, gone, async () => {
      const found = await attributes(id, scope);
      const { Tags = {} } = await send(sqs(scope), new ListQueueTagsCommand({ QueueUrl: id }));
      return {
        ...attributeState(queueAttributes, found, known),
        // SQS's default.
        kmsDataKeyReusePeriodSeconds: Number(found["KmsDataKeyReusePeriodSeconds"] ?? 300),
        arn: found["QueueArn"] ?? "",
        name: id.split("/").at(-1) ?? "",
        url: id,
        ...tagState(Tags, known, scope.connection.settings),
      };
    });
  },

  async update(id, olds, news, changed, scope) {
    const keys = Object.keys(queueAttributes).filter(changed);
    if (keys.length > 0) {
      await step(`updating SQS Queue (${id}) attributes`, () =>
        send(
          sqs(scope),
          new SetQueueAttributesCommand({ QueueUrl: id, Attributes: attributesOf(queueAttributes, news, keys) }),
        ),
      );
    }
    await updateTags(`SQS Queue (${id})`, olds, news, {
      untag: (keys) => send(sqs(scope), new UntagQueueCommand({ QueueUrl: id, TagKeys: keys })),
      tag: (tags) => send(sqs(scope), new TagQueueCommand({ QueueUrl: id, Tags: asTagMap(tags) })),
    });
  },

  async delete(id, _outputs, scope) {
    await deleteUnlessGone(`SQS Queue (${id})`, gone, () => send(sqs(scope), new DeleteQueueCommand({ QueueUrl: id })));
  },
};

export const sqsQueuePolicy = policyResource({
  type: "aws:sqs/queuePolicy:QueuePolicy",
  schema: queuePolicySchema,
  title: "SQS Queue Policy",
  gone,
  idInput: "queueUrl",
  putting: (url) => `setting SQS Queue Policy (${url})`,

  async put(url, document, scope) {
    await send(sqs(scope), new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy: document } }));
    return url;
  },

  async get(id, scope) {
    const { Policy } = await attributes(id, scope);
    return { document: Policy, state: { queueUrl: id } };
  },

  remove: (id, _outputs, scope) =>
    send(sqs(scope), new SetQueueAttributesCommand({ QueueUrl: id, Attributes: { Policy: "" } })),
});

async function attributes(url: string, scope: Scope): Promise<Partial<Record<string, string>>> {
  const { Attributes } = await send(
    sqs(scope),
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
  );
  return Attributes ?? {};
}

function queueNameRule(value: unknown): string | undefined {
  return typeof value === "string" && !/^[0-9A-Za-z_-]{1,80}$/.test(value)
    ? "invalid queue name: expected 1 to 80 letters, digits, _ and -"
    : undefined;
}
