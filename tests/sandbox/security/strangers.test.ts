import assert from "node:assert/strict";
import * as http from "node:http";
import * as net from "node:net";
import { CreateRepositoryCommand } from "@aws-sdk/client-ecr";
import { CreateKeyCommand, DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { SignatureV4 } from "@smithy/signature-v4";
import { healthPath, ministackSecretHeader } from "../../../sandbox/gateway/config";
import { clockPath, faultsPath, lifecyclePath } from "../../../sandbox/gateway/endpoint/controls";
import {
  installMinistack,
  ministackProcess,
  ministackSecret,
  startMinistack,
} from "../../../sandbox/services/ministack";
import { stopProcess } from "../../../sandbox/services/processes";
import { account, credentials, region, TestSandbox } from "../gateway/harness";
import { Sha256 } from "../gateway/sha256";

interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** Sends a request as given: the path is not normalized, and `Host` may be anything. */
function ask(
  address: string,
  method: string,
  path: string,
  headers: http.OutgoingHttpHeaders = {},
  body = "",
): Promise<Answer> {
  const { hostname, port } = new URL(address.includes("://") ? address : `http://${address}`);
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, method, path, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    request.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: "" });
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Sends bytes and ends the connection. @returns What came back. */
function askRaw(address: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = net.connect(Number(port), hostname, () => socket.end(bytes));
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(text));
  });
}

const form = { "Content-Type": "application/x-www-form-urlencoded" };
const json = { "Content-Type": "application/json" };
/** The scope of a signature made now. */
const scopeOf = (accessKeyId: string, service: string) =>
  `${accessKeyId}/${amzDate().slice(0, 8)}/${region}/${service}/aws4_request`;
const amzDate = () => new Date().toISOString().replace(/[-:]|\.\d+/g, "");
const noSignature = "0".repeat(64);
const forged = (service: string, accessKeyId = credentials.accessKeyId) => ({
  Authorization: `AWS4-HMAC-SHA256 Credential=${scopeOf(accessKeyId, service)}, SignedHeaders=host;x-amz-date, Signature=${noSignature}`,
  "X-Amz-Date": amzDate(),
});

describe("access to the sandbox's ports", () => {
  const sandbox = new TestSandbox();
  let ministackUrl = "";
  let keyId: string | undefined;
  let queueUrl = "";
  const kms = () => new KMSClient(sandbox.clientOptions(region));

  before(async function () {
    // The first run on a machine installs MiniStack.
    this.timeout(900_000);
    ministackUrl = await startMinistack(sandbox.home, await installMinistack(), { account, region, credentials });
    await sandbox.start(ministackUrl);
    keyId = (await kms().send(new CreateKeyCommand({}))).KeyMetadata?.KeyId;
    const sqs = new SQSClient(sandbox.clientOptions(region));
    queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: "letters" }))).QueueUrl ?? "";
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "dear diary" }));
  });
  afterEach(async () => {
    assert.ok((await kms().send(new DescribeKeyCommand({ KeyId: keyId }))).KeyMetadata, "nothing was wiped");
  });
  after(async () => {
    await stopProcess(sandbox.home, ministackProcess);
    await sandbox.remove();
  });

  it("MiniStack's administration is closed, signed or not, however the path is encoded", async () => {
    for (const [method, path] of [
      ["POST", "/_ministack/reset"],
      ["POST", "/%5Fministack/reset"],
      ["POST", "/%5fministack/rese%74?init=1"],
      ["POST", "/_ministack/config"],
      ["GET", `/_ministack/sqs/messages?QueueUrl=${encodeURIComponent(queueUrl)}`],
      ["GET", "/_ministack/ses/messages"],
      ["GET", "/_ministack/health"],
      ["GET", "/_localstack/health"],
      ["GET", "/_localstack/init"],
    ] as const) {
      for (const headers of [{}, forged("s3"), await signed(sandbox.gateway.endpoint, method, path)]) {
        const answer = await ask(sandbox.gateway.endpoint, method, path, { ...headers, ...json }, "");
        assert.equal(answer.status, 403, `${method} ${path}: ${answer.status} ${answer.body}`);
        assert.doesNotMatch(answer.body, /diary|"services"/);
      }
    }
  });

  it("unsigned requests to services other than ECR are refused", async () => {
    for (const [method, path, headers, body] of [
      ["GET", "/", {}, ""],
      ["GET", "/bucket/object", {}, ""],
      ["PUT", "/bucket", {}, ""],
      ["POST", "/", form, "Action=ListUsers&Version=2010-05-08"],
      ["POST", "/", form, "Action=AssumeRole&RoleArn=arn:aws:iam::123456789012:role/x&RoleSessionName=x"],
      ["POST", "/", form, "Action=GetCallerIdentity&Version=2011-06-15"],
      ["POST", new URL(queueUrl).pathname, form, "Action=ReceiveMessage&Version=2012-11-05"],
      ["GET", `${new URL(queueUrl).pathname}?Action=ReceiveMessage`, {}, ""],
      ["POST", "/", { ...json, "X-Amz-Target": "AmazonSQS.ListQueues" }, "{}"],
      ["POST", "/", { ...json, "X-Amz-Target": "TrentService.ListKeys" }, "{}"],
      ["POST", "/", { ...json, "X-Amz-Target": "CloudApiService.ListResources" }, '{"TypeName":"AWS::SQS::Queue"}'],
      ["GET", "/health", {}, ""],
      ["GET", "/", { Authorization: "Bearer x" }, ""],
      ["GET", "/", { Authorization: "AWS AKIA:signature" }, ""],
      ["GET", "/?AWSAccessKeyId=x&Signature=y&Expires=4000000000", {}, ""],
    ] as const) {
      const answer = await ask(sandbox.gateway.endpoint, method, path, headers, body);
      assert.equal(answer.status, 403, `${method} ${path} ${body}: ${answer.status} ${answer.body}`);
      assert.match(answer.body, /Missing Authentication Token/);
    }
  });

  it("a forged signature is refused, in the header or in a presigned URL", async () => {
    const queue = new URL(queueUrl).pathname;
    const target = (name: string) => ({ "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": name });
    // Among them the sandbox's own key, an account ID, and a name that MiniStack takes for root's.
    for (const accessKeyId of [credentials.accessKeyId, account, "222222222222", "test", "AKIAUNKNOWN"]) {
      const by = (service: string) => forged(service, accessKeyId);
      const presigned = (service: string) =>
        new URLSearchParams({
          "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
          "X-Amz-Credential": scopeOf(accessKeyId, service),
          "X-Amz-Date": amzDate(),
          "X-Amz-Expires": "3600",
          "X-Amz-SignedHeaders": "host",
          "X-Amz-Signature": noSignature,
        });
      for (const [method, path, headers, body] of [
        ["GET", "/", by("s3"), ""],
        ["PUT", "/new-bucket", by("s3"), ""],
        ["GET", `/?${presigned("s3")}`, {}, ""],
        ["GET", `/bucket/object?${presigned("s3")}`, {}, ""],
        ["GET", `/?Action=ListUsers&Version=2010-05-08&${presigned("iam")}`, {}, ""],
        ["GET", `/?Action=GetCallerIdentity&Version=2011-06-15&${presigned("sts")}`, {}, ""],
        ["GET", `${queue}?Action=ReceiveMessage&${presigned("sqs")}`, {}, ""],
        ["POST", "/", { ...form, ...by("iam") }, "Action=ListUsers&Version=2010-05-08"],
        ["POST", "/", { ...form, ...by("sts") }, "Action=GetSessionToken&Version=2011-06-15"],
        ["POST", queue, { ...form, ...by("sqs") }, "Action=ReceiveMessage&Version=2012-11-05"],
        ["POST", "/", { ...by("sqs"), ...target("AmazonSQS.ReceiveMessage") }, JSON.stringify({ QueueUrl: queueUrl })],
        ["POST", "/", { ...by("kms"), ...target("TrentService.ListKeys") }, "{}"],
        [
          "POST",
          "/",
          { ...by("cloudcontrolapi"), ...target("CloudApiService.ListResources") },
          '{"TypeName":"AWS::SQS::Queue"}',
        ],
        ["POST", "/", { ...by("ecr"), ...target("AmazonEC2ContainerRegistry_V20150921.DescribeRegistry") }, "{}"],
        ["GET", "/2015-03-31/functions/", by("lambda"), ""],
      ] as const) {
        const answer = await ask(sandbox.gateway.endpoint, method, path, headers, body);
        const what = `${accessKeyId} ${method} ${path} ${body}: ${answer.status} ${answer.body}`;
        assert.ok(answer.status >= 400 && answer.status < 500, what);
        assert.doesNotMatch(answer.body, /diary|ListAllMyBucketsResult|KeyArn|<UserName>|SecretAccessKey/, what);
      }
    }
  });

  it("AssumeRoleWithWebIdentity needs no signature, as in AWS", async () => {
    const body = new URLSearchParams({
      Action: "AssumeRoleWithWebIdentity",
      Version: "2011-06-15",
      RoleArn: `arn:aws:iam::${account}:role/none`,
      RoleSessionName: "x",
      WebIdentityToken: "e30.e30.e30",
    });
    const answer = await ask(sandbox.gateway.endpoint, "POST", "/", form, body.toString());
    assert.doesNotMatch(answer.body, /Missing Authentication Token/);
    assert.match(answer.body, /<ErrorResponse|<Error>/, "STS' own refusal");
  });

  it("MiniStack's own port answers only requests with this sandbox's secret", async () => {
    const secret = ministackSecret(sandbox.home);
    const signature = await signed(ministackUrl, "GET", "/");
    for (const headers of [{}, signature, { [ministackSecretHeader]: "" }, { [ministackSecretHeader]: `${secret}0` }]) {
      for (const path of ["/", "/health", "/_ministack/health", "/_ministack/reset"]) {
        const answer = await ask(ministackUrl, path.endsWith("reset") ? "POST" : "GET", path, headers);
        assert.equal(answer.status, 403, `${path}: ${answer.body}`);
      }
    }
    const known = { [ministackSecretHeader]: secret };
    assert.equal((await ask(ministackUrl, "GET", "/health", known)).status, 200);
    assert.equal((await ask(ministackUrl, "POST", "/_ministack/reset", known)).status, 403, "not even the gateway");
    const { status } = await ask(ministackUrl, "GET", "/health", {
      Connection: "Upgrade",
      Upgrade: "h2c",
      "HTTP2-Settings": "",
    });
    assert.notEqual(status, 200, "by no other protocol");
  });

  it("a foreign Host is refused at every port and path, which prevents DNS rebinding", async () => {
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName: "rebound" }));
    const { endpoint, publicRegistry, registries } = sandbox.gateway;
    const places = [
      [endpoint, "GET", healthPath, ""],
      [endpoint, "POST", clockPath, '{"advanceSeconds":86400}'],
      [endpoint, "POST", lifecyclePath, "{}"],
      [endpoint, "POST", faultsPath, "{}"],
      [endpoint, "POST", "/", "{}"],
      ...registries.map((registry) => [registry, "GET", "/v2/", ""]),
      [publicRegistry, "GET", "/token/", ""],
    ] as [string, string, string, string][];
    const { port } = new URL(endpoint);
    for (const [address, method, path, body] of places) {
      for (const host of [
        "evil.example",
        `evil.example:${port}`,
        "127.0.0.1.evil.example",
        "evil.localhost.example",
        "localhost.",
        "0.0.0.0",
        "127.0.0.1@evil.example",
      ]) {
        const answer = await ask(address, method, path, { ...json, Host: host }, body);
        assert.equal(answer.status, 403, `${address}${path} as ${host}: ${answer.status}`);
        assert.match(answer.body, /Host: found/);
      }
      for (const host of ["localhost", "127.0.0.1:1", "bucket.localhost:4566"]) {
        const answer = await ask(address, method, path, { ...json, Host: host }, body);
        assert.doesNotMatch(answer.body, /Host: found/, `${path} as ${host}`);
      }
    }
    for (const hosts of ["Host: 127.0.0.1\r\nHost: evil.example", "Host: evil.example\r\nHost: 127.0.0.1", "X: y"]) {
      for (const version of ["1.0", "1.1"]) {
        const text = await askRaw(endpoint, `GET ${healthPath} HTTP/${version}\r\n${hosts}\r\n\r\n`);
        assert.match(text, /^HTTP\/1\.1 40[03] /, `${hosts} in ${version}`);
      }
    }
  });

  it("another site's page is refused by Origin and Sec-Fetch-Site, and its preflights too", async () => {
    const { endpoint, publicRegistry, registries } = sandbox.gateway;
    const places = [[endpoint, healthPath], ...registries.map((each) => [each, "/v2/"]), [publicRegistry, "/token/"]];
    for (const [address = "", path = ""] of places) {
      for (const headers of [
        { Origin: "https://evil.example" },
        { Origin: "null" },
        { Origin: "http://127.0.0.1:1" },
        { "Sec-Fetch-Site": "cross-site" },
        { "Sec-Fetch-Site": "same-site" },
      ]) {
        const answer = await ask(address, "GET", path, headers);
        assert.equal(answer.status, 403, `${address}${path} ${JSON.stringify(headers)}`);
      }
      const preflight = await ask(address, "OPTIONS", path, {
        Origin: "https://evil.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
      });
      assert.equal(preflight.status, 403);
      assert.deepEqual(
        Object.keys(preflight.headers).filter((name) => name.startsWith("access-control")),
        [],
      );
      const own = { Origin: new URL(address.includes("://") ? address : `http://${address}`).origin };
      assert.notEqual((await ask(address, "GET", path, own)).status, 403, "its own origin");
    }
  });

  it("a response from MiniStack has no CORS headers", async () => {
    const answer = await ask(sandbox.gateway.endpoint, "GET", "/", await signed(sandbox.gateway.endpoint, "GET", "/"));
    assert.equal(answer.status, 200);
    assert.match(answer.body, /ListAllMyBucketsResult/, "a good signature is answered");
    assert.deepEqual(
      Object.keys(answer.headers).filter((name) => name.startsWith("access-control")),
      [],
    );
  });

  it("unknown load balancer names are refused, and no connection is upgraded to another protocol", async () => {
    for (const host of [`none-1.${region}.elb.amazonaws.com`, "none.alb.localhost:4566"]) {
      for (const path of ["/", "/_ministack/health", "/health"]) {
        const answer = await ask(sandbox.gateway.endpoint, "GET", path, { Host: host });
        assert.equal(answer.status, 403, `${host}${path}: ${answer.body}`);
      }
    }
    for (const upgrade of ["websocket", "h2c"]) {
      const headers = {
        Connection: "Upgrade",
        Upgrade: upgrade,
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "a",
      };
      const answer = await ask(sandbox.gateway.endpoint, "GET", "/", { ...headers, ...forged("s3") });
      assert.ok(answer.status >= 400, `${upgrade}: ${answer.status}`);
    }
  });
});

/** The headers of an empty S3 request signed as the sandbox's own root. */
async function signed(address: string, method: string, path: string): Promise<Record<string, string>> {
  const { host, pathname, searchParams } = new URL(`http://${new URL(address).host}${path}`);
  const signer = new SignatureV4({ service: "s3", region, credentials, sha256: Sha256, uriEscapePath: false });
  const { headers } = await signer.sign({
    method,
    protocol: "http:",
    hostname: host,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { host, "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
  });
  return headers;
}
