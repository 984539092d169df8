import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { InputRefused, PrivateRepository, RegistryEvents, type RegistryEventsArgs } from "../../components";
import { registryEventsFaults } from "../../components/registry/registryEventsArgs";
import { eventTopicKeyPolicy, eventTopicPolicy } from "../../ecr/registry/eventDelivery";
import { basicScanPattern, enhancedFindingPattern, imageActionPattern } from "../../ecr/registry/registryEvents";
import { account, known, type Mocks, startMocks } from "./mocks";

const keyType = "aws:kms/key:Key";
const topicType = "aws:sns/topic:Topic";
const topicPolicyType = "aws:sns/topicPolicy:TopicPolicy";
const ruleType = "aws:cloudwatch/eventRule:EventRule";
const targetType = "aws:cloudwatch/eventTarget:EventTarget";
const topicArn = `arn:aws:sns:ap-northeast-2:${account}:automatic`;
const queueArn = `arn:aws:sqs:ap-northeast-2:${account}:events`;

describe("RegistryEvents", () => {
  let mocks: Mocks;
  beforeEach(async () => {
    mocks = await startMocks();
  });
  const byName = () =>
    [...mocks.registrations].sort((left, right) => (left.type + left.name < right.type + right.name ? -1 : 1));

  it("sends pushes, and findings of HIGH and worse, to an encrypted topic by default", async () => {
    const events = new RegistryEvents("images");
    await mocks.settle();
    const rule = (suffix: string, description: string, pattern: object) => ({
      type: ruleType,
      name: `images-${suffix}`,
      inputs: { description, eventPattern: JSON.stringify(pattern) },
    });
    const target = (suffix: string) => ({
      type: targetType,
      name: `images-${suffix}`,
      inputs: { rule: "automatic", arn: topicArn },
    });
    assert.deepEqual(byName(), [
      rule("findings", "Inspector: findings, HIGH and worse", enhancedFindingPattern(["CRITICAL", "HIGH"])),
      rule("images", "ECR images: push", imageActionPattern(["PUSH"])),
      rule("scans", "ECR scans: findings, HIGH and worse", basicScanPattern(["CRITICAL", "HIGH"])),
      target("findings"),
      target("images"),
      target("scans"),
      {
        type: keyType,
        name: "images",
        inputs: {
          description: "Events of ECR",
          policy: JSON.stringify(eventTopicKeyPolicy(account, "aws")),
          enableKeyRotation: true,
          deletionWindowInDays: 30,
        },
      },
      {
        type: topicType,
        name: "images",
        inputs: { kmsMasterKeyId: `arn:aws:kms:ap-northeast-2:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab` },
      },
      {
        type: topicPolicyType,
        name: "images",
        inputs: { arn: topicArn, policy: JSON.stringify(eventTopicPolicy(topicArn, account)) },
      },
      { type: "ecr:index:RegistryEvents", name: "images", inputs: {} },
    ]);
    assert.equal(await known(events.topicArn), topicArn);
    assert.deepEqual(
      await known(events.ruleArns),
      Array(3).fill(`arn:aws:events:ap-northeast-2:${account}:rule/automatic`),
    );
    assert.ok(events.key);
  });

  it("lets only EventBridge of this account publish to the topic and use the key", () => {
    assert.deepEqual(eventTopicPolicy(topicArn, account).Statement, [
      {
        Sid: "EventBridge",
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: { StringEqualsIfExists: { "aws:SourceAccount": account } },
      },
    ]);
    assert.deepEqual(eventTopicKeyPolicy(account, "aws-cn").Statement, [
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
        Condition: { StringEqualsIfExists: { "aws:SourceAccount": account } },
      },
    ]);
  });

  it("filters by repository, and uses the given region, key and topic name", async () => {
    const kmsKey = `arn:aws:kms:eu-west-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
    new RegistryEvents("images", {
      repositories: [new PrivateRepository("petclinic"), "team/*", pulumi.output("vets")],
      deletions: true,
      findingsFrom: "CRITICAL",
      scanning: "basic",
      topicName: "ecr",
      kmsKey,
      region: "eu-west-1",
      tags: { team: "vets" },
    });
    await mocks.settle();
    const names = ["petclinic", "team/*", "vets"];
    const shared = { region: "eu-west-1", tags: { team: "vets" } };
    assert.deepEqual(
      mocks.ofType(ruleType).map(({ inputs }) => inputs),
      [
        {
          description: "ECR images: push and delete",
          eventPattern: JSON.stringify(imageActionPattern(["PUSH", "DELETE"], names)),
          ...shared,
        },
        {
          description: "ECR scans: findings, CRITICAL and worse",
          eventPattern: JSON.stringify(basicScanPattern(["CRITICAL"], names)),
          ...shared,
        },
      ],
    );
    assert.deepEqual(mocks.ofType(topicType)[0]?.inputs, { name: "ecr", kmsMasterKeyId: kmsKey, ...shared });
    assert.deepEqual(mocks.ofType(keyType), []);
    assert.equal(mocks.ofType(targetType)[0]?.inputs["region"], "eu-west-1");
    assert.equal(mocks.ofType(topicPolicyType)[0]?.inputs["region"], "eu-west-1");
  });

  it("sends to given targets instead of a topic", async () => {
    const functionArn = `arn:aws:lambda:ap-northeast-2:${account}:function:notify`;
    const events = new RegistryEvents("images", {
      findingsFrom: false,
      targets: [queueArn, pulumi.output(functionArn)],
    });
    await mocks.settle();
    assert.deepEqual(byName().slice(0, 3), [
      {
        type: ruleType,
        name: "images-images",
        inputs: { description: "ECR images: push", eventPattern: JSON.stringify(imageActionPattern(["PUSH"])) },
      },
      { type: targetType, name: "images-images-1", inputs: { rule: "automatic", arn: queueArn } },
      { type: targetType, name: "images-images-2", inputs: { rule: "automatic", arn: functionArn } },
    ]);
    assert.equal(mocks.registrations.length, 4);
    assert.deepEqual(mocks.calls, []);
    assert.throws(() => events.topicArn, /have no topic/);
    assert.deepEqual([events.topic, events.key], [undefined, undefined]);
  });

  it("creates only the Inspector rule if only enhanced findings are wanted", async () => {
    new RegistryEvents("images", {
      pushes: false,
      findingsFrom: "INFORMATIONAL",
      scanning: "enhanced",
      targets: [queueArn],
    });
    await mocks.settle();
    assert.deepEqual(
      mocks.ofType(ruleType).map(({ name }) => name),
      ["images-findings"],
    );
  });

  it("refuses a repository once, without an unhandled rejection later", async () => {
    const later: unknown[] = [];
    const listener = (error: unknown) => later.push(error);
    process.on("unhandledRejection", listener);
    try {
      assert.equal(registryEventsFaults("images", { repositories: ["team*"] }).length, 1);
      await mocks.settle();
      await new Promise(setImmediate);
      assert.deepEqual(later, []);
    } finally {
      process.off("unhandledRejection", listener);
    }
  });

  const refusals: [what: string, args: RegistryEventsArgs, paths: string[]][] = [
    ["no events at all", { pushes: false, findingsFrom: false }, ["pushes"]],
    ["a partial wildcard in a repository's name", { repositories: ["pets", "pe*"] }, ["repositories[1]"]],
    ["an unknown severity", { findingsFrom: "WORST" as "HIGH" }, ["findingsFrom"]],
    ["an unknown kind of scanning", { scanning: "deep" as "basic" }, ["scanning"]],
    ["an empty list of targets", { targets: [] }, ["targets"]],
    ["six targets", { targets: Array(6).fill(queueArn) }, ["targets"]],
    ["a FIFO queue", { targets: [`${queueArn}.fifo`] }, ["targets[0]"]],
    ["a target that needs a role", { targets: [`arn:aws:states:eu-west-1:${account}:stateMachine:a`] }, ["targets[0]"]],
    ["a target in another region", { targets: [queueArn], region: "eu-west-1" }, ["targets[0]"]],
    [
      "a key together with targets",
      { targets: [queueArn], kmsKey: `arn:aws:kms:eu-west-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab` },
      ["kmsKey"],
    ],
    ["a topic name together with targets", { targets: [queueArn], topicName: "a" }, ["topicName"]],
    [
      "a key in another region",
      { kmsKey: `arn:aws:kms:us-east-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`, region: "eu-west-1" },
      ["kmsKey"],
    ],
    [
      "a key in another partition than its region",
      { kmsKey: `arn:aws-cn:kms:eu-west-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab` },
      ["kmsKey"],
    ],
    ["the AWS managed key", { kmsKey: "alias/aws/sns" }, ["kmsKey"]],
    ["the AWS managed key by its ARN", { kmsKey: `arn:aws:kms:eu-west-1:${account}:alias/aws/sns` }, ["kmsKey"]],
    ["an invalid region", { region: "Seoul" }, ["region"]],
  ];
  for (const [what, args, paths] of refusals) {
    it(`refuses ${what}, before anything is registered`, () => {
      assert.deepEqual(
        registryEventsFaults("images", args).map(({ path }) => path),
        paths,
      );
      assert.throws(() => new RegistryEvents("images", args), InputRefused);
      assert.deepEqual(mocks.registrations, []);
    });
  }
});
