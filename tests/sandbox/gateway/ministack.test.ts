import assert from "node:assert/strict";
import { CreateRepositoryCommand, DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { CreateAliasCommand, CreateKeyCommand, DisableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { SignatureV4 } from "@smithy/signature-v4";
import { installMinistack, ministackProcess, startMinistack } from "../../../sandbox/services/ministack";
import { stopProcess } from "../../../sandbox/services/processes";
import { account, credentials, region, serviceError, TestSandbox } from "./harness";
import { Sha256 } from "./sha256";

describe("gateway: together with MiniStack", () => {
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

  const kms = (options: { accessKeyId?: string; region?: string } = {}) =>
    new KMSClient(sandbox.clientOptions(region, options));

  it("forwards other services' requests with the signed host, path, account and region", async () => {
    const identity = await new STSClient(sandbox.clientOptions(region)).send(new GetCallerIdentityCommand({}));
    assert.equal(identity.Account, account);
    const other = await new STSClient(sandbox.clientOptions(region, { account: "222222222222" })).send(
      new GetCallerIdentityCommand({}),
    );
    assert.equal(other.Account, "222222222222");
    const { KeyMetadata: key } = await kms({ region: "eu-west-1" }).send(new CreateKeyCommand({}));
    assert.match(key?.Arn ?? "", /^arn:aws:kms:eu-west-1:123456789012:key\//);
    const object = Buffer.alloc(3_000_000, "x");
    const { host } = new URL(sandbox.gateway.endpoint);
    const signed = await new SignatureV4({
      ...{ service: "s3", region, credentials, sha256: Sha256, uriEscapePath: false },
    }).sign({
      ...{ method: "PUT", protocol: "http:", hostname: host, path: "/no-such-bucket/a%20b", query: {} },
      headers: { host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
    });
    const { host: _host, ...headers } = signed.headers;
    const put = await fetch(`${sandbox.gateway.endpoint}/no-such-bucket/a%20b`, {
      method: "PUT",
      body: object,
      headers,
    });
    assert.equal(put.status, 404);
    assert.match(await put.text(), /NoSuchBucket/, "the signature was good for MiniStack");
  });

  it("lets MiniStack reject an unknown access key", async () => {
    await assert.rejects(kms({ accessKeyId: "AKIAUNKNOWN" }).send(new CreateKeyCommand({})), (error: Error) =>
      /security token/.test(error.message),
    );
  });

  it("accepts an existing KMS key of the region by ARN, ID or alias, and rejects others", async () => {
    const { KeyMetadata: key } = await kms().send(new CreateKeyCommand({}));
    await kms().send(new CreateAliasCommand({ AliasName: "alias/images", TargetKeyId: key?.KeyId }));
    const { KeyMetadata: elsewhere } = await kms({ region: "eu-west-1" }).send(new CreateKeyCommand({}));
    const { KeyMetadata: disabled } = await kms().send(new CreateKeyCommand({}));
    await kms().send(new DisableKeyCommand({ KeyId: disabled?.KeyId }));
    let made = 0;
    const create = async (kmsKey: string | undefined) => {
      const encryptionConfiguration = { encryptionType: "KMS", kmsKey } as const;
      made += 1;
      const command = new CreateRepositoryCommand({ repositoryName: `kms-${made}`, encryptionConfiguration });
      return (await sandbox.ecr().send(command)).repository?.encryptionConfiguration?.kmsKey;
    };
    for (const name of [key?.Arn, key?.KeyId, "alias/images"]) {
      assert.equal(await create(name), key?.Arn, name);
    }
    for (const name of [elsewhere?.KeyId, "alias/nowhere", disabled?.Arn]) {
      await assert.rejects(create(name), serviceError("KmsException"), name);
    }
    await assert.rejects(create(elsewhere?.Arn), serviceError("InvalidParameterException", /eu-west-1/));
  });

  it("checks IAM users' signatures and policies against MiniStack's IAM", async () => {
    const iam = async (parameters: Record<string, string>) => {
      const body = new URLSearchParams({ Version: "2010-05-08", ...parameters }).toString();
      const { host } = new URL(sandbox.gateway.endpoint);
      const signed = await new SignatureV4({ service: "iam", region: "us-east-1", credentials, sha256: Sha256 }).sign({
        method: "POST",
        protocol: "http:",
        hostname: host,
        path: "/",
        query: {},
        headers: { host, "content-type": "application/x-www-form-urlencoded" },
        body,
      });
      const { host: _host, ...headers } = signed.headers;
      const answer = await fetch(sandbox.gateway.endpoint, { method: "POST", headers, body });
      const text = await answer.text();
      assert.equal(answer.status, 200, text);
      return (tag: string) => new RegExp(`<${tag}>([^<]+)</${tag}>`).exec(text)?.[1] ?? "";
    };
    await iam({ Action: "CreateUser", UserName: "vet" });
    const key = await iam({ Action: "CreateAccessKey", UserName: "vet" });
    const user = { accessKeyId: key("AccessKeyId"), secretAccessKey: key("SecretAccessKey") };
    const ecr = (secretAccessKey = user.secretAccessKey) =>
      new ECRClient(sandbox.clientOptions(region, { accessKeyId: user.accessKeyId, secretAccessKey }));
    await assert.rejects(
      ecr().send(new DescribeRepositoriesCommand({})),
      serviceError("AccessDeniedException", /user\/vet/),
    );
    const policy = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "ecr:DescribeRepositories", Resource: "*" }],
    };
    await iam({
      Action: "PutUserPolicy",
      UserName: "vet",
      PolicyName: "read",
      PolicyDocument: JSON.stringify(policy),
    });
    assert.ok((await ecr().send(new DescribeRepositoriesCommand({}))).repositories);
    await assert.rejects(
      ecr().send(new CreateRepositoryCommand({ repositoryName: "not-mine" })),
      serviceError("AccessDeniedException"),
    );
    await assert.rejects(ecr("guessed").send(new DescribeRepositoriesCommand({})), (error: Error) =>
      /Signature/.test(error.name),
    );
    const unknown = new ECRClient(sandbox.clientOptions(region, { accessKeyId: "AKIAUNKNOWN" }));
    await assert.rejects(
      unknown.send(new DescribeRepositoriesCommand({})),
      serviceError("UnrecognizedClientException"),
    );
  });
});
