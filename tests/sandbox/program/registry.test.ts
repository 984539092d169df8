import assert from "node:assert/strict";
import {
  DescribePullThroughCacheRulesCommand,
  DescribeRegistryCommand,
  DescribeRepositoryCreationTemplatesCommand,
  ECRClient,
  GetAccountSettingCommand,
  GetRegistryPolicyCommand,
  GetRegistryScanningConfigurationCommand,
  ListPullTimeUpdateExclusionsCommand,
} from "@aws-sdk/client-ecr";
import { TestProject } from "./project";

/** A program of nothing but a Registry that says everything, and what differs from test to test. */
const program = (extra = "") => `
import * as pulumi from "@pulumi/pulumi";
import { Registry } from "./components";

const config = new pulumi.Config();
const account = config.require("account");
const registry = new Registry("shared", {
  policy: {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Cache",
        Effect: "Allow",
        Principal: { AWS: \`arn:aws:iam::\${account}:root\` },
        Action: ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
        Resource: [\`arn:aws:ecr:ap-northeast-2:\${account}:repository/docker-hub/*\`],
      },
    ],
  },
  replicateFrom: ["210987654321"],
  scanning: { type: "enhanced", scanOnPush: ["*"], continuous: ["prod*"] },
  replication: [
    { regions: ["us-east-1", "eu-west-1"], repositories: ["prod/"] },
    { regions: ["ap-northeast-2"], accounts: ["210987654321"] },
  ],
  pullThroughCache: [
    { upstream: "ecr-public" },
    { upstream: "docker-hub", credential: { username: "pets", accessToken: config.requireSecret("token") } },
    { upstream: "210987654321.dkr.ecr.us-east-1.amazonaws.com", prefix: "golden", createRole: true },
  ],
  creationTemplates: [
    { prefix: "docker-hub", appliedFor: ["PULL_THROUGH_CACHE"] },
    { prefix: "team/a", appliedFor: ["CREATE_ON_PUSH"], exclusionFilters: ["latest"], resourceTags: { team: "a" } },
    { prefix: "ROOT", appliedFor: ["CREATE_ON_PUSH"], encryption: "aes256", lifecyclePolicy: false },
  ],
  accountSettings: { basicScanTypeVersion: "AWS_NATIVE", registryPolicyScope: "V2", blobMounting: true },
  pullTimeExclusions: [\`arn:aws:iam::\${account}:role/scanner\`],
  tags: { team: "platform" },
});
${extra}
export const url = registry.url;
export const cacheUrls = registry.cacheUrls;
`;

describe("Registry with the real CLI", function () {
  this.timeout(120_000);
  let project: TestProject;
  let ecr: ECRClient;

  before(async () => {
    project = new TestProject();
    const credentials = { accessKeyId: project.account, secretAccessKey: process.env["AWS_SECRET_ACCESS_KEY"] ?? "" };
    ecr = new ECRClient({ region: "ap-northeast-2", credentials });
    await project.init();
    project.write("Pulumi.local.yaml", `config:\n  aws:region: ap-northeast-2\n  ecr:account: "${project.account}"\n`);
    // The project's own config is described there; this program has another.
    project.write("Pulumi.yaml", "name: ecr\nruntime:\n  name: nodejs\n  options:\n    typescript: true\n");
    await project.mustPulumi("config", "set", "--secret", "token", "the-token");
    project.write("index.ts", program());
  });
  after(() => {
    ecr.destroy();
    project.remove();
  });

  it("sets all that a registry has, and keeps the credential a secret", async () => {
    await project.up();
    const { account } = project;
    const registry = `${account}.dkr.ecr.ap-northeast-2.amazonaws.com`;
    const state = (await project.mustPulumi("stack", "export")).stdout;
    assert.doesNotMatch(state, /the-token/);
    const [stack] = (JSON.parse(state) as { deployment: { resources: { outputs: unknown }[] } }).deployment.resources;
    assert.deepEqual(stack?.outputs, {
      url: registry,
      cacheUrls: {
        "docker-hub": `${registry}/docker-hub`,
        "ecr-public": `${registry}/ecr-public`,
        golden: `${registry}/golden`,
      },
    });

    const { policyText = "" } = await ecr.send(new GetRegistryPolicyCommand({}));
    assert.deepEqual(
      (JSON.parse(policyText) as { Statement: { Sid: string }[] }).Statement.map(({ Sid }) => Sid),
      ["Cache", "ReplicateFrom"],
    );
    assert.deepEqual(await scanning(), {
      scanType: "ENHANCED",
      rules: [
        { scanFrequency: "SCAN_ON_PUSH", repositoryFilters: [{ filter: "*", filterType: "WILDCARD" }] },
        { scanFrequency: "CONTINUOUS_SCAN", repositoryFilters: [{ filter: "prod*", filterType: "WILDCARD" }] },
      ],
    });
    assert.deepEqual(await replication(), [
      {
        destinations: [
          { region: "us-east-1", registryId: account },
          { region: "eu-west-1", registryId: account },
        ],
        repositoryFilters: [{ filter: "prod/", filterType: "PREFIX_MATCH" }],
      },
      { destinations: [{ region: "ap-northeast-2", registryId: "210987654321" }] },
    ]);

    const rules = new Map((await cacheRules()).map((rule) => [rule.ecrRepositoryPrefix, rule]));
    assert.deepEqual([...rules.keys()].sort(), ["docker-hub", "ecr-public", "golden"]);
    assert.match(rules.get("docker-hub")?.credentialArn ?? "", /:secret:ecr-pullthroughcache\/shared-docker-hub-/);
    assert.match(rules.get("golden")?.customRoleArn ?? "", /:role\/shared-pull-through-cache-/);
    const { SecretString } = await project.aws<{ SecretString: string }>(
      "secretsmanager",
      "get-secret-value",
      "--secret-id",
      rules.get("docker-hub")?.credentialArn ?? "",
    );
    assert.deepEqual(JSON.parse(SecretString), { username: "pets", accessToken: "the-token" });

    assert.deepEqual(
      (await templates())
        .map((each) => [each.prefix, each.imageTagMutability, each.customRoleArn !== undefined])
        .sort(),
      [
        ["ROOT", "IMMUTABLE", false],
        ["docker-hub", "MUTABLE", true],
        ["team/a", "IMMUTABLE_WITH_EXCLUSION", true],
      ],
    );
    assert.equal(await blobMounting(), "ENABLED");
    assert.deepEqual(await exclusions(), [`arn:aws:iam::${account}:role/scanner`]);
  });

  it("changes nothing the second time, with what AWS says now", async () => {
    await project.mustPulumi("preview", "--expect-no-changes", "--refresh");
  });

  it("refuses a second Registry for the same account and region in the preview", async () => {
    project.write("index.ts", program('new Registry("other", { region: "ap-northeast-2" });'));
    const refused = await project.pulumi("preview");
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.output,
      /Registry "(other|shared)": 1 fault\n.*region: "ap-northeast-2" — an account has one registry in a region/,
    );
  });

  it("puts back what AWS has by default when it is destroyed", async () => {
    project.write("index.ts", program());
    await project.mustPulumi("destroy", "--yes", "--skip-preview");
    await assert.rejects(ecr.send(new GetRegistryPolicyCommand({})), { name: "RegistryPolicyNotFoundException" });
    assert.deepEqual(await scanning(), { scanType: "BASIC", rules: [] });
    assert.deepEqual(await replication(), []);
    assert.deepEqual(await cacheRules(), []);
    assert.deepEqual(await templates(), []);
    assert.deepEqual(await exclusions(), []);
    // An account setting has no "unset": it stays as it was set.
    assert.equal(await blobMounting(), "ENABLED");
  });

  // What the registry has now.
  const scanning = async () => (await ecr.send(new GetRegistryScanningConfigurationCommand({}))).scanningConfiguration;
  const replication = async () => (await ecr.send(new DescribeRegistryCommand({}))).replicationConfiguration?.rules;
  const cacheRules = async () =>
    (await ecr.send(new DescribePullThroughCacheRulesCommand({}))).pullThroughCacheRules ?? [];
  const templates = async () =>
    (await ecr.send(new DescribeRepositoryCreationTemplatesCommand({}))).repositoryCreationTemplates ?? [];
  const exclusions = async () => (await ecr.send(new ListPullTimeUpdateExclusionsCommand({}))).pullTimeUpdateExclusions;
  const blobMounting = async () => (await ecr.send(new GetAccountSettingCommand({ name: "BLOB_MOUNTING" }))).value;
});
