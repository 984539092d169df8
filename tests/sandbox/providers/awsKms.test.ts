import * as assert from "node:assert/strict";
import { deploy, startAws } from "./awsHarness";
import { type AwsServer, ServiceError } from "./awsServer";
import type { Engine } from "./harness";

const keyType = "aws:kms/key:Key";
const aliasType = "aws:kms/alias:Alias";
const keyId = "1234abcd-12ab-34cd-56ef-1234567890ab";
const keyArn = `arn:aws:kms:ap-northeast-2:123456789012:key/${keyId}`;

describe("KMS of the aws stand-in", () => {
  let engine: Engine;
  let server: AwsServer;
  let stop: () => void;
  let key: Record<string, unknown>;
  let aliases: Record<string, string>;

  beforeEach(async () => {
    ({ engine, server, stop } = await startAws());
    key = {};
    aliases = {};
    const on = (operation: string, script: (input: Record<string, unknown>) => Record<string, unknown>) => {
      server.operations[`kms:${operation}`] = script;
    };
    on("CreateKey", (input) => {
      key = {
        metadata: {
          KeyId: keyId,
          Arn: keyArn,
          Description: input["Description"] ?? "",
          KeyUsage: input["KeyUsage"],
          KeySpec: input["KeySpec"],
          Enabled: true,
          KeyState: "Enabled",
          Origin: "AWS_KMS",
          MultiRegion: input["MultiRegion"] === true,
        },
        policy: input["Policy"] ?? '{"Statement":[]}',
        tags: input["Tags"] ?? [],
        rotation: { KeyRotationEnabled: false },
      };
      return { KeyMetadata: key["metadata"] };
    });
    on("DescribeKey", () => {
      if (!key["metadata"]) throw new ServiceError("NotFoundException", `Key '${keyArn}' does not exist`);
      return { KeyMetadata: key["metadata"] };
    });
    on("GetKeyPolicy", () => ({ Policy: key["policy"] }));
    on("PutKeyPolicy", (input) => {
      key["policy"] = input["Policy"];
      return {};
    });
    on("GetKeyRotationStatus", () => key["rotation"] as Record<string, unknown>);
    on("EnableKeyRotation", (input) => {
      key["rotation"] = { KeyRotationEnabled: true, RotationPeriodInDays: input["RotationPeriodInDays"] ?? 365 };
      return {};
    });
    on("DisableKeyRotation", () => {
      key["rotation"] = { KeyRotationEnabled: false };
      return {};
    });
    on("UpdateKeyDescription", (input) => {
      (key["metadata"] as Record<string, unknown>)["Description"] = input["Description"];
      return {};
    });
    on("ListResourceTags", () => ({ Tags: key["tags"], Truncated: false }));
    on("ScheduleKeyDeletion", () => {
      (key["metadata"] as Record<string, unknown>)["KeyState"] = "PendingDeletion";
      return {};
    });
    on("CreateAlias", (input) => {
      aliases[String(input["AliasName"])] = String(input["TargetKeyId"]).replace(/^.*key\//, "");
      return {};
    });
    on("UpdateAlias", (input) => {
      aliases[String(input["AliasName"])] = String(input["TargetKeyId"]).replace(/^.*key\//, "");
      return {};
    });
    on("DeleteAlias", (input) => {
      delete aliases[String(input["AliasName"])];
      return {};
    });
    on("ListAliases", () => ({
      Truncated: false,
      Aliases: Object.entries(aliases).map(([AliasName, TargetKeyId]) => ({
        AliasName,
        TargetKeyId,
        AliasArn: `arn:aws:kms:ap-northeast-2:123456789012:${AliasName}`,
      })),
    }));
  });
  afterEach(() => stop());

  it("creates a key with rotation, keeps its state over a refresh, and schedules its deletion", async () => {
    const deployed = await deploy(engine, keyType, {
      description: "images",
      enableKeyRotation: true,
      rotationPeriodInDays: 180,
      deletionWindowInDays: 7,
      tags: { a: "b" },
    });
    assert.equal(deployed.id, keyId);
    assert.deepEqual(deployed.outputs, {
      arn: keyArn,
      bypassPolicyLockoutSafetyCheck: false,
      customerMasterKeySpec: "SYMMETRIC_DEFAULT",
      deletionWindowInDays: 7,
      description: "images",
      enableKeyRotation: true,
      isEnabled: true,
      keyId,
      keyUsage: "ENCRYPT_DECRYPT",
      multiRegion: false,
      policy: '{"Statement":[]}',
      region: "ap-northeast-2",
      rotationPeriodInDays: 180,
      tags: { a: "b" },
      tagsAll: { a: "b" },
    });
    assert.deepEqual((await engine.diff(keyType, keyId, deployed, deployed.inputs)).changes, {});
    const refreshed = await engine.read(keyType, keyId, deployed);
    assert.deepEqual([refreshed.inputs, refreshed.outputs], [deployed.inputs, deployed.outputs]);
    await engine.delete(keyType, keyId, deployed.outputs);
    assert.equal(server.calls.at(-1)?.input["PendingWindowInDays"], 7);
    assert.equal((await engine.read(keyType, keyId, deployed)).id, "", "a key that waits for deletion is gone");
  });

  it("updates what can be updated and replaces for the rest", async () => {
    const deployed = await deploy(engine, keyType, { description: "one" });
    const { inputs } = await engine.check(keyType, { description: "two", enableKeyRotation: true }, deployed.inputs);
    const { changes, replaces } = await engine.diff(keyType, keyId, deployed, inputs);
    assert.deepEqual(Object.keys(changes).sort(), ["description", "enableKeyRotation"]);
    assert.deepEqual(replaces, []);
    const updated = await engine.update(keyType, keyId, deployed, inputs);
    assert.deepEqual(
      [updated["description"], updated["enableKeyRotation"], updated["rotationPeriodInDays"]],
      ["two", true, 365],
    );
    const multi = await engine.check(keyType, { description: "one", multiRegion: true }, deployed.inputs);
    assert.deepEqual((await engine.diff(keyType, keyId, deployed, multi.inputs)).replaces, ["multiRegion"]);
  });

  it("rejects what it does not support and what KMS does not accept", async () => {
    const { failures } = await engine.check(keyType, {
      customKeyStoreId: "cks-1",
      xksKeyId: "x",
      deletionWindowInDays: 3,
      rotationPeriodInDays: 100,
    });
    const text = failures.join("\n");
    assert.match(text, /customKeyStoreId, xksKeyId: these properties of aws:kms\/key:Key are not supported/);
    assert.match(text, /deletionWindowInDays: 3: expected a whole number from 7 to 30/);
    assert.match(text, /rotationPeriodInDays: needs enableKeyRotation/);
  });

  it("gives a key an alias, by its ID or its ARN", async () => {
    const deployed = await deploy(engine, aliasType, { name: "alias/petclinic", targetKeyId: keyArn });
    assert.deepEqual(deployed.outputs, {
      arn: "arn:aws:kms:ap-northeast-2:123456789012:alias/petclinic",
      name: "alias/petclinic",
      region: "ap-northeast-2",
      targetKeyArn: keyArn,
      targetKeyId: keyId,
    });
    assert.deepEqual((await engine.diff(aliasType, deployed.id, deployed, deployed.inputs)).changes, {});
    assert.deepEqual((await engine.read(aliasType, deployed.id, deployed)).inputs, deployed.inputs);
    const automatic = await engine.check(aliasType, { targetKeyId: keyId });
    assert.match(String(automatic.inputs["name"]), /^alias\/petclinic-[0-9a-f]{7}$/);
    await engine.delete(aliasType, deployed.id, deployed.outputs);
    assert.equal((await engine.read(aliasType, deployed.id, deployed)).id, "");
  });
});
