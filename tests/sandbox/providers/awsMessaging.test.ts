import assert from "node:assert/strict";
import { assertSettled, change, deploy, deploySettled, remove, useAwsInSandbox } from "./awsHarness";

const topicType = "aws:sns/topic:Topic";
const topicPolicyType = "aws:sns/topicPolicy:TopicPolicy";
const subscriptionType = "aws:sns/topicSubscription:TopicSubscription";
const queueType = "aws:sqs/queue:Queue";
const queuePolicyType = "aws:sqs/queuePolicy:QueuePolicy";

const allow = (service: string, action: string, resource: unknown) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: action, Resource: resource }],
  });

describe("SNS and SQS of the aws stand-in", () => {
  const aws = useAwsInSandbox();

  it("creates a topic, encrypts it, and changes what can be changed", async () => {
    const topic = await deploySettled(aws.engine, topicType, {
      name: "images",
      kmsMasterKeyId: "alias/aws/sns",
      displayName: "Images",
      tags: { team: "vets" },
    });
    assert.equal(topic.id, `arn:aws:sns:ap-northeast-2:${aws.account}:images`);
    const { policy, signatureVersion, ...rest } = topic.outputs;
    assert.ok(JSON.parse(String(policy)).Statement.length > 0, "SNS' own policy");
    assert.equal(typeof signatureVersion, "number");
    assert.deepEqual(rest, {
      arn: topic.id,
      deliveryPolicy: "",
      displayName: "Images",
      kmsMasterKeyId: "alias/aws/sns",
      name: "images",
      owner: aws.account,
      region: "ap-northeast-2",
      tags: { team: "vets" },
      tagsAll: { team: "vets" },
      tracingConfig: "",
    });
    const changed = await change(aws.engine, topicType, topic, { name: "images", tags: { team: "pets" } });
    assert.deepEqual(changed.changed, ["displayName", "kmsMasterKeyId", "tags.team", "tagsAll.team"]);
    await assertSettled(aws.engine, topicType, changed);
    assert.deepEqual([changed.outputs["kmsMasterKeyId"], changed.outputs["tagsAll"]], ["", { team: "pets" }]);
    await remove(aws.engine, topicType, changed);
    const { failures } = await aws.engine.check(topicType, { name: "a b", fifoTopic: true, signatureVersion: 3 });
    assert.match(failures.join("\n"), /fifoTopic: this property of aws:sns\/topic:Topic is not supported/);
    assert.match(failures.join("\n"), /invalid topic name/);
    assert.match(failures.join("\n"), /signatureVersion: 3: expected 1 or 2/);
  });

  it("gives a topic a policy, and restores the topic's default when that is deleted", async () => {
    const topic = await deploy(aws.engine, topicType, {});
    const document = allow("events.amazonaws.com", "sns:Publish", topic.id);
    const policy = await deploySettled(aws.engine, topicPolicyType, { arn: topic.id, policy: document });
    assert.equal(policy.id, topic.id);
    assert.equal(policy.outputs["owner"], aws.account);
    const changed = await change(aws.engine, topicPolicyType, policy, {
      arn: topic.id,
      policy: allow("s3.amazonaws.com", "sns:Publish", topic.id),
    });
    await assertSettled(aws.engine, topicPolicyType, changed);
    await aws.engine.delete(topicPolicyType, changed.id, changed.outputs);
    const restored = await aws.engine.read(topicType, topic.id, topic);
    const [statement] = JSON.parse(String(restored.outputs["policy"])).Statement;
    assert.deepEqual(statement.Condition, { StringEquals: { "AWS:SourceOwner": aws.account } });
    await remove(aws.engine, topicType, topic);
    assert.equal((await aws.engine.read(topicPolicyType, changed.id, changed)).id, "", "gone with its topic");
  });

  it("subscribes a queue to a topic, filtered", async () => {
    const topic = await deploy(aws.engine, topicType, {});
    const queue = await deploy(aws.engine, queueType, {});
    const subscription = await deploySettled(aws.engine, subscriptionType, {
      topic: topic.id,
      protocol: "sqs",
      endpoint: queue.outputs["arn"],
      rawMessageDelivery: true,
      filterPolicy: { severity: ["CRITICAL"] },
    });
    const { filterPolicyScope, ...rest } = subscription.outputs;
    assert.ok(["", "MessageAttributes"].includes(String(filterPolicyScope)));
    assert.deepEqual(rest, {
      arn: subscription.id,
      confirmationTimeoutInMinutes: 1,
      confirmationWasAuthenticated: true,
      deliveryPolicy: "",
      endpoint: queue.outputs["arn"],
      endpointAutoConfirms: false,
      filterPolicy: '{"severity":["CRITICAL"]}',
      ownerId: aws.account,
      pendingConfirmation: false,
      protocol: "sqs",
      rawMessageDelivery: true,
      redrivePolicy: "",
      region: "ap-northeast-2",
      subscriptionRoleArn: "",
      topic: topic.id,
    });
    const changed = await change(aws.engine, subscriptionType, subscription, {
      topic: topic.id,
      protocol: "sqs",
      endpoint: queue.outputs["arn"],
      filterPolicy: '{ "severity": ["HIGH"] }',
    });
    assert.deepEqual(changed.changed, ["filterPolicy", "rawMessageDelivery"]);
    await assertSettled(aws.engine, subscriptionType, changed);
    const other = await aws.engine.check(subscriptionType, { ...changed.inputs, protocol: "lambda" }, changed.inputs);
    assert.deepEqual((await aws.engine.diff(subscriptionType, changed.id, changed, other.inputs)).replaces, [
      "protocol",
    ]);
    await remove(aws.engine, subscriptionType, changed);
    await remove(aws.engine, queueType, queue);
    await remove(aws.engine, topicType, topic);
  });

  it("creates a queue with SQS' defaults, changes it and keeps a policy beside it", async () => {
    const queue = await deploySettled(aws.engine, queueType, { name: "events", tags: { team: "vets" } });
    assert.match(queue.id, /\/events$/);
    const { sqsManagedSseEnabled, ...rest } = queue.outputs;
    assert.equal(typeof sqsManagedSseEnabled, "boolean");
    assert.deepEqual(rest, {
      arn: `arn:aws:sqs:ap-northeast-2:${aws.account}:events`,
      delaySeconds: 0,
      kmsDataKeyReusePeriodSeconds: 300,
      kmsMasterKeyId: "",
      maxMessageSize: 262_144,
      messageRetentionSeconds: 345_600,
      name: "events",
      policy: "",
      receiveWaitTimeSeconds: 0,
      redriveAllowPolicy: "",
      redrivePolicy: "",
      region: "ap-northeast-2",
      tags: { team: "vets" },
      tagsAll: { team: "vets" },
      url: queue.id,
      visibilityTimeoutSeconds: 30,
    });
    const news = { name: "events", visibilityTimeoutSeconds: 60, kmsMasterKeyId: "alias/aws/sqs", tags: {} };
    const changed = await change(aws.engine, queueType, queue, news);
    await assertSettled(aws.engine, queueType, changed);
    assert.deepEqual(
      [changed.outputs["visibilityTimeoutSeconds"], changed.outputs["kmsMasterKeyId"], changed.outputs["tagsAll"]],
      [60, "alias/aws/sqs", {}],
    );
    const document = allow("events.amazonaws.com", "sqs:SendMessage", queue.outputs["arn"]);
    const policy = await deploySettled(aws.engine, queuePolicyType, { queueUrl: queue.id, policy: document });
    const two = await change(aws.engine, queuePolicyType, policy, {
      queueUrl: queue.id,
      policy: allow("sns.amazonaws.com", "sqs:SendMessage", queue.outputs["arn"]),
    });
    await assertSettled(aws.engine, queuePolicyType, two);
    await remove(aws.engine, queuePolicyType, two);
    await remove(aws.engine, queueType, changed);
    assert.equal((await aws.engine.read(queuePolicyType, two.id, two)).id, "", "gone with its queue");
  });

  it("rejects what SQS rejects", async () => {
    const { failures } = await aws.engine.check(queueType, {
      name: "a.fifo",
      fifoQueue: true,
      delaySeconds: 901,
      kmsMasterKeyId: "alias/aws/sqs",
      sqsManagedSseEnabled: true,
    });
    const text = failures.join("\n");
    assert.match(text, /fifoQueue: this property of aws:sqs\/queue:Queue is not supported/);
    assert.match(text, /invalid queue name/);
    assert.match(text, /delaySeconds: 901: expected a whole number from 0 to 900/);
    assert.match(text, /kmsMasterKeyId: conflicts with sqsManagedSseEnabled/);
  });
});
