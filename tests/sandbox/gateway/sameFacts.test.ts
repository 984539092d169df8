import assert from "node:assert/strict";
import {
  CreatePullThroughCacheRuleCommand,
  CreateRepositoryCommand,
  CreateRepositoryCreationTemplateCommand,
  PutReplicationConfigurationCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import { CreateRepositoryCommand as CreatePublicRepository } from "@aws-sdk/client-ecr-public";
import { registryFaults } from "../../../components/registry/registry";
import { privateRepositoryFaults } from "../../../components/repositories/privateRepositoryArgs";
import { publicRepositoryFaults } from "../../../components/repositories/publicRepository";
import { account, region, useSandbox } from "./harness";

/** The gateway must accept exactly the values that the program accepts. */
describe("gateway: the same validation as the program", () => {
  const sandbox = useSandbox();
  const id = "1234abcd-12ab-34cd-56ef-1234567890ab";

  /** Asserts that program and gateway agree on a value. @returns Whether they accept it. */
  async function both(what: string, faults: readonly { rule: string }[], call: () => Promise<unknown>) {
    const answer = await call().then(
      () => "taken",
      (error: Error) => error.message,
    );
    assert.equal(answer === "taken", faults.length === 0, `${what}: ${answer}, ${faults.map(({ rule }) => rule)}`);
    return faults.length === 0;
  }

  it("of partitions", async () => {
    const ecr = sandbox.ecr();
    for (const [destination, isTaken] of [
      ["us-east-1", true],
      ["cn-north-1", false],
      ["us-gov-west-1", false],
    ] as const) {
      const replicationConfiguration = { rules: [{ destinations: [{ region: destination, registryId: account }] }] };
      const faults = registryFaults("shared", { region, replication: [{ regions: [destination] }] });
      const call = () => ecr.send(new PutReplicationConfigurationCommand({ replicationConfiguration }));
      assert.equal(await both(destination, faults, call), isTaken);
    }
    for (const [host, isTaken] of [
      ["us-east-1.amazonaws.com", true],
      ["cn-north-1.amazonaws.com.cn", false],
      ["us-east-1.amazonaws.com.cn", false],
    ] as const) {
      const upstream = `${account}.dkr.ecr.${host}`;
      const faults = registryFaults("shared", { region, pullThroughCache: [{ upstream, prefix: "other" }] });
      const input = { ecrRepositoryPrefix: "other", upstreamRegistryUrl: upstream };
      assert.equal(await both(upstream, faults, () => ecr.send(new CreatePullThroughCacheRuleCommand(input))), isTaken);
    }
    await ecr.send(new CreateRepositoryCommand({ repositoryName: "partitions" }));
    for (const [partition, isTaken] of [
      ["aws", true],
      ["aws-cn", false],
    ] as const) {
      const arn = `arn:${partition}:iam::${account}:root`;
      const policyText = JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: arn }, Action: "ecr:BatchGetImage" }],
      });
      const faults = privateRepositoryFaults("partitions", { region, access: { pullFrom: [arn] } });
      const input = { repositoryName: "partitions", policyText };
      assert.equal(await both(arn, faults, () => ecr.send(new SetRepositoryPolicyCommand(input))), isTaken);
    }
  });

  it("of KMS keys", async () => {
    const ecr = sandbox.ecr();
    for (const kmsKey of [
      "12345678",
      `mrk-${id}`,
      `arn:aws:kms:${region}:${account}:key/12345678`,
      `arn:aws-cn:kms:${region}:${account}:key/${id}`,
      `arn:aws:kms:us-east-1:${account}:key/${id}`,
    ]) {
      const faults = privateRepositoryFaults("keys", { region, kmsKey });
      const encryptionConfiguration = { encryptionType: "KMS", kmsKey } as const;
      const call = () => ecr.send(new CreateRepositoryCommand({ repositoryName: "keys", encryptionConfiguration }));
      assert.equal(await both(kmsKey, faults, call), false);
      await assert.rejects(call, { name: "InvalidParameterException" });
    }
    for (const [kmsKey, isTaken] of [
      [`arn:aws:kms:${region}:${account}:key/${id}`, true],
      [`arn:aws:kms:${region}:${account}:key/${id.toUpperCase()}`, false],
      [`arn:aws:kms:${region}:${account}:key/12345678`, false],
    ] as const) {
      const customRoleArn = `arn:aws:iam::${account}:role/templates`;
      const template = { prefix: "keys", appliedFor: ["CREATE_ON_PUSH" as const], customRoleArn };
      const faults = registryFaults("shared", { region, creationTemplates: [{ ...template, kmsKey }] });
      const input = { ...template, encryptionConfiguration: { encryptionType: "KMS", kmsKey } as const };
      const call = () => ecr.send(new CreateRepositoryCreationTemplateCommand(input));
      assert.equal(await both(kmsKey, faults, call), isTaken);
    }
  });

  it("of length limits in Unicode characters, in tags and descriptions", async () => {
    for (const [length, isTaken] of [
      [256, true],
      [257, false],
    ] as const) {
      const value = "𠀀".repeat(length);
      const faults = privateRepositoryFaults("tags", { tags: { name: value } });
      const input = { repositoryName: "tags", tags: [{ Key: "name", Value: value }] };
      const call = () => sandbox.ecr().send(new CreateRepositoryCommand(input));
      assert.equal(await both(`${length} characters`, faults, call), isTaken);
    }
    // Four bytes each: the service takes 1,024 of them, the AWS provider fewer.
    for (const [length, isTaken] of [
      [1_024, true],
      [1_025, false],
    ] as const) {
      const input = { repositoryName: `texts-${length}`, catalogData: { description: "🐶".repeat(length) } };
      const answer = sandbox.ecrPublic().send(new CreatePublicRepository(input));
      await (isTaken ? answer : assert.rejects(answer, /length less than or equal to 1024/));
    }
  });

  it("of architectures unknown to the gallery: up to 50 of 1 to 50 characters", async () => {
    for (const [architectures, isTaken] of [
      [["riscv64", "amd64", "x".repeat(50)], true],
      [["x".repeat(51)], false],
      [[""], false],
      [Array.from({ length: 50 }, (_, index) => `a${index}`), true],
      [Array.from({ length: 51 }, (_, index) => `a${index}`), false],
    ] as const) {
      const catalogData = { architectures: [...architectures] };
      const faults = publicRepositoryFaults("architectures", { catalogData });
      const repositoryName = `architectures-${architectures.length}-${String(isTaken)}`;
      const call = () => sandbox.ecrPublic().send(new CreatePublicRepository({ repositoryName, catalogData }));
      assert.equal(await both(repositoryName, faults, call), isTaken);
    }
  });
});
