import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  InputRefused,
  PrivateRepository,
  RegistryEvents,
  type RegistryEventsArgs,
  registryEventsFaults,
} from "../../components";
import { eventTopicKeyPolicy, eventTopicPolicy } from "../../ecr/eventDelivery";
import { basicScanPattern, enhancedFindingPattern, imageActionPattern } from "../../ecr/registryEvents";
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

  it("tells an encrypted topic of pushes, and of findings from HIGH on, without being told", async () => {
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

  it("lets only EventBridge of this account publish and use the key", () => {
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

  it("picks events of named repositories, in a region, with a key and a name that are given", async () => {
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

  it("takes findings of Inspector alone", async () => {
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

  it("refuses a repository once: nothing fails a second time later, when nobody waits for it", async () => {
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
    ["no event at all", { pushes: false, findingsFrom: false }, ["pushes"]],
    ["a wildcard in a name", { repositories: ["pets", "pe*"] }, ["repositories[1]"]],
    ["a severity that is none", { findingsFrom: "WORST" as "HIGH" }, ["findingsFrom"]],
    ["a kind of scanning that is none", { scanning: "deep" as "basic" }, ["scanning"]],
    ["no targets", { targets: [] }, ["targets"]],
    ["six targets", { targets: Array(6).fill(queueArn) }, ["targets"]],
    ["a FIFO queue", { targets: [`${queueArn}.fifo`] }, ["targets[0]"]],
    ["a target that needs a role", { targets: [`arn:aws:states:eu-west-1:${account}:stateMachine:a`] }, ["targets[0]"]],
    ["a target elsewhere", { targets: [queueArn], region: "eu-west-1" }, ["targets[0]"]],
    [
      "a key for given targets",
      { targets: [queueArn], kmsKey: `arn:aws:kms:eu-west-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab` },
      ["kmsKey"],
    ],
    ["a topic's name for given targets", { targets: [queueArn], topicName: "a" }, ["topicName"]],
    [
      "a key of another region",
      { kmsKey: `arn:aws:kms:us-east-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`, region: "eu-west-1" },
      ["kmsKey"],
    ],
    [
      "a key of another partition than its region's",
      { kmsKey: `arn:aws-cn:kms:eu-west-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab` },
      ["kmsKey"],
    ],
    ["AWS' own key", { kmsKey: "alias/aws/sns" }, ["kmsKey"]],
    ["AWS' own key by its ARN", { kmsKey: `arn:aws:kms:eu-west-1:${account}:alias/aws/sns` }, ["kmsKey"]],
    ["a region that is none", { region: "Seoul" }, ["region"]],
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
