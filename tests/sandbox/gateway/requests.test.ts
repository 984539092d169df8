import assert from "node:assert/strict";
import { DescribeRepositoriesCommand } from "@aws-sdk/client-ecr";
import { DescribeRegistriesCommand } from "@aws-sdk/client-ecr-public";
import { KMSClient, ListKeysCommand } from "@aws-sdk/client-kms";
import { SignatureV4 } from "@smithy/signature-v4";
import { credentials, region, serviceError, useSandbox } from "./harness";
import { Sha256 } from "./sha256";

describe("gateway: requests", () => {
  const sandbox = useSandbox();

  interface Sent {
    target?: string;
    body?: string;
    service?: string;
    signingDate?: Date;
    /** Changes the request after signing. */
    tamper?: (request: { headers: Record<string, string>; body: string }) => void;
  }

  /** Sends a hand-built signed request, which can be wrong in ways that the SDK's never are. */
  async function send({ target = "DescribeRepositories", body = "{}", service = "ecr", signingDate, tamper }: Sent) {
    const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
    const { host } = new URL(sandbox.gateway.endpoint);
    const prefix = service === "ecr" ? "AmazonEC2ContainerRegistry_V20150921" : "SpencerFrontendService";
    const signed = await signer.sign(
      {
        method: "POST",
        protocol: "http:",
        hostname: host,
        path: "/",
        query: {},
        headers: { host, "content-type": "application/x-amz-json-1.1", "x-amz-target": `${prefix}.${target}` },
        body,
      },
      { signingDate },
    );
    const request = { headers: signed.headers, body };
    tamper?.(request);
    const { host: _host, ...headers } = request.headers;
    const answer = await fetch(sandbox.gateway.endpoint, { method: "POST", headers, body: request.body });
    const { __type, message, ...rest } = (await answer.json()) as Record<string, unknown>;
    return { status: answer.status, type: __type, message: String(message), rest };
  }

  it("accepts a correctly signed request", async () => {
    const answer = await send({});
    assert.deepEqual([answer.status, answer.type, answer.rest], [200, undefined, { repositories: [] }]);
  });

  it("refuses a request without a signature, in both services", async () => {
    for (const target of [
      "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories",
      "SpencerFrontendService.DescribeRegistries",
    ]) {
      const answer = await fetch(sandbox.gateway.endpoint, {
        method: "POST",
        headers: { "X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1" },
        body: "{}",
      });
      const { __type } = (await answer.json()) as { __type: string };
      assert.deepEqual([answer.status, __type], [400, "MissingAuthenticationTokenException"]);
    }
  });

  it("refuses a wrong secret, a body or header changed after signing, an old request and another service's scope", async () => {
    await assert.rejects(
      sandbox.ecr({ secretAccessKey: "guessed" }).send(new DescribeRepositoriesCommand({})),
      serviceError("InvalidSignatureException", /does not match the signature/),
    );
    await assert.rejects(
      sandbox.ecr({ account: "222222222222", secretAccessKey: "guessed" }).send(new DescribeRepositoriesCommand({})),
      serviceError("InvalidSignatureException"),
    );
    const changed = await send({ tamper: (request) => (request.body = '{"maxResults":1}') });
    assert.equal(changed.type, "InvalidSignatureException");
    const header = await send({ tamper: (request) => (request.headers["x-amz-target"] += "X") });
    assert.equal(header.type, "InvalidSignatureException");
    const old = await send({ signingDate: new Date(Date.now() - 6 * 60_000) });
    assert.deepEqual([old.type, /5 minutes/.test(old.message)], ["InvalidSignatureException", true]);
    const scope = await send({
      tamper: (request) => (request.headers["x-amz-target"] = "SpencerFrontendService.DescribeRegistries"),
    });
    assert.deepEqual([scope.type, /'ecr-public'/.test(scope.message)], ["InvalidSignatureException", true]);
  });

  it("names unknown members, missing ones and wrong types, all at once", async () => {
    const unknown = await send({
      target: "CreateRepository",
      body: '{"repositoryName":"app","imageTagMutabilty":"IMMUTABLE"}',
    });
    assert.deepEqual(
      [unknown.type, unknown.message],
      [
        "InvalidParameterException",
        "Invalid parameter at 'imageTagMutabilty' failed to satisfy constraint: 'unknown member'",
      ],
    );
    const missing = await send({ target: "CreateRepository" });
    assert.deepEqual(
      [missing.type, /'repositoryName'.*must not be null/.test(missing.message)],
      ["InvalidParameterException", true],
    );
    const wrong = await send({ target: "DescribeRepositories", body: '{"maxResults":"ten"}' });
    assert.deepEqual([wrong.type, /'maxResults'/.test(wrong.message)], ["SerializationException", true]);
    const several = await send({
      target: "CreateRepository",
      body: '{"repositoryName":"APP","imageScanningConfiguration":{"scanOnPush":"yes"},"nonsense":1}',
    });
    for (const member of ["'repositoryName'", "'imageScanningConfiguration.scanOnPush'", "'nonsense'"]) {
      assert.ok(several.message.includes(member), several.message);
    }
    const text = await send({ target: "DescribeRepositories", body: "{" });
    assert.equal(text.type, "SerializationException");
  });

  it("treats null as unset, as the service's parsers do", async () => {
    assert.equal((await send({ body: '{"maxResults":null,"repositoryNames":null}' })).status, 200);
  });

  it("refuses an operation that does not exist", async () => {
    assert.equal((await send({ target: "MakeCoffee" })).type, "UnknownOperationException");
    assert.equal((await send({ target: "constructor" })).type, "UnknownOperationException");
  });

  it("serves ECR Public in us-east-1 and us-west-2 only", async () => {
    for (const place of ["us-east-1", "us-west-2"]) {
      const { registries } = await sandbox.ecrPublic({ region: place }).send(new DescribeRegistriesCommand({}));
      assert.equal(registries?.length, 1);
    }
    await assert.rejects(
      sandbox.ecrPublic({ region }).send(new DescribeRegistriesCommand({})),
      serviceError("UnsupportedCommandException", /no endpoint in the region 'ap-northeast-2'/),
    );
  });

  it("reports its health, and returns an error when MiniStack is not running", async () => {
    const health = await fetch(`${sandbox.gateway.endpoint}/_sandbox/health`);
    const { distribution, registries } = (await health.json()) as { distribution: boolean; registries: object };
    assert.equal(distribution, true);
    assert.ok(Object.values(registries).includes(sandbox.gateway.publicRegistry));
    const keys = new KMSClient(sandbox.clientOptions(region)).send(new ListKeysCommand({}));
    await assert.rejects(keys, serviceError("ServerException", /MiniStack does not answer/));
  });
});
