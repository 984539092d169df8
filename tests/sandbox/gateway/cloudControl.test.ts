import assert from "node:assert/strict";
import { CloudControlClient, CreateResourceCommand, GetResourceCommand } from "@aws-sdk/client-cloudcontrol";
import {
  CreatePullThroughCacheRuleCommand,
  CreateRepositoryCreationTemplateCommand,
  PutRegistryPolicyCommand,
  PutRegistryScanningConfigurationCommand,
  PutReplicationConfigurationCommand,
  RegisterPullTimeUpdateExclusionCommand,
} from "@aws-sdk/client-ecr";
import { SignatureV4 } from "@smithy/signature-v4";
import { installMinistack, ministackProcess, startMinistack } from "../../../sandbox/services/ministack";
import { stopProcess } from "../../../sandbox/services/processes";
import { account, credentials, region, serviceError, TestSandbox } from "./harness";
import { TestIam } from "./iam";
import { Sha256 } from "./sha256";

const other = "222222222222";

describe("gateway: ECR through Cloud Control", () => {
  const sandbox = new TestSandbox();
  before(async function () {
    // The first run on a machine installs MiniStack.
    this.timeout(900_000);
    const program = await installMinistack();
    await sandbox.start(await startMinistack(sandbox.home, program, { account, region, credentials }));
  });
  after(async () => {
    await stopProcess(sandbox.home, ministackProcess);
    await sandbox.remove();
  });

  const client = (options: Parameters<TestSandbox["clientOptions"]>[1] = {}) =>
    new CloudControlClient(sandbox.clientOptions(region, options));
  async function read(TypeName: string, Identifier = account, cloudControl = client()): Promise<unknown> {
    const answer = await cloudControl.send(new GetResourceCommand({ TypeName, Identifier }));
    assert.equal(answer.TypeName, TypeName);
    assert.equal(answer.ResourceDescription?.Identifier, Identifier);
    return JSON.parse(answer.ResourceDescription.Properties ?? "");
  }
  const absent = (type: string, id: string) =>
    serviceError(
      "ResourceNotFoundException",
      new RegExp(`^Resource of type '${type}' with identifier '${id}' was not found\\.$`),
    );

  it("reads the registry-level settings with CloudFormation's property names", async () => {
    for (const type of ["ReplicationConfiguration", "RegistryPolicy", "RegistryScanningConfiguration"]) {
      await assert.rejects(read(`AWS::ECR::${type}`), absent(`AWS::ECR::${type}`, account), "nobody has set it");
    }
    const rule = {
      destinations: [{ region: "eu-west-1", registryId: account }],
      repositoryFilters: [{ filter: "prod", filterType: "PREFIX_MATCH" as const }],
    };
    await sandbox.ecr().send(new PutReplicationConfigurationCommand({ replicationConfiguration: { rules: [rule] } }));
    assert.deepEqual(await read("AWS::ECR::ReplicationConfiguration"), {
      ReplicationConfiguration: {
        Rules: [
          {
            Destinations: [{ Region: "eu-west-1", RegistryId: account }],
            RepositoryFilters: [{ Filter: "prod", FilterType: "PREFIX_MATCH" }],
          },
        ],
      },
      RegistryId: account,
    });
    const statement = {
      Sid: "replicate",
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${other}:root` },
      Action: ["ecr:ReplicateImage"],
      Resource: `arn:aws:ecr:${region}:${account}:repository/*`,
      Condition: { StringEquals: { "aws:PrincipalAccount": other } },
    };
    const policy = { Version: "2012-10-17", Statement: [statement] };
    await sandbox.ecr().send(new PutRegistryPolicyCommand({ policyText: JSON.stringify(policy) }));
    assert.deepEqual(await read("AWS::ECR::RegistryPolicy"), { PolicyText: policy, RegistryId: account });
    await sandbox.ecr().send(
      new PutRegistryScanningConfigurationCommand({
        scanType: "ENHANCED",
        rules: [{ scanFrequency: "CONTINUOUS_SCAN", repositoryFilters: [{ filter: "base", filterType: "WILDCARD" }] }],
      }),
    );
    assert.deepEqual(await read("AWS::ECR::RegistryScanningConfiguration"), {
      ScanType: "ENHANCED",
      Rules: [{ ScanFrequency: "CONTINUOUS_SCAN", RepositoryFilters: [{ Filter: "base", FilterType: "WILDCARD" }] }],
      RegistryId: account,
    });
  });

  it("finds only the registry of the caller's own account and region", async () => {
    const type = "AWS::ECR::RegistryPolicy";
    await assert.rejects(read(type, other), absent(type, other));
    await assert.rejects(read(type, other, client({ account: other })), absent(type, other));
    await assert.rejects(read(type, account, client({ region: "eu-west-1" })), absent(type, account));
  });

  it("reads a pull time exclusion by its principal", async () => {
    const type = "AWS::ECR::PullTimeUpdateExclusion";
    const [principalArn, none] = [`arn:aws:iam::${account}:role/scanner`, `arn:aws:iam::${account}:role/none`];
    await sandbox.ecr().send(new RegisterPullTimeUpdateExclusionCommand({ principalArn }));
    assert.deepEqual(await read(type, principalArn), { PrincipalArn: principalArn });
    await assert.rejects(read(type, none), absent(type, none));
  });

  it("reads a cache rule and a creation template by their prefixes", async () => {
    const rule = { ecrRepositoryPrefix: "quay", upstreamRegistryUrl: "quay.io" };
    await sandbox.ecr().send(new CreatePullThroughCacheRuleCommand(rule));
    await sandbox
      .ecr()
      .send(new CreateRepositoryCreationTemplateCommand({ prefix: "team", appliedFor: ["CREATE_ON_PUSH"] }));
    assert.deepEqual(await read("AWS::ECR::PullThroughCacheRule", "quay"), {
      ...{ EcrRepositoryPrefix: "quay", UpstreamRegistryUrl: "quay.io", UpstreamRegistry: "quay" },
    });
    const { CreatedAt, UpdatedAt, ...template } = (await read(
      "AWS::ECR::RepositoryCreationTemplate",
      "team",
    )) as object & {
      CreatedAt: string;
      UpdatedAt: string;
    };
    assert.deepEqual(template, {
      ...{ Prefix: "team", AppliedFor: ["CREATE_ON_PUSH"], ImageTagMutability: "MUTABLE" },
      EncryptionConfiguration: { EncryptionType: "AES256" },
    });
    assert.deepEqual([CreatedAt, Number.isNaN(Date.parse(CreatedAt))], [UpdatedAt, false]);
    for (const type of ["AWS::ECR::PullThroughCacheRule", "AWS::ECR::RepositoryCreationTemplate"]) {
      await assert.rejects(read(type, "none"), absent(type, "none"));
    }
  });

  it("requires permission for both the Cloud Control and the ECR action", async () => {
    const iam = new TestIam(sandbox);
    const cloudFormation = { Effect: "Allow", Action: "cloudformation:GetResource", Resource: "*" } as const;
    const keys = await iam.user("reader", cloudFormation);
    const asReader = () => read("AWS::ECR::RegistryPolicy", account, client(keys));
    await assert.rejects(asReader(), serviceError("AccessDeniedException", /perform: ecr:GetRegistryPolicy on/));
    await iam.allowUser("reader", cloudFormation, { Effect: "Allow", Action: "ecr:GetRegistryPolicy", Resource: "*" });
    await asReader();
    await assert.rejects(read("AWS::ECR::RegistryPolicy", account, client({ secretAccessKey: "wrong" })), {
      name: "InvalidSignatureException",
    });
  });

  it("rejects a CloudFormation template with an ECR resource and names its type, and forwards others", async () => {
    const { host } = new URL(sandbox.gateway.endpoint);
    const createStack = async (StackName: string, Type: string, Properties: object) => {
      const TemplateBody = JSON.stringify({ Resources: { It: { Type, Properties } } });
      const body = new URLSearchParams({
        Action: "CreateStack",
        Version: "2010-05-15",
        StackName,
        TemplateBody,
      }).toString();
      const signer = new SignatureV4({ service: "cloudformation", region, credentials, sha256: Sha256 });
      const signed = await signer.sign({
        ...{ method: "POST", protocol: "http:", hostname: host, path: "/", query: {}, body },
        headers: { host, "content-type": "application/x-www-form-urlencoded" },
      });
      const { host: _host, ...headers } = signed.headers;
      const answer = await fetch(sandbox.gateway.endpoint, { method: "POST", headers, body });
      return { status: answer.status, text: await answer.text() };
    };
    const refused = await createStack("ecr", "AWS::ECR::Repository", { RepositoryName: "shop" });
    assert.equal(refused.status, 400);
    assert.match(
      refused.text,
      /<Code>ValidationError<\/Code><Message>The sandbox cannot create AWS::ECR::Repository with CloudForm/,
    );
    const passed = await createStack("sqs", "AWS::SQS::Queue", { QueueName: "by-cloudformation" });
    assert.deepEqual([passed.status, /<StackId>/.test(passed.text)], [200, true], passed.text);
  });

  it("rejects other operations on ECR types by name, and forwards other services' types", async () => {
    const unsupported = (operation: string, type: string) =>
      serviceError(
        "UnsupportedActionException",
        new RegExp(`does not support ${operation} of ${type} through Cloud Control`),
      );
    const repository = { TypeName: "AWS::ECR::Repository", DesiredState: JSON.stringify({ RepositoryName: "shop" }) };
    await assert.rejects(
      client().send(new CreateResourceCommand(repository)),
      unsupported("CreateResource", "AWS::ECR::Repository"),
    );
    await assert.rejects(read("AWS::ECR::Repository", "shop"), unsupported("GetResource", "AWS::ECR::Repository"));
    await assert.rejects(
      client().send(new CreateResourceCommand({ TypeName: "AWS::ECR::RegistryPolicy", DesiredState: "{}" })),
      unsupported("CreateResource", "AWS::ECR::RegistryPolicy"),
    );
    const queue = { TypeName: "AWS::SQS::Queue", DesiredState: JSON.stringify({ QueueName: "by-cloud-control" }) };
    const { ProgressEvent } = await client().send(new CreateResourceCommand(queue));
    assert.equal(ProgressEvent?.TypeName, "AWS::SQS::Queue");
  });
});
