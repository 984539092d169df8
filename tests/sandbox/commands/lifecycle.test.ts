import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { DescribeImagesCommand, ECRClient, PutLifecyclePolicyCommand } from "@aws-sdk/client-ecr";
import { ECSClient, RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { lifecyclePolicyFromRules, lifecyclePolicyText } from "../../../ecr/lifecyclePolicy";
import { bundle } from "../../cli/bundledCli";
import { digestOf, ociIndexType, testImage } from "../gateway/registryClient";
import { TestAccount } from "./account";

interface Previewed {
  repositories: {
    name: string;
    images: number;
    events: { digest: string; action: string; rule: number; bucket: number; deployedBy: string[] }[];
    deployedThatGo: string[];
    releasesThatGo: string[];
    differences: object[];
    expiresMore?: string[];
    unknown: string[];
  }[];
}

const lambdaTrust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

describe("the lifecycle command on the local AWS", function () {
  this.timeout(900_000);
  const repositoryName = "team/petclinic";
  let account: TestAccount;
  let cli = "";
  let uri = "";
  const digests: Record<string, string> = {};

  before(async () => {
    account = new TestAccount();
    cli = await bundle();
    uri = await account.createRepository(repositoryName);
    for (const [name, reference] of [
      ["one", "src-1"],
      ["two", "src-2"],
      ["three", "src-3"],
      ["release", "v1.0.0"],
      ["child", ""],
      ["loose", ""],
    ] as const) {
      const image = testImage(`${account.id} ${name}`);
      digests[name] = image.digest;
      await account.push(repositoryName, reference || image.digest, image);
    }
    const one = testImage("");
    const child = { mediaType: one.mediaType, digest: digests["child"], size: 400 };
    const manifest = JSON.stringify({ schemaVersion: 2, mediaType: ociIndexType, manifests: [child] });
    digests["index"] = digestOf(manifest);
    await account.push(repositoryName, "src-4", {
      ...one,
      manifest,
      mediaType: ociIndexType,
      digest: digestOf(manifest),
    });
    await new ECRClient(account.clientOptions).send(
      new PutLifecyclePolicyCommand({
        repositoryName,
        lifecyclePolicyText: lifecyclePolicyText(
          lifecyclePolicyFromRules([
            { images: { tagPrefixes: ["src-"] }, keepNewest: 2 },
            { images: { tagPatterns: ["v*"] }, expireAfterDays: 5 },
            { images: "untagged", keepNewest: 1 },
          ]),
        ),
      }),
    );
    const arn = `arn:aws:ecr:${account.region}:${account.id}:repository/${repositoryName}`;
    await account.createStack("prod", {
      privateRepositories: { petclinic: { arn, name: repositoryName } },
      images: { petclinic: { reference: `${uri}@${digests["three"]}` } },
    });
    await new ECSClient(account.clientOptions).send(
      new RegisterTaskDefinitionCommand({
        family: `web-${account.id}`,
        containerDefinitions: [{ name: "web", image: `${uri}:src-1`, memory: 64 }],
      }),
    );
    const RoleName = `visits-${account.id}`;
    const { Role } = await new IAMClient(account.clientOptions).send(
      new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: lambdaTrust }),
    );
    await new LambdaClient(account.clientOptions).send(
      new CreateFunctionCommand({
        FunctionName: `visits-${account.id}`,
        PackageType: "Image",
        Code: { ImageUri: `${uri}@${digests["two"]}` },
        Role: Role?.Arn,
      }),
    );
  });
  after(() => account.remove());

  const lifecycle = (...args: string[]) => account.run(process.execPath, cli, "lifecycle", ...args);

  async function preview(...args: string[]) {
    const { code, stdout, stderr } = await lifecycle("preview", "--json", ...args);
    // Slow steps print their progress there.
    assert.equal(stderr.replace(/^… .*\n/gm, ""), "");
    const { repositories } = JSON.parse(stdout) as Previewed;
    assert.ok(repositories[0]);
    return { code, repository: repositories[0], repositories };
  }

  it("lists the images to delete, as ECR's preview and then ECR do, and exits with 2 for deployed ones", async () => {
    const { code, repository } = await preview("--stack", "prod", "--compare");
    assert.equal(code, 2);
    assert.equal(repository.images, 7);
    assert.deepEqual(repository.unknown, []);
    assert.deepEqual(repository.differences, []);
    const today = repository.events.filter(({ bucket }) => bucket === 0);
    const names = (found: string[]) =>
      found.map((each) => Object.entries(digests).find(([, d]) => d === each)?.[0]).sort();
    assert.deepEqual(names(today.map(({ digest }) => digest)), ["one", "two"]);
    assert.deepEqual(names(repository.deployedThatGo), ["one", "two"]);
    assert.deepEqual(names(repository.releasesThatGo), ["release"]);
    const runs = Object.fromEntries(repository.events.map(({ digest, deployedBy }) => [digest, deployedBy]));
    assert.deepEqual(runs[digests["one"] ?? ""], [`ECS task definition web-${account.id}:1`]);
    assert.deepEqual(runs[digests["two"] ?? ""], [`Lambda function visits-${account.id}`]);

    // A snapshot gives the same result as AWS, and another policy keeps the deployed images.
    const snapshot = await lifecycle("snapshot", "--stack", "prod", "--out", "snapshot.json");
    assert.match(snapshot.stdout, /1 repositories, 7 images/);
    const policy = path.join(account.directory, "policy.json");
    fs.writeFileSync(policy, JSON.stringify([{ images: "untagged", expireAfterDays: 30 }]));
    const offline = await preview("--images", "snapshot.json");
    assert.deepEqual(offline.repository.deployedThatGo, repository.deployedThatGo);
    const calm = await preview("--images", "snapshot.json", "--policy", policy);
    assert.equal(calm.code, 0);
    assert.deepEqual(names(calm.repository.expiresMore ?? []), ["loose"]);
    const text = await lifecycle("preview", "--images", "snapshot.json");
    assert.equal(text.code, 2);
    assert.match(
      text.stdout,
      new RegExp(`DEPLOYED: rule 1 deletes src-1 .* run by ECS task definition web-${account.id}:1`),
    );

    const answer = await fetch(`${process.env["AWS_ENDPOINT_URL"]}/_sandbox/lifecycle`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: "{}",
    });
    assert.equal(answer.status, 200);
    const { imageDetails = [] } = await new ECRClient(account.clientOptions).send(
      new DescribeImagesCommand({ repositoryName, filter: { imageStatus: "ANY" } }),
    );
    const gone = new Set(today.map(({ digest }) => digest));
    assert.deepEqual(
      imageDetails.map(({ imageDigest }) => imageDigest).sort(),
      Object.values(digests)
        .filter((digest) => !gone.has(digest))
        .sort(),
    );
  });

  it("reads a repository without a stack, and deployed digests from consumers' stacks", async () => {
    await account.createStack("consumer", { service: { image: `${uri}@${digests["release"]}` } });
    const args = ["--repository", repositoryName, "--consumer", "consumer"];
    const { code, repository } = await preview(...args, "--within", "5");
    assert.equal(code, 2);
    assert.deepEqual(repository.deployedThatGo, [digests["release"]]);
    assert.equal((await preview(...args, "--within", "4")).code, 0);
  });

  it("names invalid arguments and files, and exits with 1", async () => {
    fs.writeFileSync(path.join(account.directory, "bad.json"), '{"rules":[]}');
    const cases = [
      [["preview", "--stack", "absent"], /no stack named 'absent'/],
      [["preview", "--repository", "absent"], /absent in .* cannot be read: RepositoryNotFoundException/],
      [
        ["preview", "--stack", "prod", "--repository", "absent"],
        /--repository: found absent\. Must be private repositories in the stack's outputs/,
      ],
      [["preview", "--images", "snapshot.json", "--policy", "bad.json"], /bad\.json\.rules: .* 1 to 50 rules/],
      [["preview", "--images", "policy.json"], /policy\.json\.version/],
      [["preview", "--images", "snapshot.json", "--repository", "x"], /snapshot\.json has no repository x/],
      [["preview", "--images", "snapshot.json", "--at", "noon"], /--at <time>.*Write it as/s],
      [["preview", "--images", "snapshot.json", "--within", "-1"], /Write a whole number/],
      [["preview", "--images", "snapshot.json", "--release-tags", "("], /--release-tags/],
    ] as const;
    const results = await Promise.all(cases.map(([args]) => lifecycle(...args)));
    cases.forEach(([args, message], index) => {
      assert.match(results[index]?.stderr ?? "", message);
      assert.equal(results[index]?.code, 1, args.join(" "));
    });
  });
});
