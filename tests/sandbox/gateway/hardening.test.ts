import assert from "node:assert/strict";
import * as net from "node:net";
import { CreateRepositoryCommand } from "@aws-sdk/client-ecr";
import { uniqueName, useSandbox } from "./harness";
import { ociManifestType, privateClient, publicClient, publicToken, refusal } from "./registryClient";

const mebibyte = 1024 * 1024;

describe("gateway: oversized and malformed requests", function () {
  this.timeout(20_000);
  const sandbox = useSandbox();

  it("are rejected by the API, with an answer even while the client is still sending", async () => {
    const call = (body: string | Buffer) =>
      fetch(sandbox.gateway.endpoint, {
        method: "POST",
        headers: { "X-Amz-Target": "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories" },
        body,
      });
    const long = await call(Buffer.alloc(64 * mebibyte, "x"));
    assert.equal(long.status, 413);
    for (const body of ["{", "[]", '"text"', "\u0000"]) {
      const answer = await call(body);
      assert.ok(answer.status >= 400 && answer.status < 500, `${body}: ${answer.status}`);
    }
  });

  it("are rejected as manifests", async () => {
    const repositoryName = uniqueName("hard");
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName }));
    const client = await privateClient(sandbox);
    const put = (body: Buffer | string) =>
      client.request("PUT", `/v2/${repositoryName}/manifests/v1`, {
        headers: { "Content-Type": ociManifestType },
        body,
      });
    const long = await put(Buffer.alloc(64 * mebibyte, "x"));
    assert.deepEqual([long.status, (await refusal(long)).code], [413, "MANIFEST_INVALID"]);
    for (const body of [
      "",
      "{",
      "null",
      "[]",
      '{"schemaVersion":2}',
      '{"__proto__":{"config":1}}',
      Buffer.from([0xff, 0xfe]),
    ]) {
      const answer = await put(body);
      assert.deepEqual([answer.status, (await refusal(answer)).code], [405, "UNSUPPORTED"], String(body));
    }
    assert.equal((await client.getManifest(repositoryName, "v1")).status, 404);
  });

  it("are rejected by the token endpoint", async () => {
    const url = `http://${sandbox.gateway.publicRegistry}/token/`;
    const long = await fetch(url, { method: "POST", body: `password=${"x".repeat(8 * mebibyte)}` });
    assert.equal(long.status, 413);
    assert.equal((await fetch(url, { method: "POST", body: "%%%" })).status, 400);
    for (const authorization of ["Basic", "Basic !!!", "Basic QVdT", `Basic ${"A".repeat(10_000)}`, "Bearer x"]) {
      assert.equal((await fetch(url, { headers: { Authorization: authorization } })).status, 401, authorization);
    }
    const owner = await publicClient(sandbox, await publicToken(sandbox));
    assert.equal((await owner.request("GET", "/v2/")).status, 200, "and it goes on");
  });

  it("close a connection that is not HTTP; the gateway listens on the loopback address only", async () => {
    const [host = "", port = ""] = sandbox.gateway.privateRegistry.split(":");
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = net.connect(Number(port), host, () => socket.write("\u0016\u0003\u0001 no HTTP\r\n\r\n"));
      let text = "";
      socket.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      socket.on("error", reject);
      socket.on("close", () => resolve(text));
    });
    assert.match(answer, /^HTTP\/1\.1 400 /);
    for (const address of [
      sandbox.gateway.publicRegistry,
      sandbox.gateway.privateRegistry,
      ...sandbox.gateway.registries,
    ]) {
      assert.match(address, /^127\.0\.0\.1:\d+$/);
    }
  });
});
