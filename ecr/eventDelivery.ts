import type { PolicyDocument, PolicyStatement } from "./accessPolicy";
import type { Fault } from "./faults";
import { arnPartitionFaults } from "./regions";

/** Targets of one rule (EventBridge quotas). */
export const targetsMaximum = 5;

/**
 * Only EventBridge publishes, and only for this account. EventBridge does not always tell which account it acts for when
 * it publishes to a topic (EventBridge user guide, troubleshooting: no condition blocks in SNS topic policies), so the
 * account is compared when it is told: a plain condition would let no event through.
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
 * The policy of a key for a topic that EventBridge publishes to. The key that AWS manages for SNS cannot be used: its
 * policy does not let EventBridge in (SNS developer guide, compatibility between event sources and encrypted topics).
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

/** A standard queue, a standard topic or a function: what EventBridge sends to without a role. */
const targetForm = /^arn:aws[a-z-]*:(?:sqs|sns|lambda):([a-z0-9-]+):[0-9]{12}:(?:function:)?[\w-]+(?::[\w$-]+)?$/;

/**
 * Why EventBridge could not send to this target as it stands. Never throws.
 *
 * @param region The rule's; left out: regions are not compared.
 */
export function eventTargetFaults(arn: unknown, path: string, region?: string): Fault[] {
  const found = typeof arn === "string" ? targetForm.exec(arn)?.[1] : undefined;
  if (found === undefined) {
    return [
      {
        path,
        value: arn,
        rule: "events go to an SNS topic, an SQS queue or a Lambda function, no FIFO, named by its ARN.",
        fix: "write its ARN; send to a queue and go on from there for other targets.",
      },
    ];
  }
  const faults = arnPartitionFaults(arn, path);
  if (region !== undefined && found !== region) {
    const rule = `a rule's targets are in its own region, ${region}.`;
    faults.push({ path, value: arn, rule, fix: `name a target in ${region}.` });
  }
  return faults;
}

function document(statements: PolicyStatement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}
