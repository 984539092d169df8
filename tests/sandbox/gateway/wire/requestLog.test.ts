import assert from "node:assert/strict";
import { DescribeRepositoriesCommand } from "@aws-sdk/client-ecr";
import { waitUntil } from "../../../../sandbox/system/waitUntil";
import { credentials, useSandbox } from "../harness";
import { privateClient, privateToken } from "../registryClient";

describe("gateway: request log", () => {
  const sandbox = useSandbox();

  /** The log lines of an exchange, without their durations. */
  async function loggedLines(count: number, exchange: () => Promise<unknown>): Promise<string[]> {
    sandbox.requests.length = 0;
    await exchange();
    await waitUntil(async () => sandbox.requests.length >= count, 50_000, 5);
    return sandbox.requests.map((line) => line.replace(/, \d+ ms$/, ""));
  }

  it("shows the operation, the caller and the status, with the code of an error", async () => {
    const name = await sandbox.createRepository("told");
    const by = credentials.accessKeyId;
    const ecr = sandbox.ecr();
    assert.deepEqual(
      await loggedLines(1, () => ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }))),
      [`ecr DescribeRepositories by ${by}: 200`],
    );
    const missing = ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ["none"] })).catch(() => {});
    assert.deepEqual(await loggedLines(1, () => missing), [
      `ecr DescribeRepositories by ${by}: 400 RepositoryNotFoundException`,
    ]);
  });

  it("shows the method and path of the registry protocol, but neither login nor query", async () => {
    const name = await sandbox.createRepository("told");
    const { token, host } = await privateToken(sandbox);
    const client = await privateClient(sandbox);
    const lines = await loggedLines(2, async () => {
      await client.request("GET", `/v2/${name}/manifests/v1?secret=1`);
      await fetch(`http://${host}/v2/`);
    });
    assert.deepEqual(lines, [
      `GET /v2/${name}/manifests/v1 by a registry login: 404 MANIFEST_UNKNOWN`,
      "GET /v2/ by nobody: 401 UNAUTHORIZED",
    ]);
    assert.ok(!sandbox.requests.some((line) => line.includes(token)));
  });

  it("omits health checks and terminal control characters", async () => {
    const lines = await loggedLines(1, async () => {
      await fetch(`${sandbox.gateway.endpoint}/_sandbox/health`);
      await fetch(`${sandbox.gateway.endpoint}/`, { headers: { "X-Amz-Target": "a.\u0085b" } });
    });
    assert.equal(lines.length, 1);
    assert.doesNotMatch(lines[0] ?? "", /\u0085/);
  });
});
