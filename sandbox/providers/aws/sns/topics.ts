import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListTagsForResourceCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-sns";
import { type AttributeMap, attributeState, attributesOf } from "../attributes";
import { normalizeJson } from "../documents";
import { deleteUnlessGone, readUnlessGone, step } from "../operations";
import { policyResource } from "../policyResource";
import type { AwsResource, Scope } from "../resource";
import { type AwsServiceError, hasCode, send } from "../send";
import { serviceCaller } from "../serviceCaller";
import { asTagList, fromTagList, tagState, updateTags } from "../tags";
import { topicPolicySchema, topicSchema, topicSubscriptionSchema } from "./snsSchemas";

const sns = serviceCaller("SNS", "sns", () => SNSClient);
const gone = ["NotFoundException"];

const topicAttributes: AttributeMap = {
  deliveryPolicy: { name: "DeliveryPolicy", kind: "json" },
  displayName: { name: "DisplayName", kind: "text" },
  kmsMasterKeyId: { name: "KmsMasterKeyId", kind: "text" },
  policy: { name: "Policy", kind: "policy" },
  signatureVersion: { name: "SignatureVersion", kind: "number" },
  tracingConfig: { name: "TracingConfig", kind: "text" },
};
const subscriptionAttributes: AttributeMap = {
  deliveryPolicy: { name: "DeliveryPolicy", kind: "json" },
  filterPolicy: { name: "FilterPolicy", kind: "json" },
  filterPolicyScope: { name: "FilterPolicyScope", kind: "text" },
  rawMessageDelivery: { name: "RawMessageDelivery", kind: "boolean" },
  redrivePolicy: { name: "RedrivePolicy", kind: "json" },
  subscriptionRoleArn: { name: "SubscriptionRoleArn", kind: "text" },
};

export const snsTopic: AwsResource = {
  type: "aws:sns/topic:Topic",
  schema: topicSchema,
  naming: { property: "name", transform: (name) => name },

  async create(inputs, scope) {
    const name = String(inputs["name"]);
    const { TopicArn } = await step(`creating SNS Topic (${name})`, () =>
      send(sns(scope), new CreateTopicCommand({ Name: name, Tags: asTagList(inputs["tagsAll"]) })),
    );
    const arn = TopicArn ?? "";
    await setTopicAttributes(arn, attributesOf(topicAttributes, inputs), scope);
    return arn;
  },

  async read(id, known, scope) {
    return readUnlessGone(`SNS Topic (${id})`, gone, async () => {
      const { Attributes = {} } = await send(sns(scope), new GetTopicAttributesCommand({ TopicArn: id }));
      const { Tags } = await send(sns(scope), new ListTagsForResourceCommand({ ResourceArn: id }));
      return {
        ...attributeState(topicAttributes, Attributes, known),
        arn: id,
        name: id.split(":").at(-1) ?? "",
        owner: Attributes["Owner"] ?? "",
        ...tagState(fromTagList(Tags), known, scope.connection.settings),
      };
    });
  },

  async update(id, olds, news, changed, scope) {
    const keys = Object.keys(topicAttributes).filter(changed);
    await setTopicAttributes(id, attributesOf(topicAttributes, news, keys), scope);
    await updateTags(`SNS Topic (${id})`, olds, news, {
      untag: (keys) => send(sns(scope), new UntagResourceCommand({ ResourceArn: id, TagKeys: keys })),
      tag: (tags) => send(sns(scope), new TagResourceCommand({ ResourceArn: id, Tags: tags })),
    });
  },

  async delete(id, _outputs, scope) {
    await deleteUnlessGone(`SNS Topic (${id})`, gone, () => send(sns(scope), new DeleteTopicCommand({ TopicArn: id })));
  },
};

export const snsTopicPolicy = policyResource({
  type: "aws:sns/topicPolicy:TopicPolicy",
  schema: topicPolicySchema,
  title: "SNS Topic Policy",
  gone,
  idInput: "arn",
  putting: (arn) => `setting SNS Topic (${arn}) attribute (Policy)`,
  put: putTopicPolicy,

  async get(id, scope) {
    const { Attributes = {} } = await send(sns(scope), new GetTopicAttributesCommand({ TopicArn: id }));
    return { document: Attributes["Policy"], state: { arn: id, owner: Attributes["Owner"] ?? "" } };
  },

  /** A topic always has a policy: deleting restores the one SNS gives a new topic. */
  remove: (id, outputs, scope) =>
    putTopicPolicy(id, defaultTopicPolicy(id, String(outputs["owner"] ?? id.split(":")[4])), scope),
});

async function putTopicPolicy(arn: string, document: string, scope: Scope): Promise<string> {
  const attribute = { AttributeName: "Policy", AttributeValue: document };
  await send(sns(scope), new SetTopicAttributesCommand({ TopicArn: arn, ...attribute }));
  return arn;
}

export const snsTopicSubscription: AwsResource = {
  type: "aws:sns/topicSubscription:TopicSubscription",
  schema: topicSubscriptionSchema,

  async create(inputs, scope) {
    const { SubscriptionArn } = await step("creating SNS Topic Subscription", () =>
      send(
        sns(scope),
        new SubscribeCommand({
          TopicArn: String(inputs["topic"]),
          Protocol: String(inputs["protocol"]),
          Endpoint: String(inputs["endpoint"]),
          Attributes: attributesOf(subscriptionAttributes, inputs),
          ReturnSubscriptionArn: true,
        }),
      ),
    );
    return SubscriptionArn ?? "";
  },

  async read(id, known, scope) {
    return readUnlessGone(`SNS Topic Subscription (${id})`, gone, async () => {
      const { Attributes = {} } = await send(sns(scope), new GetSubscriptionAttributesCommand({ SubscriptionArn: id }));
      return {
        ...attributeState(subscriptionAttributes, Attributes, known),
        arn: id,
        confirmationWasAuthenticated: Attributes["ConfirmationWasAuthenticated"] === "true",
        endpoint: Attributes["Endpoint"] ?? "",
        ownerId: Attributes["Owner"] ?? "",
        pendingConfirmation: Attributes["PendingConfirmation"] === "true",
        protocol: Attributes["Protocol"] ?? "",
        topic: Attributes["TopicArn"] ?? "",
      };
    });
  },

  async update(id, _olds, news, changed, scope) {
    const keys = Object.keys(subscriptionAttributes).filter(changed);
    for (const [name, value] of Object.entries(attributesOf(subscriptionAttributes, news, keys))) {
      await step(`setting SNS Topic Subscription (${id}) attribute (${name})`, () =>
        send(
          sns(scope),
          new SetSubscriptionAttributesCommand({
            SubscriptionArn: id,
            AttributeName: name,
            // An empty filter matches everything.
            AttributeValue: name === "FilterPolicy" && value === "" ? "{}" : value || undefined,
          }),
        ),
      );
    }
  },

  async delete(id, _outputs, scope) {
    await deleteUnlessGone(`SNS Topic Subscription (${id})`, gone, async () => {
      try {
        await send(sns(scope), new UnsubscribeCommand({ SubscriptionArn: id }));
      } catch (error) {
        // An unconfirmed subscription expires after two days.
        const pending =
          hasCode(error, "InvalidParameterException") &&
          (error as AwsServiceError).serviceMessage.includes("pending confirmation");
        if (!pending) throw error;
      }
    });
  },
};

async function setTopicAttributes(arn: string, attributes: Record<string, string>, scope: Scope): Promise<void> {
  for (const [name, value] of Object.entries(attributes)) {
    await step(`setting SNS Topic (${arn}) attribute (${name})`, () =>
      send(sns(scope), new SetTopicAttributesCommand({ TopicArn: arn, AttributeName: name, AttributeValue: value })),
    );
  }
}

/** From the SNS documentation: allows everyone in the topic's own account. */
function defaultTopicPolicy(arn: string, account: string): string {
  const actions = ["AddPermission", "DeleteTopic", "GetTopicAttributes", "ListSubscriptionsByTopic", "Publish"];
  return normalizeJson(
    JSON.stringify({
      Version: "2008-10-17",
      Id: "__default_policy_ID",
      Statement: [
        {
          Sid: "__default_statement_ID",
          Effect: "Allow",
          Principal: { AWS: "*" },
          Action: [...actions, "RemovePermission", "SetTopicAttributes", "Subscribe"].map((name) => `SNS:${name}`),
          Resource: arn,
          Condition: { StringEquals: { "AWS:SourceOwner": account } },
        },
      ],
    }),
  );
}
