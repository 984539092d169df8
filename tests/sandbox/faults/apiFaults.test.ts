import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { DescribeRepositoriesCommand, type ECRClient } from "@aws-sdk/client-ecr";
import { awsProvider } from "../../../sandbox/providers/aws/provider";
import { credentials, useSandbox } from "../gateway/harness";
import { deploy, remove } from "../providers/awsHarness";
import { Engine } from "../providers/harness";
import { type Fault, injectFaults, remainingFaults } from "./control";

const type = "aws:ecr/repository:Repository";
/** The provider's default: one call and two retries. */
const attempts = 3;

/** What the provider's create, read and delete make of throttling, failures and dropped connections. */
describe("faults: in API calls", function () {
  this.timeout(900_000);
  const sandbox = useSandbox();
  let engine: Engine;
  let account: string;

  beforeEach(async () => {
    account = String(randomInt(100_000_000_000, 999_999_999_999));
    const { endpoint } = sandbox.gateway;
    engine = await Engine.start(awsProvider("7.48.0"));
    await engine.configure({
      region: "ap-northeast-2",
      accessKey: account,
      secretKey: credentials.secretAccessKey,
      skipCredentialsValidation: "true",
      skipRequestingAccountId: "true",
      endpoints: JSON.stringify([{ ecr: endpoint }]),
    });
  });
  afterEach(async () => {
    engine.stop();
    await injectFaults(sandbox.gateway.endpoint);
  });

  const inject = (kind: Fault["kind"], operation: string, more: Partial<Fault> = {}) =>
    injectFaults(sandbox.gateway.endpoint, { kind, operation, account, count: attempts - 1, ...more });
  const create = () => deploy(engine, type, { name: "petclinic" });
  const names = async () => {
    const client: ECRClient = sandbox.ecr({ account });
    const { repositories = [] } = await client.send(new DescribeRepositoriesCommand({}));
    return repositories.map(({ repositoryName }) => repositoryName);
  };

  for (const [kind, words] of [
    ["throttling", /StatusCode: 400, .*ThrottlingException: Rate exceeded/],
    ["tooManyRequests", /StatusCode: 429, .*TooManyRequestsException: Too Many Requests/],
    ["serverError", /StatusCode: 500, .*ServerException: /],
    ["drop", /socket hang up|ECONNRESET/],
  ] as const) {
    it(`${kind}: retried until the call succeeds`, async () => {
      await inject(kind, "CreateRepository");
      const made = await create();
      assert.deepEqual(await names(), ["petclinic"]);
      // After throttling the SDK waits half a second or more, so one operation is enough.
      if (kind === "throttling" || kind === "tooManyRequests") return;
      await inject(kind, "DescribeRepositories");
      assert.equal((await engine.read(type, made.id, made)).id, "petclinic");
      await inject(kind, "DeleteRepository");
      await remove(engine, type, made);
      assert.deepEqual(await remainingFaults(sandbox.gateway.endpoint), []);
    });

    it(`${kind}: fails after ${attempts} attempts, with their number and the last reason`, async () => {
      await inject(kind, "CreateRepository", { count: 100 });
      await assert.rejects(create(), ({ message }: Error) => {
        assert.match(message, /operation error ECR: CreateRepository, exceeded maximum number of attempts, 3, /);
        assert.match(message, words);
        return true;
      });
      const [left] = await remainingFaults(sandbox.gateway.endpoint);
      assert.equal(left?.count, 100 - attempts);
      await injectFaults(sandbox.gateway.endpoint);
      assert.deepEqual(await names(), []);
      await create();
    });
  }

  it("lost answer to a deletion: the deletion succeeds", async () => {
    const made = await create();
    await inject("drop", "DeleteRepository", { moment: "answer", count: 1 });
    await engine.delete(type, made.id, made.outputs);
    assert.deepEqual(await names(), []);
  });

  it("lost answer to a creation: fails because the repository exists, which can then be adopted", async () => {
    await inject("drop", "CreateRepository", { moment: "answer", count: 1 });
    await assert.rejects(create(), ({ message }: Error) => {
      assert.match(message, /RepositoryAlreadyExistsException: The repository with name 'petclinic' already exists/);
      assert.doesNotMatch(message, /maximum number of attempts/, "this is no fault that passes");
      return true;
    });
    assert.equal((await engine.read(type, "petclinic")).outputs["name"], "petclinic");
  });

  it("other service errors: not retried", async () => {
    await create();
    await inject("hold", "CreateRepository", { after: 1 });
    await assert.rejects(create(), /RepositoryAlreadyExistsException/);
    const [left] = await remainingFaults(sandbox.gateway.endpoint);
    assert.deepEqual([left?.after, left?.count], [0, attempts - 1], "one call came");
  });
});
