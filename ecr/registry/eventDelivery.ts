import type { PolicyDocument, PolicyStatement } from "../accessPolicy";
import type { Fault } from "../faults";
import { arnPartitionFaults } from "../names/regions";

/** Limit on the targets of a rule (EventBridge quotas). */
export const targetsMaximum = 5;

/**
 * Allows only EventBridge to publish, and only for this account. EventBridge does not always send the source account
 * when it publishes to a topic (EventBridge user guide, troubleshooting: no condition blocks in SNS topic policies), so
 * the account is compared only when present: a plain condition would block every event.
 */
export function eventTopicPolicy(topicArn: string, account: string): PolicyDocument {
  return document([
    {
      Sid: "EventBridge",
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sns:Publish",
      Resource: topicArn,
      Condition: { StringEqualsIfExists: { "aws:SourceAccount": account } },
    },
  ]);
}

/**
 * The policy of a key for a topic that EventBridge publishes to. The AWS managed key for SNS does not work: its policy
 * does not allow EventBridge (SNS developer guide, compatibility between event sources and encrypted topics).
 *
 * @param partition `aws`, `aws-cn`, …
 */
export function eventTopicKeyPolicy(account: string, partition: string): PolicyDocument {
  return document([
    {
      Sid: "Account",
      Effect: "Allow",
      Principal: { AWS: `arn:${partition}:iam::${account}:root` },
      Action: "kms:*",
      Resource: "*",
    },
    {
      Sid: "EventBridge",
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: "*",
      Condition: { StringEqualsIfExists: { "aws:SourceAccount": account } },
    },
  ]);
}

/** A standard queue, a standard topic, or a function: the targets EventBridge needs no role for. */
const targetForm = /^arn:aws[a-z-]*:(?:sqs|sns|lambda):([a-z0-9-]+):[0-9]{12}:(?:function:)?[\w-]+(?::[\w$-]+)?$/;

/**
 * Why EventBridge could not send to this target. Never throws.
 *
 * @param region The rule's; omitted: regions are not compared.
 */
export function eventTargetFaults(arn: unknown, path: string, region?: string): Fault[] {
  const found = typeof arn === "string" ? targetForm.exec(arn)?.[1] : undefined;
  if (found === undefined) {
    return [
      {
        path,
        value: arn,
        rule: "must be the ARN of an SNS topic, an SQS queue or a Lambda function; FIFO topics and queues are not allowed.",
        fix: "write its ARN; to reach other targets, send to a queue and forward from there.",
      },
    ];
  }
  const faults = arnPartitionFaults(arn, path);
  if (region !== undefined && found !== region) {
    const rule = `a rule's targets must be in its own region, ${region}.`;
    faults.push({ path, value: arn, rule, fix: `name a target in ${region}.` });
  }
  return faults;
}

function document(statements: PolicyStatement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}
