import assert from "node:assert/strict";
import { assertSettled, change, deploy, deploySettled, remove, useAwsInSandbox } from "./awsHarness";
import { secretSignature, secret as secretValue } from "./harness";

const secretType = "aws:secretsmanager/secret:Secret";
const versionType = "aws:secretsmanager/secretVersion:SecretVersion";

describe("Secrets Manager of the aws stand-in", () => {
  const aws = useAwsInSandbox();

  const policy = () =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${aws.account}:root` },
          Action: "secretsmanager:GetSecretValue",
          Resource: "*",
        },
      ],
    });

  it("creates a secret with its policy, changes it in place and deletes it for good", async () => {
    const created = await deploySettled(aws.engine, secretType, {
      name: "ecr-pullthroughcache/docker-hub",
      description: "one",
      recoveryWindowInDays: 0,
      policy: policy(),
      tags: { team: "vets" },
    });
    assert.match(
      created.id,
      new RegExp(
        `^arn:aws:secretsmanager:ap-northeast-2:${aws.account}:secret:ecr-pullthroughcache/docker-hub-\\w{6}$`,
      ),
    );
    const { policy: written, ...rest } = created.outputs;
    assert.deepEqual(rest, {
      arn: created.id,
      description: "one",
      forceOverwriteReplicaSecret: false,
      kmsKeyId: "",
      name: "ecr-pullthroughcache/docker-hub",
      recoveryWindowInDays: 0,
      region: "ap-northeast-2",
      tags: { team: "vets" },
      tagsAll: { team: "vets" },
    });
    assert.deepEqual(JSON.parse(String(written)), JSON.parse(policy()));
    const changed = await change(aws.engine, secretType, created, {
      name: "ecr-pullthroughcache/docker-hub",
      description: "two",
      recoveryWindowInDays: 0,
      policy: "{}",
      tags: { team: "pets" },
    });
    assert.deepEqual(
      [changed.outputs["description"], changed.outputs["policy"], changed.outputs["tagsAll"]],
      ["two", "", { team: "pets" }],
    );
    await assertSettled(aws.engine, secretType, changed);
    await remove(aws.engine, secretType, changed);
    // Deleted without a recovery window, its name is free again.
    const again = await deploy(aws.engine, secretType, {
      name: "ecr-pullthroughcache/docker-hub",
      recoveryWindowInDays: 0,
    });
    await remove(aws.engine, secretType, again);
  });

  it("treats a secret that is scheduled for deletion as gone, in another region too", async () => {
    const created = await deploySettled(aws.engine, secretType, { region: "eu-west-1", recoveryWindowInDays: 7 });
    assert.match(created.id, /:eu-west-1:\d+:secret:petclinic-[0-9a-f]{7}-\w{6}$/);
    await aws.engine.delete(secretType, created.id, created.outputs);
    assert.equal((await aws.engine.read(secretType, created.id, created)).id, "");
    // Its name stays taken. MiniStack's message for that differs from AWS's.
    await assert.rejects(
      deploy(aws.engine, secretType, { region: "eu-west-1", name: created.outputs["name"] }),
      /creating Secrets Manager Secret .*(?:scheduled for deletion|already exists)/,
    );
  });

  it("rejects what Secrets Manager rejects", async () => {
    const { failures } = await aws.engine.check(secretType, { name: "a b", recoveryWindowInDays: 3, replicas: [] });
    const text = failures.join("\n");
    assert.match(text, /name: "a b": only alphanumeric characters/);
    assert.match(text, /recoveryWindowInDays: 3: expected 0/);
    assert.match(text, /replicas: this property of aws:secretsmanager\/secret:Secret is not supported/);
    const both = await aws.engine.check(versionType, { secretId: "x", secretString: "a", secretBinary: "YQ==" });
    assert.match(both.failures.join(), /conflicts with secretString/);
  });

  it("keeps a version's value secret, and replaces the version for another value", async () => {
    const owner = await deploy(aws.engine, secretType, { recoveryWindowInDays: 0 });
    const value = '{"username":"u","accessToken":"t0ken"}';
    const version = await deploySettled(aws.engine, versionType, {
      secretId: owner.id,
      secretString: secretValue(value),
    });
    const { versionId, ...rest } = version.outputs;
    assert.deepEqual(rest, {
      arn: owner.id,
      hasSecretStringWo: false,
      region: "ap-northeast-2",
      secretArn: owner.id,
      secretId: owner.id,
      secretString: { ...secretSignature, value },
      versionStages: ["AWSCURRENT"],
    });
    assert.equal(version.id, `${owner.id}|${versionId}`);
    const { inputs } = await aws.engine.check(
      versionType,
      { secretId: owner.id, secretString: "other" },
      version.inputs,
    );
    assert.deepEqual((await aws.engine.diff(versionType, version.id, version, inputs)).replaces, ["secretString"]);
    const next = await deploy(aws.engine, versionType, { secretId: owner.id, secretString: "other" });
    const old = await aws.engine.read(versionType, version.id, version);
    assert.deepEqual(old.outputs["versionStages"], ["AWSPREVIOUS"]);
    // The engine deletes the replaced version after creating the new one, which must not touch the current value.
    await aws.engine.delete(versionType, version.id, old.outputs);
    const current = await aws.engine.read(versionType, next.id, next);
    assert.deepEqual(current.outputs["versionStages"], ["AWSCURRENT"]);
    await aws.engine.delete(versionType, next.id, next.outputs);
    await remove(aws.engine, secretType, owner);
    assert.equal((await aws.engine.read(versionType, next.id, next)).id, "", "gone with its secret");
  });

  it("accepts binary values, and the user's own stages", async () => {
    const owner = await deploy(aws.engine, secretType, { recoveryWindowInDays: 0 });
    const inputs = { secretId: owner.id, secretBinary: secretValue("AAEC") };
    const first = await deploySettled(aws.engine, versionType, inputs);
    assert.deepEqual(first.outputs["secretBinary"], { ...secretSignature, value: "AAEC" });
    // In steps: MiniStack 1.5.33 forgets all but AWSCURRENT of the stages that come with a new value.
    const blue = await change(aws.engine, versionType, first, { ...inputs, versionStages: ["AWSCURRENT", "blue"] });
    await assertSettled(aws.engine, versionType, blue);
    const green = await change(aws.engine, versionType, blue, { ...inputs, versionStages: ["AWSCURRENT", "green"] });
    assert.deepEqual([...(green.outputs["versionStages"] as string[])].sort(), ["AWSCURRENT", "green"]);
    await remove(aws.engine, secretType, owner);
  });
});
