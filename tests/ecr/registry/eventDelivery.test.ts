import assert from "node:assert/strict";
import fc from "fast-check";
import { accessPolicyFaults, publicStatements } from "../../../ecr/accessPolicy";
import { eventTargetFaults, eventTopicKeyPolicy, eventTopicPolicy } from "../../../ecr/registry/eventDelivery";

const account = "123456789012";
const topic = `arn:aws:sns:eu-west-1:${account}:ecr-events`;
const forAccount = { StringEqualsIfExists: { "aws:SourceAccount": account } };

describe("ecr/registry/eventDelivery", () => {
  it("lets EventBridge publish to a topic, for one account only", () => {
    const policy = eventTopicPolicy(topic, account);
    assert.deepEqual(policy, {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "EventBridge",
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sns:Publish",
          Resource: topic,
          Condition: forAccount,
        },
      ],
    });
    assert.deepEqual(publicStatements(policy), []);
  });

  it("lets the account administer a topic's key, and EventBridge use it", () => {
    const policy = eventTopicKeyPolicy(account, "aws-cn");
    assert.deepEqual(policy, {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Account",
          Effect: "Allow",
          Principal: { AWS: `arn:aws-cn:iam::${account}:root` },
          Action: "kms:*",
          Resource: "*",
        },
        {
          Sid: "EventBridge",
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
          Resource: "*",
          Condition: forAccount,
        },
      ],
    });
    assert.deepEqual(accessPolicyFaults(policy, "", "key"), []);
  });

  it("accepts standard queues, standard topics and functions as targets", () => {
    for (const arn of [
      topic,
      `arn:aws-us-gov:sqs:us-gov-west-1:${account}:events`,
      `arn:aws:lambda:eu-west-1:${account}:function:notify`,
      `arn:aws:lambda:eu-west-1:${account}:function:notify:$LATEST`,
    ]) {
      assert.deepEqual(eventTargetFaults(arn, "targets[0]"), [], arn);
    }
    assert.deepEqual(eventTargetFaults(topic, "targets[0]", "eu-west-1"), []);
  });

  for (const arn of [
    "ecr-events",
    `${topic}.fifo`,
    `x${topic}`,
    `${topic} `,
    topic.replace("sns", "kinesis"),
    topic.replace(account, "12345678901"),
    topic.replace("eu-west-1", ""),
    [topic],
    undefined,
  ]) {
    it(`refuses ${JSON.stringify(arn)} as a target`, () => {
      assert.deepEqual(eventTargetFaults(arn, "targets[0]"), [
        {
          path: "targets[0]",
          value: arn,
          rule: "must be the ARN of an SNS topic, an SQS queue or a Lambda function; FIFO topics and queues are not allowed.",
          fix: "write its ARN; to reach other targets, send to a queue and forward from there.",
        },
      ]);
    });
  }

  it("refuses a target in another region", () => {
    assert.deepEqual(eventTargetFaults(topic, "targets[0]", "us-east-1"), [
      {
        path: "targets[0]",
        value: topic,
        rule: "a rule's targets must be in its own region, us-east-1.",
        fix: "name a target in us-east-1.",
      },
    ]);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.anything(), (arn) => eventTargetFaults(arn, "", "us-east-1").length >= 0),
      { seed: 1 },
    );
  });
});
