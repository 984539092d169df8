import assert from "node:assert/strict";
import { assertSettled, change, deploy, deploySettled, remove, useAwsInSandbox } from "./awsHarness";
import type { Properties } from "./harness";

const policyType = "aws:ecr/registryPolicy:RegistryPolicy";
const scanningType = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration";
const replicationType = "aws:ecr/replicationConfiguration:ReplicationConfiguration";
const settingType = "aws:ecr/accountSetting:AccountSetting";
const exclusionType = "aws:ecr/pullTimeUpdateExclusion:PullTimeUpdateExclusion";
const region = "ap-northeast-2";

describe("registry-wide resources of the aws stand-in", () => {
  const aws = useAwsInSandbox();

  /** Deletes a resource. @returns What is left, as read by its ID. */
  const left = async (type: string, deployed: { id: string; outputs: Properties }) => {
    await aws.engine.delete(type, deployed.id, deployed.outputs);
    return (await aws.engine.read(type, deployed.id)).outputs;
  };

  it("compares a registry policy by meaning, changes it in place and deletes it", async () => {
    const policy = (actions: unknown) => ({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "ReplicateFrom",
          Effect: "Allow",
          Principal: { AWS: "arn:aws:iam::210987654321:root" },
          Action: actions,
          Resource: `arn:aws:ecr:${region}:${aws.account}:repository/*`,
        },
      ],
    });
    const created = await deploySettled(aws.engine, policyType, { policy: policy("ecr:ReplicateImage") });
    assert.equal(created.id, aws.account);
    assert.equal(created.outputs["registryId"], aws.account);
    const changesFor = async (actions: unknown) => {
      const { inputs } = await aws.engine.check(policyType, { policy: policy(actions) }, created.inputs);
      return Object.keys((await aws.engine.diff(policyType, created.id, created, inputs)).changes);
    };
    assert.deepEqual(await changesFor(["ecr:ReplicateImage"]), []);
    // As in the released provider, although AWS sees no difference.
    assert.deepEqual(await changesFor("ecr:replicateimage"), ["policy"]);
    const changed = await change(aws.engine, policyType, created, {
      policy: policy(["ecr:CreateRepository", "ecr:ReplicateImage"]),
    });
    assert.deepEqual(changed.changed, ["policy"]);
    await assertSettled(aws.engine, policyType, changed);
    await remove(aws.engine, policyType, changed);
    await assert.rejects(
      deploy(aws.engine, policyType, { policy: policy("s3:GetObject") }),
      /creating ECR Registry Policy: operation error ECR: PutRegistryPolicy, .*InvalidParameterException/,
    );
  });

  it("resets scanning to basic without rules, and ignores the order of rules and filters", async () => {
    const filter = (text: string) => ({ filter: text, filterType: "WILDCARD" });
    const onPush = { scanFrequency: "SCAN_ON_PUSH", repositoryFilters: [filter("*"), filter("prod*")] };
    const continuous = { scanFrequency: "CONTINUOUS_SCAN", repositoryFilters: [filter("base")] };
    const created = await deploySettled(aws.engine, scanningType, {
      scanType: "ENHANCED",
      rules: [onPush, continuous],
    });
    assert.deepEqual(created.outputs, {
      region,
      registryId: aws.account,
      scanType: "ENHANCED",
      rules: [onPush, continuous],
    });
    assert.equal(created.id, aws.account);
    const reordered = {
      scanType: "ENHANCED",
      rules: [continuous, { ...onPush, repositoryFilters: [...onPush.repositoryFilters].reverse() }],
    };
    const same = await aws.engine.check(scanningType, reordered, created.inputs);
    assert.deepEqual((await aws.engine.diff(scanningType, created.id, created, same.inputs)).changes, {});
    const changed = await change(aws.engine, scanningType, created, { scanType: "BASIC", rules: [onPush] });
    assert.deepEqual(changed.changed, ["rules[1]", "scanType"]);
    await assertSettled(aws.engine, scanningType, changed);
    assert.deepEqual(await left(scanningType, changed), {
      region,
      registryId: aws.account,
      scanType: "BASIC",
      rules: [],
    });
    await assert.rejects(
      deploy(aws.engine, scanningType, { scanType: "BASIC", rules: [continuous] }),
      /creating ECR Registry Scanning Configuration: .*CONTINUOUS_SCAN/,
    );
    const { failures } = await aws.engine.check(scanningType, {
      scanType: "CLAIR",
      rules: [{ scanFrequency: "DAILY" }],
    });
    assert.match(failures.join("\n"), /expected one of BASIC, ENHANCED/);
    assert.match(failures.join("\n"), /Missing required property 'rules\[0\]\.repositoryFilters'/);
  });

  it("stops replication when its configuration is deleted", async () => {
    const to = (...regions: string[]) => regions.map((each) => ({ region: each, registryId: aws.account }));
    const filters = [{ filter: "prod/", filterType: "PREFIX_MATCH" }];
    const rules = [{ destinations: to("us-east-1"), repositoryFilters: filters }, { destinations: to("eu-west-1") }];
    const created = await deploySettled(aws.engine, replicationType, { replicationConfiguration: { rules } });
    assert.equal(created.id, aws.account);
    assert.deepEqual(created.outputs["replicationConfiguration"], {
      rules: [rules[0], { destinations: to("eu-west-1"), repositoryFilters: [] }],
    });
    const changed = await change(aws.engine, replicationType, created, {
      replicationConfiguration: { rules: [{ destinations: to("eu-west-1", "us-east-1") }] },
    });
    await assertSettled(aws.engine, replicationType, changed);
    assert.deepEqual((await left(replicationType, changed))["replicationConfiguration"], { rules: [] });
    await assert.rejects(
      deploy(aws.engine, replicationType, { replicationConfiguration: { rules: [{ destinations: to(region) }] } }),
      /creating ECR Replication Configuration: .*not replicate to itself/,
    );
    const many = Array.from({ length: 11 }, () => ({ destinations: to("us-east-1") }));
    const { failures } = await aws.engine.check(replicationType, { replicationConfiguration: { rules: many } });
    assert.match(failures.join("\n"), /at most 10 items are allowed/);
  });

  it("leaves a deleted account setting unchanged in AWS, as the released provider does", async () => {
    const created = await deploySettled(aws.engine, settingType, { name: "BLOB_MOUNTING", value: "ENABLED" });
    assert.deepEqual(created.outputs, { region, name: "BLOB_MOUNTING", value: "ENABLED" });
    const changed = await change(aws.engine, settingType, created, { name: "BLOB_MOUNTING", value: "DISABLED" });
    assert.deepEqual(changed.changed, ["value"]);
    const again = await change(aws.engine, settingType, changed, { name: "BLOB_MOUNTING", value: "ENABLED" });
    assert.equal((await left(settingType, again))["value"], "ENABLED");
    const { inputs } = await aws.engine.check(
      settingType,
      { name: "REGISTRY_POLICY_SCOPE", value: "V2" },
      again.inputs,
    );
    assert.deepEqual((await aws.engine.diff(settingType, again.id, again, inputs)).replaces, ["name"]);
    await assert.rejects(
      deploy(aws.engine, settingType, { name: "BASIC_SCAN_TYPE_VERSION", value: "CLAIR" }),
      /creating ECR Account Setting \(BASIC_SCAN_TYPE_VERSION\): operation error ECR: PutAccountSetting/,
    );
    const { failures } = await aws.engine.check(settingType, { name: "SOMETHING", value: "x" });
    assert.equal(failures.length, 2);
  });

  it("finds one exclusion among many, and replaces it for another principal", async () => {
    const role = (name: string) => `arn:aws:iam::${aws.account}:role/${name}`;
    const [first] = await Promise.all(
      ["a", "b", "c"].map((name) => deploySettled(aws.engine, exclusionType, { principalArn: role(name) })),
    );
    assert.ok(first);
    assert.deepEqual(first.outputs, { region, principalArn: role("a") });
    assert.equal(first.id, role("a"));
    const { inputs } = await aws.engine.check(exclusionType, { principalArn: role("d") }, first.inputs);
    assert.deepEqual((await aws.engine.diff(exclusionType, first.id, first, inputs)).replaces, ["principalArn"]);
    await assert.rejects(
      deploy(aws.engine, exclusionType, { principalArn: role("a") }),
      /creating ECR Pull Time Update Exclusion \(.*role\/a\): .*ExclusionAlreadyExistsException/,
    );
    await remove(aws.engine, exclusionType, first);
    const { failures } = await aws.engine.check(exclusionType, { principalArn: "scanner" });
    assert.match(failures.join("\n"), /invalid ARN/);
  });

  it("keeps each region's registry separate", async () => {
    const elsewhere = await deploySettled(aws.engine, settingType, {
      name: "BLOB_MOUNTING",
      value: "ENABLED",
      region: "us-east-1",
    });
    assert.equal(elsewhere.outputs["region"], "us-east-1");
    assert.equal((await aws.engine.read(settingType, "BLOB_MOUNTING@eu-west-1")).outputs["value"], "DISABLED");
  });
});
