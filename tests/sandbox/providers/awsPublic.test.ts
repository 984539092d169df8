import * as assert from "node:assert/strict";
import { deploy, startAws } from "./awsHarness";
import { type AwsServer, scriptEcr } from "./awsServer";
import type { Engine } from "./harness";

const repository = "aws:ecrpublic/repository:Repository";
const policyType = "aws:ecrpublic/repositoryPolicy:RepositoryPolicy";

describe("ECR Public of the aws stand-in", () => {
  let engine: Engine;
  let server: AwsServer;
  let repositories: Map<string, Record<string, unknown>>;
  let stop: () => void;

  beforeEach(async () => {
    ({ engine, server, stop } = await startAws());
    repositories = scriptEcr(server);
  });
  afterEach(() => stop());

  const logo = Buffer.from("a logo").toString("base64");
  const news = {
    repositoryName: "petclinic",
    region: "us-east-1",
    catalogData: {
      architectures: ["x86-64", "ARM 64"],
      description: "Spring PetClinic Demo",
      logoImageBlob: logo,
      operatingSystems: ["Linux"],
    },
    tags: { a: "b" },
  };

  it("limits texts by bytes, as the released provider does, and accepts any architecture", async () => {
    const check = async (catalogData: object) => (await engine.check(repository, { ...news, catalogData })).failures;
    const longest = {
      description: `${"한".repeat(341)}x`,
      aboutText: `${"한".repeat(3_413)}x`,
      architectures: ["amd64"],
    };
    assert.deepEqual(await check(longest), []);
    const failures = (await check({ description: "한".repeat(342), aboutText: "한".repeat(3_414) })).join("\n");
    assert.match(failures, /description: .*expected at most 1024 bytes/);
    assert.match(failures, /aboutText: .*expected at most 10240 bytes/);
  });

  it("creates a repository with its catalog data, whose logo the service does not return", async () => {
    const deployed = await deploy(engine, repository, news);
    const create = server.calls.find((call) => call.operation === "CreateRepository");
    assert.deepEqual([create?.service, create?.region], ["ecr-public", "us-east-1"]);
    assert.deepEqual(create?.input["catalogData"], news.catalogData);
    assert.deepEqual(deployed.outputs, {
      ...news,
      arn: "arn:aws:ecr-public::123456789012:repository/petclinic",
      forceDestroy: false,
      registryId: "123456789012",
      repositoryUri: "localhost:1/petclinic",
      tagsAll: { a: "b" },
    });
    const refreshed = await engine.read(repository, "petclinic", deployed);
    assert.deepEqual([refreshed.inputs, refreshed.outputs], [deployed.inputs, deployed.outputs]);
    assert.deepEqual((await engine.diff(repository, "petclinic", deployed, deployed.inputs)).changes, {});
  });

  it("ignores the order of architectures, and updates the catalog data in place", async () => {
    const deployed = await deploy(engine, repository, news);
    const differ = async (catalogData: unknown) => {
      const { inputs } = await engine.check(repository, { ...news, catalogData }, deployed.inputs);
      return { inputs, ...(await engine.diff(repository, "petclinic", deployed, inputs)) };
    };
    const reordered = { ...news.catalogData, architectures: ["ARM 64", "x86-64"] };
    assert.deepEqual((await differ(reordered)).changes, {});
    const other = await differ({ ...news.catalogData, description: "Other", architectures: ["x86-64"] });
    assert.deepEqual(other.changes, {
      "catalogData.architectures": { kind: "update", replace: false },
      "catalogData.description": { kind: "update", replace: false },
    });
    server.takeCalls();
    const updated = await engine.update(repository, "petclinic", deployed, other.inputs);
    assert.equal(server.takeCalls()[0], "PutRepositoryCatalogData");
    assert.deepEqual(updated["catalogData"], { ...news.catalogData, description: "Other", architectures: ["x86-64"] });
  });

  it("accepts us-east-1 only, whatever the provider's region", async () => {
    const { region, ...without } = news;
    assert.equal(region, "us-east-1");
    for (const bad of [without, { ...news, region: "eu-west-1" }]) {
      const { failures } = await engine.check(repository, bad);
      assert.match(failures.join(), /ECR Public repositories are managed in us-east-1 only; set region: "us-east-1"/);
    }
    await assert.rejects(
      engine.invoke("aws:ecrpublic/getAuthorizationToken:getAuthorizationToken"),
      /region: "ap-northeast-2": ECR Public has its API in us-east-1 and us-west-2 only/,
    );
  });

  it("rejects a name, a logo and texts that ECR Public does not accept, all at once", async () => {
    const { failures } = await engine.check(repository, {
      ...news,
      repositoryName: "Pet--Clinic",
      catalogData: { description: "d".repeat(1025), logoImageBlob: "not base64!", badge: "x" },
    });
    const text = failures.join("\n");
    assert.match(text, /repositoryName: "Pet--Clinic": expected lower case/);
    assert.match(text, /catalogData\.description: .*at most 1024 bytes/);
    assert.match(text, /catalogData\.logoImageBlob: "not base64!": expected the logo's bytes in base64/);
    assert.match(text, /catalogData\.\{badge\}/);
  });

  it("deletes a repository with images only with forceDestroy", async () => {
    const { outputs } = await deploy(engine, repository, news);
    Object.assign(repositories.get("ecr-public/us-east-1/petclinic") ?? {}, { images: [{}] });
    await assert.rejects(engine.delete(repository, "petclinic", outputs), /RepositoryNotEmptyException/);
    await engine.delete(repository, "petclinic", { ...outputs, forceDestroy: true });
    assert.equal(repositories.size, 0);
  });

  it("sets, compares and removes a repository policy", async () => {
    await deploy(engine, repository, news);
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: "*", Action: "ecr-public:x" }],
    });
    const deployed = await deploy(engine, policyType, { repositoryName: "petclinic", region: "us-east-1", policy });
    assert.equal(deployed.id, "petclinic");
    const spaced = JSON.stringify(JSON.parse(policy), undefined, 2);
    assert.deepEqual(
      (await engine.diff(policyType, "petclinic", deployed, { ...deployed.inputs, policy: spaced })).changes,
      {},
    );
    await engine.delete(policyType, "petclinic", deployed.outputs);
    assert.equal((await engine.read(policyType, "petclinic", deployed)).id, "");
  });
});
