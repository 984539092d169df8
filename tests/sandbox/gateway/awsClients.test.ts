import assert from "node:assert/strict";
import * as path from "node:path";
import { installAwsCli } from "../../../sandbox/services/awsCli";
import { run } from "../../../sandbox/system/commands";
import { account, credentials, region, useSandbox } from "./harness";
import { pythonWithBoto3 } from "./moto";
import { RegistryClient, testImage } from "./registryClient";

/** The other gateway tests use the AWS SDK for JavaScript. */
describe("gateway: the AWS CLI and boto3", () => {
  const sandbox = useSandbox();
  let aws: string;
  let python: string;
  before(async function () {
    // The first run on a machine installs both.
    this.timeout(900_000);
    [aws, python] = await Promise.all([installAwsCli(), pythonWithBoto3()]);
  });

  const environment = () => ({
    PATH: process.env["PATH"],
    HOME: sandbox.home,
    AWS_ENDPOINT_URL: sandbox.gateway.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PAGER: "",
  });
  const cli = (...args: string[]) => run(aws, args, { env: environment() });
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli(...args, "--output", "json");
    assert.equal(code, 0, stderr);
    return stdout === "" ? {} : JSON.parse(stdout);
  };

  it("the AWS CLI creates a repository, logs in, lists a pushed image, and gets ECR's errors", async function () {
    this.timeout(900_000);
    const { repository } = await json(
      "ecr",
      "create-repository",
      "--repository-name",
      "cli",
      "--tags",
      "Key=a,Value=b",
    );
    assert.equal(repository.repositoryArn, `arn:aws:ecr:${region}:${account}:repository/cli`);
    const { stdout: password } = await cli("ecr", "get-login-password");
    const [host = ""] = String(repository.repositoryUri).split("/");
    const client = new RegistryClient(host, `Basic ${Buffer.from(`AWS:${password.trim()}`).toString("base64")}`);
    assert.equal((await client.push("cli", "v1", testImage("cli"))).status, 201);
    const { imageIds } = await json("ecr", "list-images", "--repository-name", "cli");
    assert.deepEqual(imageIds, [{ imageDigest: testImage("cli").digest, imageTag: "v1" }]);
    const refused = await cli("ecr", "delete-repository", "--repository-name", "cli");
    assert.equal(refused.code, 255);
    assert.match(
      refused.stderr,
      /An error occurred \(RepositoryNotEmptyException\) when calling the DeleteRepository operation: The repository with name 'cli' in registry with id '123456789012' cannot be deleted because it still contains images/,
    );
    const { registries } = await json("ecr-public", "describe-registries", "--region", "us-east-1");
    assert.equal(registries[0].registryId, account);
    assert.deepEqual(await json("ecr", "delete-repository", "--repository-name", "cli", "--force").then(Object.keys), [
      "repository",
    ]);
  });

  it("boto3 paginates, waits, uploads layers, and raises the service's exceptions", async function () {
    this.timeout(900_000);
    const program = path.join(__dirname, "boto3Client.py");
    const { code, stdout, stderr } = await run(python, [program], { env: environment() });
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), {
      names: [["boto-a", "boto-b"], ["boto-c"]],
      exists: `The repository with name 'boto-a' already exists in the registry with id '${account}'`,
      invalid: "InvalidParameterException",
      image: [["v1"], 7, "COMPLETE", false],
      pushed: true,
      login: ["AWS", `http://${sandbox.gateway.privateRegistry}`],
      catalog: ["from boto3", true],
    });
  });
});
