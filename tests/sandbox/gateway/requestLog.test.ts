import assert from "node:assert/strict";
import { DescribeRepositoriesCommand } from "@aws-sdk/client-ecr";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { credentials, useSandbox } from "./harness";
import { privateClient, privateToken } from "./registryClient";

describe("gateway: what it tells of requests", () => {
  const sandbox = useSandbox();

  /** The lines that an exchange brings, without their times. */
  async function told(count: number, exchange: () => Promise<unknown>): Promise<string[]> {
    sandbox.requests.length = 0;
    await exchange();
    await waitUntil(async () => sandbox.requests.length >= count, 10_000, 5);
    return sandbox.requests.map((line) => line.replace(/, \d+ ms$/, ""));
  }

  it("is the operation, the caller and the answer, of refusals with their code", async () => {
    const name = await sandbox.createRepository("told");
    const by = credentials.accessKeyId;
    const ecr = sandbox.ecr();
    assert.deepEqual(await told(1, () => ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }))), [
      `ecr DescribeRepositories by ${by}: 200`,
    ]);
    const missing = ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ["none"] })).catch(() => {});
    assert.deepEqual(await told(1, () => missing), [
      `ecr DescribeRepositories by ${by}: 400 RepositoryNotFoundException`,
    ]);
  });

  it("is the method and the path of the registry protocol, and neither a login nor a query", async () => {
    const name = await sandbox.createRepository("told");
    const { token, host } = await privateToken(sandbox);
    const client = await privateClient(sandbox);
    const lines = await told(2, async () => {
      await client.request("GET", `/v2/${name}/manifests/v1?secret=1`);
      await fetch(`http://${host}/v2/`);
    });
    assert.deepEqual(lines, [
      `GET /v2/${name}/manifests/v1 by a registry login: 404 MANIFEST_UNKNOWN`,
      "GET /v2/ by nobody: 401 UNAUTHORIZED",
    ]);
    assert.ok(!sandbox.requests.some((line) => line.includes(token)));
  });

  it("is nothing of the health check, and has no command to a terminal in it", async () => {
    const lines = await told(1, async () => {
      await fetch(`${sandbox.gateway.endpoint}/_sandbox/health`);
      await fetch(`${sandbox.gateway.endpoint}/`, { headers: { "X-Amz-Target": "a.\u0085b" } });
    });
    assert.equal(lines.length, 1);
    assert.doesNotMatch(lines[0] ?? "", /\u0085/);
  });
});
