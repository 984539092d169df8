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

/** Two registries with every setting, and a test's extra code. */
const program = (extra = "") => `
import * as aws from "@pulumi/aws";
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
const away = { region: "eu-west-1" };
const key = new aws.kms.Key("away", { ...away, deletionWindowInDays: 7 });
const secret = new aws.secretsmanager.Secret("away", { ...away, name: "ecr-pullthroughcache/mine", recoveryWindowInDays: 0 });
const role = new aws.iam.Role("away", {
  assumeRolePolicy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ecr.amazonaws.com" }, Action: "sts:AssumeRole" }],
  }),
});
const allow = (Principal: string | object, Action: string[], more = {}) => ({
  Version: "2012-10-17" as const,
  Statement: [{ Effect: "Allow" as const, Principal: Principal as "*", Action, ...more }],
});
new Registry("away", {
  ...away,
  policy: JSON.stringify(allow({ AWS: account }, ["ecr:ReplicateImage"], { Resource: "*" })),
  scanning: false,
  pullThroughCache: [
    { upstream: "ghcr.io", credentialArn: secret.arn },
    {
      upstream: "210987654321.dkr.ecr.us-east-1.amazonaws.com",
      prefix: "base",
      upstreamRepositoryPrefix: "images",
      customRoleArn: role.arn,
    },
  ],
  creationTemplates: [
    {
      prefix: "full",
      appliedFor: ["CREATE_ON_PUSH", "REPLICATION"],
      description: "repositories of a team",
      encryption: "kmsDsse",
      kmsKey: key.arn,
      imageTagMutability: "MUTABLE_WITH_EXCLUSION",
      exclusionFilters: ["v*"],
      lifecyclePolicy: "release",
      repositoryPolicy: allow({ AWS: "210987654321" }, ["ecr:BatchGetImage"]),
      resourceTags: { owner: "pets" },
      customRoleArn: role.arn,
    },
  ],
  accountSettings: { registryPolicyScope: "V1", blobMounting: false },
  pullTimeExclusions: { scanner: role.arn },
});
${extra}
export const roleArn = role.arn;
export const secretArn = secret.arn;
export const keyArn = key.arn;
export const url = registry.url;
export const cacheUrls = registry.cacheUrls;
`;

describe("Registry with the real CLI", function () {
  this.timeout(900_000);
  let project: TestProject;
  let ecr: ECRClient;
  /** The same account's registry in another region, which uses existing secrets, roles and keys. */
  let away: ECRClient;
  let [key, role, secret] = ["", "", ""];

  before(async () => {
    project = new TestProject();
    const credentials = { accessKeyId: project.account, secretAccessKey: process.env["AWS_SECRET_ACCESS_KEY"] ?? "" };
    ecr = new ECRClient({ region: "ap-northeast-2", credentials });
    away = new ECRClient({ region: "eu-west-1", credentials });
    await project.init();
    project.write("Pulumi.local.yaml", `config:\n  aws:region: ap-northeast-2\n  ecr:account: "${project.account}"\n`);
    // Pulumi.yaml declares the project's own config; this program has another.
    project.write("Pulumi.yaml", project.read("Pulumi.yaml").split("config:", 1).join(""));
    await project.mustPulumi("config", "set", "--secret", "token", "the-token");
    project.write("index.ts", program());
  });
  after(() => {
    ecr.destroy();
    away.destroy();
    project.remove();
  });

  it("applies every registry setting, and keeps the credential secret", async () => {
    await project.up();
    const { account } = project;
    const registry = `${account}.dkr.ecr.ap-northeast-2.amazonaws.com`;
    const state = (await project.mustPulumi("stack", "export")).stdout;
    assert.doesNotMatch(state, /the-token/);
    const { deployment } = JSON.parse(state) as { deployment: { resources: { outputs: Record<string, string> }[] } };
    const { keyArn, roleArn, secretArn, ...outputs } = deployment.resources[0]?.outputs ?? {};
    ({ key, role, secret } = { key: keyArn ?? "", role: roleArn ?? "", secret: secretArn ?? "" });
    assert.deepEqual(outputs, {
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

  it("uses existing secrets, roles and keys, and configures a second region independently", async () => {
    const { policyText = "" } = await away.send(new GetRegistryPolicyCommand({}));
    assert.deepEqual(JSON.parse(policyText).Statement[0].Action, ["ecr:ReplicateImage"]);
    assert.deepEqual(
      (await cacheRules(away))
        .map((rule) => [
          ...[rule.ecrRepositoryPrefix, rule.upstreamRegistryUrl, rule.credentialArn],
          ...[rule.customRoleArn, rule.upstreamRepositoryPrefix],
        ])
        .sort(),
      [
        ["base", "210987654321.dkr.ecr.us-east-1.amazonaws.com", undefined, role, "images"],
        ["github-container-registry", "ghcr.io", secret, undefined, undefined],
      ],
    );
    const [template, ...further] = await templates(away);
    assert.deepEqual(further, []);
    const { createdAt, updatedAt, lifecyclePolicy = "", repositoryPolicy = "", ...settings } = template ?? {};
    assert.deepEqual(settings, {
      prefix: "full",
      description: "repositories of a team",
      appliedFor: ["CREATE_ON_PUSH", "REPLICATION"],
      encryptionConfiguration: { encryptionType: "KMS_DSSE", kmsKey: key },
      imageTagMutability: "MUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filter: "v*", filterType: "WILDCARD" }],
      resourceTags: [{ Key: "owner", Value: "pets" }],
      customRoleArn: role,
    });
    assert.equal(JSON.parse(lifecyclePolicy).rules.length, 1);
    assert.deepEqual(JSON.parse(repositoryPolicy).Statement[0].Principal, { AWS: ["210987654321"] });
    assert.equal((await away.send(new GetAccountSettingCommand({ name: "REGISTRY_POLICY_SCOPE" }))).value, "V1");
    assert.equal(await blobMounting(away), "DISABLED");
    assert.deepEqual(await exclusions(away), [role]);
    // Not managed in this region, so left as they were.
    assert.deepEqual(await scanning(away), { scanType: "BASIC", rules: [] });
    assert.deepEqual(await replication(away), []);
  });

  it("changes nothing on the second run, after a refresh", async () => {
    await project.mustPulumi("preview", "--expect-no-changes", "--refresh");
  });

  it("rejects a second Registry for the same account and region in the preview", async () => {
    project.write("index.ts", program('new Registry("other", { region: "ap-northeast-2" });'));
    const refused = await project.pulumi("preview");
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.output,
      /Registry "(other|shared)": 1 fault\n.*region: found "ap-northeast-2"\. An account has one registry per region/,
    );
  });

  it("restores AWS's defaults on destroy", async () => {
    project.write("index.ts", program());
    await project.mustPulumi("destroy", "--yes", "--skip-preview");
    await assert.rejects(ecr.send(new GetRegistryPolicyCommand({})), { name: "RegistryPolicyNotFoundException" });
    assert.deepEqual(await scanning(), { scanType: "BASIC", rules: [] });
    assert.deepEqual(await replication(), []);
    assert.deepEqual([...(await cacheRules()), ...(await cacheRules(away))], []);
    assert.deepEqual([...(await templates()), ...(await templates(away))], []);
    assert.deepEqual(await exclusions(), []);
    // An account setting cannot be unset, so it keeps its value.
    assert.equal(await blobMounting(), "ENABLED");
  });

  // The registry's current settings.
  const scanning = async (client = ecr) =>
    (await client.send(new GetRegistryScanningConfigurationCommand({}))).scanningConfiguration;
  const replication = async (client = ecr) =>
    (await client.send(new DescribeRegistryCommand({}))).replicationConfiguration?.rules;
  const cacheRules = async (client = ecr) =>
    (await client.send(new DescribePullThroughCacheRulesCommand({}))).pullThroughCacheRules ?? [];
  const templates = async (client = ecr) =>
    (await client.send(new DescribeRepositoryCreationTemplatesCommand({}))).repositoryCreationTemplates ?? [];
  const exclusions = async (client = ecr) =>
    (await client.send(new ListPullTimeUpdateExclusionsCommand({}))).pullTimeUpdateExclusions;
  const blobMounting = async (client = ecr) =>
    (await client.send(new GetAccountSettingCommand({ name: "BLOB_MOUNTING" }))).value;
});
