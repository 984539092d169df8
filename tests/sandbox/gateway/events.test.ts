import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  BatchDeleteImageCommand,
  type CreateRepositoryCommandInput,
  PutRegistryScanningConfigurationCommand,
  PutReplicationConfigurationCommand,
} from "@aws-sdk/client-ecr";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand, type Target } from "@aws-sdk/client-eventbridge";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { MinistackClient } from "../../../sandbox/gateway/ministack/ministackClient";
import { installMinistack, ministackProcess, startMinistack } from "../../../sandbox/services/ministack";
import { stopProcess } from "../../../sandbox/services/processes";
import { runOrThrow } from "../../../sandbox/system/commands";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { account, credentials, region, TestSandbox, uniqueName } from "./harness";
import { policyText, TestIam } from "./iam";
import { privateClient, type RegistryClient, testImage } from "./registryClient";

describe("gateway: ECR events to EventBridge targets", () => {
  const sandbox = new TestSandbox();
  const finding = { title: "CVE-2026-3", severity: "CRITICAL", type: "PACKAGE_VULNERABILITY", score: 9.8 };
  let client: RegistryClient;
  let ministackUrl: string;
  before(async function () {
    sandbox.scanFindingsFile = path.join(sandbox.home, "findings.json");
    fs.writeFileSync(
      sandbox.scanFindingsFile,
      JSON.stringify([{ digest: testImage("holed").digest, enhancedFindings: [finding] }]),
    );
    // The first run on a machine installs MiniStack.
    this.timeout(900_000);
    const program = await installMinistack();
    ministackUrl = await startMinistack(sandbox.home, program, { account, region, credentials });
    await sandbox.start(ministackUrl);
    client = await privateClient(sandbox);
  });
  after(async () => {
    await stopProcess(sandbox.home, ministackProcess);
    await sandbox.remove();
  });

  const sqs = (at = region) => new SQSClient({ ...sandbox.clientOptions(at), useQueueUrlAsEndpoint: false });

  /** A queue; `next` returns its messages in turn. */
  async function queue(at = region): Promise<{ arn: string; next: () => Promise<string> }> {
    const QueueName = uniqueName("events");
    const { QueueUrl } = await sqs(at).send(new CreateQueueCommand({ QueueName }));
    const waiting: string[] = [];
    const next = async () => {
      if (waiting.length === 0) {
        const input = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 };
        const { Messages = [] } = await sqs(at).send(new ReceiveMessageCommand(input));
        waiting.push(...Messages.map((message) => message.Body ?? ""));
      }
      return waiting.shift() ?? "";
    };
    return { arn: `arn:aws:sqs:${at}:${account}:${QueueName}`, next };
  }

  async function letTopicSend(queueArn: string, topicArn: string): Promise<void> {
    const Policy = policyText({
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: queueArn,
      Condition: { ArnEquals: { "aws:SourceArn": topicArn } },
    });
    const { QueueUrl } = await sqs().send(new GetQueueUrlCommand({ QueueName: queueArn.split(":").at(-1) }));
    await sqs().send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  }

  async function rule(pattern: object, target: Target, at = region): Promise<void> {
    const events = new EventBridgeClient(sandbox.clientOptions(at));
    const Name = uniqueName("rule");
    await events.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify(pattern) }));
    await events.send(new PutTargetsCommand({ Rule: Name, Targets: [target] }));
  }

  /** @returns The ARN of a Lambda function that writes its event to a file. */
  async function functionThatWrites(file: string, Role: string): Promise<string> {
    const folder = path.join(sandbox.home, "function");
    fs.mkdirSync(folder);
    // Renamed when complete, so that a reader never sees a partial file.
    const code = `import json, os
def handler(event, context):
    with open(${JSON.stringify(`${file}.part`)}, "w") as part:
        json.dump(event, part)
    os.rename(${JSON.stringify(`${file}.part`)}, ${JSON.stringify(file)})
`;
    fs.writeFileSync(path.join(folder, "index.py"), code);
    await runOrThrow("python3", ["-m", "zipfile", "-c", "code.zip", "index.py"], { cwd: folder });
    const { FunctionArn } = await new LambdaClient(sandbox.clientOptions(region)).send(
      new CreateFunctionCommand({
        FunctionName: uniqueName("function"),
        Runtime: "python3.12",
        Handler: "index.handler",
        Role,
        Code: { ZipFile: fs.readFileSync(path.join(folder, "code.zip")) },
      }),
    );
    return FunctionArn ?? assert.fail();
  }

  const repository = (settings: Partial<CreateRepositoryCommandInput> = {}) =>
    sandbox.createRepository("events", settings);

  it("sends a queue the pushes and deletions that the rule's pattern matches", async () => {
    const [name, quiet] = [await repository(), await repository()];
    const { arn, next } = await queue();
    const detail = { "action-type": ["PUSH", "DELETE"], result: ["SUCCESS"], "repository-name": [name] };
    await rule({ source: ["aws.ecr"], "detail-type": ["ECR Image Action"], detail }, { Id: "queue", Arn: arn });
    const image = testImage("event");
    await client.push(quiet, "v1", image);
    await client.push(name, "v1", image);
    const { id, time, ...event } = JSON.parse(await next());
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(event, {
      version: "0",
      "detail-type": "ECR Image Action",
      source: "aws.ecr",
      account,
      region,
      resources: [],
      detail: {
        result: "SUCCESS",
        "repository-name": name,
        "image-digest": image.digest,
        "action-type": "PUSH",
        "image-tag": "v1",
        "manifest-media-type": image.mediaType,
        "artifact-media-type": "application/vnd.oci.image.config.v1+json",
      },
    });
    await sandbox
      .ecr()
      .send(new BatchDeleteImageCommand({ repositoryName: name, imageIds: [{ imageDigest: image.digest }] }));
    const deleted = JSON.parse(await next());
    assert.deepEqual(deleted.detail, {
      result: "SUCCESS",
      "repository-name": name,
      "image-digest": image.digest,
      "action-type": "DELETE",
      "image-tag": "v1",
    });
  });

  it("sends a topic the output of the target's input transformer", async () => {
    const name = await repository({ imageScanningConfiguration: { scanOnPush: true } });
    const { arn, next } = await queue();
    const sns = new SNSClient(sandbox.clientOptions(region));
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "scans" }));
    await letTopicSend(arn, TopicArn ?? "");
    await sns.send(
      new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: arn, Attributes: { RawMessageDelivery: "true" } }),
    );
    const InputTransformer = {
      InputPathsMap: {
        name: "$.detail.repository-name",
        status: "$.detail.scan-status",
        counts: "$.detail.finding-severity-counts",
      },
      InputTemplate: '{"text": "<name> is <status>", "counts": <counts>}',
    };
    const pattern = { "detail-type": ["ECR Image Scan"], detail: { "repository-name": [name] } };
    await rule(pattern, { Id: "topic", Arn: TopicArn, InputTransformer });
    await client.push(name, "v1", testImage("scanned"));
    assert.deepEqual(JSON.parse(await next()), { text: `${name} is COMPLETE`, counts: {} });
  });

  it("sends each Inspector finding when the registry uses enhanced scanning", async () => {
    const name = await repository();
    const { arn, next } = await queue();
    await rule({ source: ["aws.inspector2"], detail: { severity: ["CRITICAL"] } }, { Id: "queue", Arn: arn });
    const configure = (scanType: "BASIC" | "ENHANCED", filters: string[]) =>
      sandbox.ecr().send(
        new PutRegistryScanningConfigurationCommand({
          scanType,
          rules: filters.map((filter) => ({
            scanFrequency: "SCAN_ON_PUSH",
            repositoryFilters: [{ filter, filterType: "WILDCARD" }],
          })),
        }),
      );
    await configure("ENHANCED", [name]);
    try {
      await client.push(name, "v1", testImage("holed"));
      const event = JSON.parse(await next());
      assert.deepEqual(
        [event.source, event["detail-type"], event.detail, event.resources],
        ["aws.inspector2", "Inspector2 Finding", finding, [`arn:aws:ecr:${region}:${account}:repository/${name}`]],
      );
    } finally {
      await configure("BASIC", []);
    }
  });

  it("invokes a Lambda function and starts a state machine with the event", async function () {
    // MiniStack runs the function as a process.
    this.timeout(900_000);
    const name = await repository();
    const pattern = { "detail-type": ["ECR Image Action"], detail: { "repository-name": [name] } };
    const states = new MinistackClient(sandbox.config(ministackUrl));
    const ask = (operation: string, input: object) =>
      states.json("states", `AWSStepFunctions.${operation}`, input, account, region);
    const definition = JSON.stringify({ StartAt: "Keep", States: { Keep: { Type: "Pass", End: true } } });
    const roleArn = await new TestIam(sandbox).role("runs", { Effect: "Allow", Action: "logs:*", Resource: "*" });
    const { stateMachineArn } = (await ask("CreateStateMachine", { name: "pushes", definition, roleArn })) as {
      stateMachineArn: string;
    };
    const outputFile = path.join(sandbox.home, "told.json");
    await rule(pattern, { Id: "machine", Arn: stateMachineArn, RoleArn: roleArn });
    await rule(pattern, { Id: "function", Arn: await functionThatWrites(outputFile, roleArn), InputPath: "$.detail" });

    await client.push(name, "v1", testImage("handled"));
    assert.ok(await waitUntil(async () => fs.existsSync(outputFile), 50_000), sandbox.log.join("\n"));
    assert.equal(JSON.parse(fs.readFileSync(outputFile, "utf8"))["image-digest"], testImage("handled").digest);
    const { executions } = (await ask("ListExecutions", { stateMachineArn })) as {
      executions: { executionArn: string }[];
    };
    assert.equal(executions.length, 1);
    const { executionArn } = executions[0] ?? assert.fail();
    const { input } = (await ask("DescribeExecution", { executionArn })) as { input: string };
    const { source, detail } = JSON.parse(input);
    assert.deepEqual([source, detail["repository-name"], detail["action-type"]], ["aws.ecr", name, "PUSH"]);
  });

  it("sends replication events in the destination's region", async () => {
    const at = "eu-west-1";
    const name = await repository();
    const { arn, next } = await queue(at);
    const rules = [{ destinations: [{ region: at, registryId: account }] }];
    await sandbox.ecr().send(new PutReplicationConfigurationCommand({ replicationConfiguration: { rules } }));
    await rule({ "detail-type": ["ECR Replication Action"] }, { Id: "queue", Arn: arn, InputPath: "$.detail" }, at);
    await client.push(name, "v1", testImage("replicated"));
    assert.deepEqual(JSON.parse(await next()), {
      result: "SUCCESS",
      "repository-name": name,
      "image-digest": testImage("replicated").digest,
      "source-account": account,
      "action-type": "REPLICATE",
      "source-region": region,
      "image-tag": "v1",
    });
  });

  it("logs a target that it cannot deliver to, and continues with the others", async () => {
    const name = await repository();
    const { arn, next } = await queue();
    const pattern = { source: ["aws.ecr"], detail: { "repository-name": [name] } };
    const nowhere = `arn:aws:kinesis:${region}:${account}:stream/none`;
    await rule(pattern, { Id: "stream", Arn: nowhere });
    await rule(pattern, { Id: "queue", Arn: arn });
    await client.push(name, "v1", testImage("undelivered"));
    assert.equal(JSON.parse(await next()).detail["repository-name"], name);
    assert.ok(sandbox.log.some((line) => line.includes(nowhere) && line.includes("SQS, SNS, Lambda")));
  });
});
