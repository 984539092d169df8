import assert from "node:assert/strict";
import { assertSettled, change, deploy, deploySettled, remove, useAwsInSandbox } from "./awsHarness";

const ruleType = "aws:ecr/pullThroughCacheRule:PullThroughCacheRule";
const templateType = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate";
const region = "ap-northeast-2";

describe("cache rules and creation templates of the aws stand-in", () => {
  const aws = useAwsInSandbox();

  const secret = async (name: string) => {
    const created = await deploy(aws.engine, "aws:secretsmanager/secret:Secret", {
      name: `ecr-pullthroughcache/${name}`,
    });
    await deploy(aws.engine, "aws:secretsmanager/secretVersion:SecretVersion", {
      secretId: created.id,
      secretString: JSON.stringify({ username: "pets", accessToken: "token" }),
    });
    return created.id;
  };

  it("identifies a cache rule by its prefix, updates credentials in place and replaces for the rest", async () => {
    const news = { ecrRepositoryPrefix: "docker-hub", upstreamRegistryUrl: "registry-1.docker.io" };
    const credentialArn = await secret("one");
    const created = await deploySettled(aws.engine, ruleType, { ...news, credentialArn });
    assert.equal(created.id, "docker-hub");
    assert.deepEqual(created.outputs, {
      ...news,
      credentialArn,
      customRoleArn: "",
      region,
      registryId: aws.account,
      upstreamRepositoryPrefix: created.outputs["upstreamRepositoryPrefix"],
    });
    const other = await secret("two");
    const changed = await change(aws.engine, ruleType, created, { ...news, credentialArn: other });
    assert.deepEqual(changed.changed, ["credentialArn"]);
    assert.equal(changed.outputs["credentialArn"], other);
    await assertSettled(aws.engine, ruleType, changed);
    for (const [property, value] of [
      ["ecrRepositoryPrefix", "hub"],
      ["upstreamRegistryUrl", "quay.io"],
      ["upstreamRepositoryPrefix", "team"],
    ] as const) {
      const { inputs } = await aws.engine.check(ruleType, { ...news, credentialArn: other, [property]: value });
      const { replaces, deleteBeforeReplace } = await aws.engine.diff(ruleType, changed.id, changed, inputs);
      assert.deepEqual([replaces, deleteBeforeReplace], [[property], true]);
    }
    await remove(aws.engine, ruleType, changed);
  });

  it("reports what is wrong with a cache rule, before the call or with the service's error", async () => {
    const { failures } = await aws.engine.check(ruleType, {
      ecrRepositoryPrefix: "x",
      upstreamRegistryUrl: "quay.io",
      credentialArn: "secret",
    });
    assert.match(failures.join("\n"), /ecrRepositoryPrefix: "x": expected length to be in the range \(2 - 30\)/);
    assert.match(failures.join("\n"), /credentialArn: "secret": is an invalid ARN/);
    await assert.rejects(
      deploy(aws.engine, ruleType, { ecrRepositoryPrefix: "any", upstreamRegistryUrl: "registry.example.com" }),
      /creating ECR Pull Through Cache Rule \(any\): operation error ECR: CreatePullThroughCacheRule, .*UnsupportedUpstreamRegistryException/,
    );
  });

  const lifecyclePolicy = (days: number) =>
    JSON.stringify({
      rules: [
        {
          rulePriority: 1,
          selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: days },
          action: { type: "expire" },
        },
      ],
    });
  const repositoryPolicy = (action: string) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: "arn:aws:iam::210987654321:root" }, Action: action }],
    });

  it("stores every property of a template, changes it in place and removes properties", async () => {
    const customRoleArn = `arn:aws:iam::${aws.account}:role/template`;
    const full = {
      prefix: "team/a",
      appliedFors: ["REPLICATION", "CREATE_ON_PUSH"],
      description: "a team's repositories",
      encryptionConfigurations: [{ encryptionType: "KMS" }],
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filter: "latest", filterType: "WILDCARD" }],
      lifecyclePolicy: lifecyclePolicy(7),
      repositoryPolicy: repositoryPolicy("ecr:BatchGetImage"),
      resourceTags: { team: "pets", empty: "" },
      customRoleArn,
    };
    const created = await deploySettled(aws.engine, templateType, full);
    assert.equal(created.id, "team/a");
    const { lifecyclePolicy: lifecycle, repositoryPolicy: policy, encryptionConfigurations, ...rest } = created.outputs;
    assert.deepEqual(rest, {
      prefix: "team/a",
      appliedFors: ["REPLICATION", "CREATE_ON_PUSH"],
      description: "a team's repositories",
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filter: "latest", filterType: "WILDCARD" }],
      resourceTags: { team: "pets", empty: "" },
      customRoleArn,
      region,
      registryId: aws.account,
    });
    assert.deepEqual(encryptionConfigurations, [{ encryptionType: "KMS", kmsKey: "" }]);
    assert.deepEqual(JSON.parse(String(lifecycle)), JSON.parse(full.lifecyclePolicy));
    assert.deepEqual(JSON.parse(String(policy)), JSON.parse(full.repositoryPolicy));

    const changed = await change(aws.engine, templateType, created, {
      ...full,
      appliedFors: ["CREATE_ON_PUSH"],
      lifecyclePolicy: lifecyclePolicy(14),
      repositoryPolicy: repositoryPolicy("ecr:*"),
      resourceTags: { team: "vets" },
    });
    assert.deepEqual(changed.changed, [
      "appliedFors",
      "lifecyclePolicy",
      "repositoryPolicy",
      "resourceTags.empty",
      "resourceTags.team",
    ]);
    await assertSettled(aws.engine, templateType, changed);

    const bare = await change(aws.engine, templateType, changed, {
      prefix: "team/a",
      appliedFors: ["CREATE_ON_PUSH"],
      encryptionConfigurations: [{ encryptionType: "AES256" }],
      imageTagMutability: "IMMUTABLE",
    });
    assert.deepEqual(bare.outputs, {
      prefix: "team/a",
      appliedFors: ["CREATE_ON_PUSH"],
      description: "",
      encryptionConfigurations: [{ encryptionType: "AES256", kmsKey: "" }],
      imageTagMutability: "IMMUTABLE",
      imageTagMutabilityExclusionFilters: [],
      lifecyclePolicy: "",
      repositoryPolicy: "",
      resourceTags: {},
      customRoleArn: "",
      region,
      registryId: aws.account,
    });
    await assertSettled(aws.engine, templateType, bare);
    await remove(aws.engine, templateType, bare);
  });

  it("gives a template the service's defaults, ignores the order of appliedFors and replaces the prefix", async () => {
    const news = { prefix: "ROOT", appliedFors: ["REPLICATION", "PULL_THROUGH_CACHE"] };
    const created = await deploySettled(aws.engine, templateType, news);
    assert.equal(created.outputs["imageTagMutability"], "MUTABLE");
    const reordered = await aws.engine.check(templateType, { ...news, appliedFors: [...news.appliedFors].reverse() });
    assert.deepEqual((await aws.engine.diff(templateType, created.id, created, reordered.inputs)).changes, {});
    const { inputs } = await aws.engine.check(templateType, { ...news, prefix: "prod" });
    assert.deepEqual((await aws.engine.diff(templateType, created.id, created, inputs)).replaces, ["prefix"]);
  });

  it("passes on why the service rejects a template", async () => {
    await assert.rejects(
      deploy(aws.engine, templateType, {
        prefix: "kms",
        appliedFors: ["CREATE_ON_PUSH"],
        encryptionConfigurations: [{ encryptionType: "KMS" }],
      }),
      /creating ECR Repository Creation Template \(kms\): .*needs a role/,
    );
    const { failures } = await aws.engine.check(templateType, { prefix: "x", imageTagMutability: "SOMETIMES" });
    assert.match(failures.join("\n"), /Missing required property 'appliedFors'/);
    assert.match(failures.join("\n"), /expected one of MUTABLE, IMMUTABLE/);
  });
});
