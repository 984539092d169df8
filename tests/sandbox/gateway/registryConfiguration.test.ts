import assert from "node:assert/strict";
import {
  CreatePullThroughCacheRuleCommand,
  CreateRepositoryCommand,
  CreateRepositoryCreationTemplateCommand,
  DeletePullThroughCacheRuleCommand,
  DeleteRegistryPolicyCommand,
  DeleteRepositoryCreationTemplateCommand,
  DeleteSigningConfigurationCommand,
  DeregisterPullTimeUpdateExclusionCommand,
  DescribePullThroughCacheRulesCommand,
  DescribeRegistryCommand,
  DescribeRepositoryCreationTemplatesCommand,
  GetRegistryPolicyCommand,
  GetSigningConfigurationCommand,
  ListPullTimeUpdateExclusionsCommand,
  PutRegistryPolicyCommand,
  PutReplicationConfigurationCommand,
  PutSigningConfigurationCommand,
  RegisterPullTimeUpdateExclusionCommand,
  UpdatePullThroughCacheRuleCommand,
  UpdateRepositoryCreationTemplateCommand,
} from "@aws-sdk/client-ecr";
import { account, region, serviceError, useSandbox } from "./harness";

const secret = (name: string) =>
  `arn:aws:secretsmanager:${region}:${account}:secret:ecr-pullthroughcache/${name}-AbCdEf`;

describe("gateway: registry configuration", () => {
  const sandbox = useSandbox();

  it("keeps a registry policy per region until it is deleted", async () => {
    const policyText = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "replicate",
          Effect: "Allow",
          Principal: { AWS: "arn:aws:iam::222222222222:root" },
          Action: ["ecr:ReplicateImage", "ecr:CreateRepository"],
          Resource: `arn:aws:ecr:${region}:${account}:repository/*`,
        },
      ],
    });
    const absent = serviceError(
      "RegistryPolicyNotFoundException",
      /^Registry policy does not exist in the registry with id '123456789012'$/,
    );
    await assert.rejects(sandbox.ecr().send(new GetRegistryPolicyCommand({})), absent);
    const put = await sandbox.ecr().send(new PutRegistryPolicyCommand({ policyText }));
    const read = await sandbox.ecr().send(new GetRegistryPolicyCommand({}));
    for (const { registryId, policyText: text } of [put, read]) {
      assert.deepEqual([registryId, JSON.parse(text ?? "")], [account, JSON.parse(policyText)]);
      assert.match(
        text ?? "",
        /^\{\n {2}"Version" : "2012-10-17",\n {2}"Statement" : \[ \{\n {4}"Sid" : "replicate",\n/,
      );
    }
    await assert.rejects(sandbox.ecr({ region: "eu-west-1" }).send(new GetRegistryPolicyCommand({})), absent);
    assert.equal((await sandbox.ecr().send(new DeleteRegistryPolicyCommand({}))).policyText, read.policyText);
    await assert.rejects(sandbox.ecr().send(new DeleteRegistryPolicyCommand({})), absent);
  });

  it("keeps a replication configuration and returns it from DescribeRegistry", async () => {
    const empty = await sandbox.ecr().send(new DescribeRegistryCommand({}));
    assert.deepEqual([empty.registryId, empty.replicationConfiguration], [account, { rules: [] }]);
    const replicationConfiguration = {
      rules: [
        {
          destinations: [{ region: "eu-west-1", registryId: account }],
          repositoryFilters: [{ filter: "prod", filterType: "PREFIX_MATCH" as const }],
        },
      ],
    };
    await sandbox.ecr().send(new PutReplicationConfigurationCommand({ replicationConfiguration }));
    const read = await sandbox.ecr().send(new DescribeRegistryCommand({}));
    assert.deepEqual(read.replicationConfiguration, replicationConfiguration);
    await sandbox.ecr().send(new PutReplicationConfigurationCommand({ replicationConfiguration: { rules: [] } }));
  });

  it("creates, updates, lists and deletes pull-through cache rules", async () => {
    const create = (ecrRepositoryPrefix: string, more: object = {}) =>
      sandbox.ecr().send(
        new CreatePullThroughCacheRuleCommand({
          ecrRepositoryPrefix,
          upstreamRegistryUrl: "public.ecr.aws",
          ...more,
        }),
      );
    const { createdAt, $metadata, ...made } = await create("ecr-public");
    assert.ok(createdAt instanceof Date);
    assert.deepEqual(made, {
      ecrRepositoryPrefix: "ecr-public",
      upstreamRegistryUrl: "public.ecr.aws",
      upstreamRegistry: "ecr-public",
      registryId: account,
    });
    await assert.rejects(
      create("ecr-public"),
      serviceError("PullThroughCacheRuleAlreadyExistsException", /ecr-public/),
    );
    await create("docker-hub", { upstreamRegistryUrl: "registry-1.docker.io", credentialArn: secret("hub") });
    const changed = await sandbox
      .ecr()
      .send(
        new UpdatePullThroughCacheRuleCommand({ ecrRepositoryPrefix: "docker-hub", credentialArn: secret("other") }),
      );
    assert.deepEqual([changed.credentialArn, changed.updatedAt instanceof Date], [secret("other"), true]);
    const list = async (input: object = {}) => {
      const page = await sandbox.ecr().send(new DescribePullThroughCacheRulesCommand(input));
      return [page.pullThroughCacheRules?.map((rule) => rule.ecrRepositoryPrefix), page.nextToken] as const;
    };
    assert.deepEqual(await list(), [["docker-hub", "ecr-public"], undefined]);
    assert.deepEqual(await list({ ecrRepositoryPrefixes: ["ecr-public"] }), [["ecr-public"], undefined]);
    const [first, nextToken] = await list({ maxResults: 1 });
    assert.deepEqual([first, await list({ maxResults: 1, nextToken })], [["docker-hub"], [["ecr-public"], undefined]]);
    for (const ecrRepositoryPrefix of ["docker-hub", "ecr-public"]) {
      await sandbox.ecr().send(new DeletePullThroughCacheRuleCommand({ ecrRepositoryPrefix }));
    }
    const absent = serviceError("PullThroughCacheRuleNotFoundException", /'ecr-public' does not exist/);
    await assert.rejects(list({ ecrRepositoryPrefixes: ["ecr-public"] }), absent);
    for (const Command of [DeletePullThroughCacheRuleCommand, UpdatePullThroughCacheRuleCommand]) {
      await assert.rejects(sandbox.ecr().send(new Command({ ecrRepositoryPrefix: "ecr-public" })), absent);
    }
  });

  it("creates, updates, lists and deletes repository creation templates", async () => {
    const create = (prefix: string, more: object = {}) =>
      sandbox
        .ecr()
        .send(new CreateRepositoryCreationTemplateCommand({ prefix, appliedFor: ["CREATE_ON_PUSH"], ...more }));
    const { registryId, repositoryCreationTemplate } = await create("team", { description: "the team's" });
    const { createdAt, updatedAt, ...rest } = repositoryCreationTemplate ?? {};
    assert.deepEqual(
      [registryId, createdAt, rest],
      [
        account,
        updatedAt,
        {
          ...{ prefix: "team", description: "the team's", appliedFor: ["CREATE_ON_PUSH"] },
          ...{ imageTagMutability: "MUTABLE", encryptionConfiguration: { encryptionType: "AES256" } },
        },
      ],
    );
    await assert.rejects(create("team"), serviceError("TemplateAlreadyExistsException", /'team'/));
    await create("ROOT");
    sandbox.clockAhead = 60_000;
    const changed = await sandbox
      .ecr()
      .send(new UpdateRepositoryCreationTemplateCommand({ prefix: "team", imageTagMutability: "IMMUTABLE" }));
    assert.deepEqual(
      [
        changed.repositoryCreationTemplate?.imageTagMutability,
        changed.repositoryCreationTemplate?.description,
        changed.repositoryCreationTemplate?.createdAt,
      ],
      ["IMMUTABLE", "the team's", createdAt],
    );
    assert.ok((changed.repositoryCreationTemplate?.updatedAt ?? 0) > (createdAt ?? 0));
    const list = async (input: object = {}) => {
      const page = await sandbox.ecr().send(new DescribeRepositoryCreationTemplatesCommand(input));
      return page.repositoryCreationTemplates?.map((template) => template.prefix);
    };
    assert.deepEqual(await list(), ["ROOT", "team"]);
    assert.deepEqual(await list({ prefixes: ["team", "nobody"] }), ["team"]);
    await sandbox.ecr().send(new DeleteRepositoryCreationTemplateCommand({ prefix: "team" }));
    const absent = serviceError("TemplateNotFoundException", /'team'/);
    for (const Command of [DeleteRepositoryCreationTemplateCommand, UpdateRepositoryCreationTemplateCommand]) {
      await assert.rejects(sandbox.ecr().send(new Command({ prefix: "team" })), absent);
    }
    await sandbox.ecr().send(new DeleteRepositoryCreationTemplateCommand({ prefix: "ROOT" }));
  });

  it("keeps a signing configuration until it is deleted", async () => {
    const signingConfiguration = {
      rules: [{ signingProfileArn: `arn:aws:signer:${region}:${account}:/signing-profiles/release` }],
    };
    const absent = serviceError("SigningConfigurationNotFoundException");
    await assert.rejects(sandbox.ecr().send(new GetSigningConfigurationCommand({})), absent);
    await sandbox.ecr().send(new PutSigningConfigurationCommand({ signingConfiguration }));
    const read = await sandbox.ecr().send(new GetSigningConfigurationCommand({}));
    assert.deepEqual([read.registryId, read.signingConfiguration], [account, signingConfiguration]);
    await sandbox.ecr().send(new DeleteSigningConfigurationCommand({}));
    await assert.rejects(sandbox.ecr().send(new DeleteSigningConfigurationCommand({})), absent);
  });

  it("registers, lists and deregisters pull time update exclusions", async () => {
    const principalArn = `arn:aws:iam::${account}:role/scanner`;
    const made = await sandbox.ecr().send(new RegisterPullTimeUpdateExclusionCommand({ principalArn }));
    assert.deepEqual([made.principalArn, made.createdAt instanceof Date], [principalArn, true]);
    await assert.rejects(
      sandbox.ecr().send(new RegisterPullTimeUpdateExclusionCommand({ principalArn })),
      serviceError("ExclusionAlreadyExistsException"),
    );
    const list = async () =>
      (await sandbox.ecr().send(new ListPullTimeUpdateExclusionsCommand({}))).pullTimeUpdateExclusions;
    assert.deepEqual(await list(), [principalArn]);
    await sandbox.ecr().send(new DeregisterPullTimeUpdateExclusionCommand({ principalArn }));
    assert.deepEqual(await list(), []);
    await assert.rejects(
      sandbox.ecr().send(new DeregisterPullTimeUpdateExclusionCommand({ principalArn })),
      serviceError("ExclusionNotFoundException"),
    );
    await assert.rejects(
      sandbox.ecr().send(new RegisterPullTimeUpdateExclusionCommand({ principalArn: "arn:aws:iam::1:role/x" })),
      serviceError("InvalidParameterException", /principalArn/),
    );
  });

  it("keeps accounts separate", async () => {
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName: "mine" }));
    await sandbox
      .ecr()
      .send(new CreateRepositoryCreationTemplateCommand({ prefix: "mine", appliedFor: ["REPLICATION"] }));
    const other = sandbox.ecr({ account: "222222222222" });
    const { repositoryCreationTemplates } = await other.send(new DescribeRepositoryCreationTemplatesCommand({}));
    assert.deepEqual(repositoryCreationTemplates, []);
  });
});
