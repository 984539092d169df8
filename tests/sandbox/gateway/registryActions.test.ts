import assert from "node:assert/strict";
import {
  BatchGetImageCommand,
  CreatePullThroughCacheRuleCommand,
  CreateRepositoryCommand,
  type CreateRepositoryCommandInput,
  CreateRepositoryCreationTemplateCommand,
  DescribeImageReplicationStatusCommand,
  DescribeImageSigningStatusCommand,
  DescribeRepositoriesCommand,
  GetLifecyclePolicyCommand,
  ListTagsForResourceCommand,
  PutRegistryPolicyCommand,
  PutReplicationConfigurationCommand,
  PutSigningConfigurationCommand,
  ValidatePullThroughCacheRuleCommand,
} from "@aws-sdk/client-ecr";
import { CreateRepositoryCommand as CreatePublicRepositoryCommand } from "@aws-sdk/client-ecr-public";
import { Store } from "../../../sandbox/gateway/state/store";
import { account, region, uniqueName, useSandbox } from "./harness";
import { policyText } from "./iam";
import {
  digestOf,
  ociIndexType,
  privateClient,
  privateToken,
  publicClient,
  publicToken,
  RegistryClient,
  refusal,
  testImage,
} from "./registryClient";

const other = "222222222222";
const lifecyclePolicy = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 14 },
      action: { type: "expire" },
    },
  ],
});

describe("gateway: effects of registry settings", () => {
  const sandbox = useSandbox();
  let client: RegistryClient;
  before(async () => {
    client = await privateClient(sandbox);
  });

  const repository = (settings: Partial<CreateRepositoryCommandInput> = {}) =>
    sandbox.createRepository("acts", settings);

  describe("creation templates", () => {
    it("create a repository on the first push under their prefix, and not elsewhere", async () => {
      await sandbox.ecr().send(
        new CreateRepositoryCreationTemplateCommand({
          prefix: "made",
          appliedFor: ["CREATE_ON_PUSH"],
          imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
          imageTagMutabilityExclusionFilters: [{ filter: "latest", filterType: "WILDCARD" }],
          lifecyclePolicy,
          resourceTags: [{ Key: "team", Value: "vets" }],
          customRoleArn: `arn:aws:iam::${account}:role/ecr`,
        }),
      );
      const pulled = await refusal(await client.getManifest("made/app", "v1"));
      assert.deepEqual([pulled.status, pulled.code], [404, "NAME_UNKNOWN"]);
      assert.equal((await client.push("made/app", "v1", testImage("made"))).status, 201);
      const { repositories } = await sandbox
        .ecr()
        .send(new DescribeRepositoriesCommand({ repositoryNames: ["made/app"] }));
      const [made] = repositories ?? [];
      assert.deepEqual(
        [made?.imageTagMutability, made?.imageTagMutabilityExclusionFilters],
        ["IMMUTABLE_WITH_EXCLUSION", [{ filter: "latest", filterType: "WILDCARD" }]],
      );
      const { tags } = await sandbox.ecr().send(new ListTagsForResourceCommand({ resourceArn: made?.repositoryArn }));
      assert.deepEqual(tags, [{ Key: "team", Value: "vets" }]);
      const read = await sandbox.ecr().send(new GetLifecyclePolicyCommand({ repositoryName: "made/app" }));
      assert.equal(read.lifecyclePolicyText, lifecyclePolicy);
      const outside = await refusal(await client.push("madeup", "v1", testImage("made")));
      assert.deepEqual([outside.status, outside.code], [404, "NAME_UNKNOWN"]);
    });
  });

  describe("replication", () => {
    const replicate = (...destinations: { region: string; registryId: string }[]) =>
      sandbox.ecr().send(
        new PutReplicationConfigurationCommand({
          replicationConfiguration: {
            rules: [{ destinations, repositoryFilters: [{ filter: "acts", filterType: "PREFIX_MATCH" }] }],
          },
        }),
      );
    const statusOf = async (repositoryName: string, imageTag: string) => {
      const command = new DescribeImageReplicationStatusCommand({ repositoryName, imageId: { imageTag } });
      const { replicationStatuses } = await sandbox.ecr().send(command);
      return replicationStatuses?.map((each) => [each.registryId, each.region, each.status, each.failureCode]);
    };
    afterEach(() => replicate({ region: "eu-west-1", registryId: account }));

    it("copies new pushes to another region, indexes with their images, but no earlier images", async () => {
      const repositoryName = await repository();
      await client.push(repositoryName, "before", testImage("before"));
      await replicate({ region: "eu-west-1", registryId: account });
      const child = testImage("child");
      const manifest = JSON.stringify({
        schemaVersion: 2,
        mediaType: ociIndexType,
        manifests: [{ mediaType: child.mediaType, digest: child.digest, size: child.manifest.length }],
      });
      await client.push(repositoryName, child.digest, child);
      const index = { ...child, manifest, mediaType: ociIndexType, digest: digestOf(manifest) };
      assert.equal((await client.putManifest(repositoryName, "multi", index)).status, 201);
      assert.deepEqual(await statusOf(repositoryName, "multi"), [[account, "eu-west-1", "COMPLETE", undefined]]);
      assert.deepEqual(await statusOf(repositoryName, "before"), []);
      const there = await privateToken(sandbox, { region: "eu-west-1" });
      const europe = new RegistryClient(there.host, `Basic ${there.token}`);
      assert.equal(await (await europe.getManifest(repositoryName, "multi")).text(), manifest);
      assert.equal(await (await europe.getManifest(repositoryName, child.digest)).text(), child.manifest);
      const blob = await europe.request("GET", `/v2/${repositoryName}/blobs/${digestOf(child.layer)}`);
      assert.equal(await blob.text(), child.layer.toString());
      assert.equal((await europe.getManifest(repositoryName, "before")).status, 404);
    });

    it("requires the other account's registry policy, and reports AccessDenied without it", async () => {
      const repositoryName = await repository();
      await replicate({ region, registryId: other });
      await client.push(repositoryName, "v1", testImage("abroad"));
      assert.deepEqual(await statusOf(repositoryName, "v1"), [[other, region, "FAILED", "AccessDenied"]]);
      const policy = policyText({
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: ["ecr:ReplicateImage", "ecr:CreateRepository"],
        Resource: `arn:aws:ecr:${region}:${other}:repository/*`,
      });
      await sandbox.ecr({ account: other }).send(new PutRegistryPolicyCommand({ policyText: policy }));
      await client.push(repositoryName, "v2", testImage("abroad"));
      assert.deepEqual(await statusOf(repositoryName, "v2"), [[other, region, "COMPLETE", undefined]]);
      const { images } = await sandbox
        .ecr({ account: other })
        .send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: "v2" }] }));
      assert.equal(images?.[0]?.imageManifest, testImage("abroad").manifest);
    });

    it("resumes an interrupted copy after a restart", async () => {
      const repositoryName = await repository();
      await client.push(repositoryName, "v1", testImage("restarted"));
      await sandbox.stopGateway();
      const store = new Store(sandbox.config().stateDirectory);
      const place = { kind: "private" as const, account, region };
      const record = store.repository(place, repositoryName);
      const image = record && store.image(record, testImage("restarted").digest);
      assert.ok(record && image);
      store.change(() => {
        const replications = [{ account, region: "eu-west-1", status: "IN_PROGRESS" as const }];
        store.putImage(record, { ...image, replications });
        const job = { repository: { ...place, name: repositoryName }, digest: image.digest, tag: "v1" };
        store.putSetting(job, "replicating", "as the killed gateway left it");
      });
      await store.close();
      await sandbox.start();
      assert.deepEqual(await statusOf(repositoryName, "v1"), [[account, "eu-west-1", "COMPLETE", undefined]]);
    });
  });

  describe("pull-through caching", () => {
    const rule = (ecrRepositoryPrefix: string, upstreamRegistryUrl: string, more: object = {}) =>
      sandbox.ecr().send(new CreatePullThroughCacheRuleCommand({ ecrRepositoryPrefix, upstreamRegistryUrl, ...more }));

    it("fetches from the sandbox's public registry, and picks up a moved tag after a day", async () => {
      const repositoryName = uniqueName("upstream");
      const { repository: made } = await sandbox
        .ecrPublic({ account: other })
        .send(new CreatePublicRepositoryCommand({ repositoryName }));
      const uri = made?.repositoryUri ?? "";
      const upstreamPath = uri.slice(uri.indexOf("/") + 1);
      const publisher = await publicClient(sandbox, await publicToken(sandbox, { account: other }));
      await publisher.push(upstreamPath, "latest", testImage("first"));
      await rule("cache", "public.ecr.aws");
      const pull = async () => (await client.getManifest(`cache/${upstreamPath}`, "latest")).text();
      assert.equal(await pull(), testImage("first").manifest);
      const { layer } = testImage("first");
      const blob = await client.request("GET", `/v2/cache/${upstreamPath}/blobs/${digestOf(layer)}`);
      assert.equal(await blob.text(), layer.toString());
      await publisher.push(upstreamPath, "latest", testImage("second"));
      assert.equal(await pull(), testImage("first").manifest, "not compared again within the day");
      sandbox.clockAhead = 25 * 3_600_000;
      client = await privateClient(sandbox);
      assert.equal(await pull(), testImage("second").manifest);
      sandbox.clockAhead = 0;
      client = await privateClient(sandbox);
      assert.equal((await client.getManifest(`cache/${upstreamPath}`, "never")).status, 404);
    });

    it("fetches from another region of the account, with an upstream repository prefix", async () => {
      const at = { region: "eu-west-1" };
      await sandbox.ecr(at).send(new CreateRepositoryCommand({ repositoryName: "prod/api" }));
      await (await privateClient(sandbox, at)).push("prod/api", "v1", testImage("api"));
      const url = `${account}.dkr.ecr.eu-west-1.amazonaws.com`;
      await rule("europe", url, { upstreamRepositoryPrefix: "prod" });
      assert.equal(await (await client.getManifest("europe/api", "v1")).text(), testImage("api").manifest);
    });

    it("rejects an upstream on the internet by name, and reports its rule as invalid", async () => {
      await rule("quay", "quay.io");
      const answer = await refusal(await client.getManifest("quay/team/app", "v1"));
      assert.equal(answer.status, 404);
      assert.match(answer.message, /cannot reach quay\.io/);
      const validate = async (ecrRepositoryPrefix: string) => {
        const command = new ValidatePullThroughCacheRuleCommand({ ecrRepositoryPrefix });
        const { isValid, failure } = await sandbox.ecr().send(command);
        return [isValid, failure?.includes("quay.io")];
      };
      assert.deepEqual(await validate("quay"), [false, true]);
      assert.deepEqual(await validate("cache"), [true, undefined]);
    });
  });

  it("reports signing as failed for images that a signing rule matches", async () => {
    const repositoryName = await repository();
    const status = async (imageTag: string) => {
      const command = new DescribeImageSigningStatusCommand({ repositoryName, imageId: { imageTag } });
      return (await sandbox.ecr().send(command)).signingStatuses?.map((each) => [each.status, each.failureReason]);
    };
    await client.push(repositoryName, "before", testImage("unsigned"));
    const signingProfileArn = `arn:aws:signer:${region}:${account}:/signing-profiles/release`;
    const repositoryFilters = [{ filter: "acts-*", filterType: "WILDCARD_MATCH" as const }];
    await sandbox.ecr().send(
      new PutSigningConfigurationCommand({
        signingConfiguration: { rules: [{ signingProfileArn, repositoryFilters }] },
      }),
    );
    await client.push(repositoryName, "after", testImage("signed"));
    assert.deepEqual(await status("before"), []);
    const [[state, reason] = []] = (await status("after")) ?? [];
    assert.deepEqual([state, /signs nothing/.test(String(reason))], ["FAILED", true]);
  });
});
