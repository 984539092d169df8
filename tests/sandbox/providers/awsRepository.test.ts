import * as assert from "node:assert/strict";
import { deploy, startAws } from "./awsHarness";
import type { AwsServer } from "./awsServer";
import { scriptEcr } from "./awsServer";
import { type Engine, secret, unknownValue } from "./harness";

const type = "aws:ecr/repository:Repository";

describe("aws.ecr.Repository of the stand-in", () => {
  let engine: Engine;
  let server: AwsServer;
  let repositories: Map<string, Record<string, unknown>>;
  let stop: () => void;

  beforeEach(async () => {
    ({ engine, server, stop } = await startAws({
      defaultTags: JSON.stringify({ tags: { team: "vets", env: "test" } }),
    }));
    repositories = scriptEcr(server);
  });
  afterEach(() => stop());

  const full = {
    name: "petclinic",
    encryptionConfigurations: [
      {
        encryptionType: "KMS",
        kmsKey: "arn:aws:kms:ap-northeast-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
      },
    ],
    imageScanningConfiguration: { scanOnPush: true },
    imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
    imageTagMutabilityExclusionFilters: [{ filter: "latest", filterType: "WILDCARD" }],
    forceDelete: true,
    tags: { env: "prod", "cost.center": "" },
  };

  it("creates with every property and reports what the service says", async () => {
    const { id, outputs } = await deploy(engine, type, full);
    assert.equal(id, "petclinic");
    assert.deepEqual(outputs, {
      ...full,
      arn: "arn:aws:ecr:ap-northeast-2:123456789012:repository/petclinic",
      region: "ap-northeast-2",
      registryId: "123456789012",
      repositoryUrl: "localhost:1/petclinic",
      tagsAll: { team: "vets", env: "prod", "cost.center": "" },
    });
    const create = server.calls.find((call) => call.operation === "CreateRepository");
    assert.deepEqual([create?.service, create?.region], ["ecr", "ap-northeast-2"]);
    assert.deepEqual(create?.input["encryptionConfiguration"], {
      encryptionType: "KMS",
      kmsKey: "arn:aws:kms:ap-northeast-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    });
    assert.deepEqual(create?.input["imageTagMutabilityExclusionFilters"], [
      { filter: "latest", filterType: "WILDCARD" },
    ]);
    assert.deepEqual(create?.input["tags"], [
      { Key: "cost.center", Value: "" },
      { Key: "env", Value: "prod" },
      { Key: "team", Value: "vets" },
    ]);
  });

  it("checks inputs as the released provider stores them: defaults, tagsAll and a stable automatic name", async () => {
    const seeded = (request: { setRandomseed(seed: Uint8Array): unknown }) =>
      request.setRandomseed(Buffer.from("seed"));
    const { inputs, failures } = await engine.check(type, {}, undefined, seeded);
    assert.deepEqual(failures, []);
    assert.match(String(inputs["name"]), /^petclinic-[0-9a-f]{7}$/);
    assert.deepEqual(inputs, {
      __defaults: ["imageTagMutability", "name"],
      imageTagMutability: "MUTABLE",
      name: inputs["name"],
      tagsAll: { team: "vets", env: "test" },
    });
    const again = await engine.check(type, {}, undefined, seeded);
    assert.equal(again.inputs["name"], inputs["name"], "a plan and its deployment give the same name");
    const later = await engine.check(type, {}, inputs);
    assert.equal(later.inputs["name"], inputs["name"], "an update keeps the name");
  });

  it("lists everything it does not support, and every wrong value, at once", async () => {
    const { failures } = await engine.check(type, {
      name: "petclinic",
      scanType: "X",
      replicate: true,
      imageTagMutability: "FROZEN",
      imageTagMutabilityExclusionFilters: [{ filter: "a*b*c*", filterType: "GLOB" }],
      encryptionConfigurations: [{ encryptionType: "AES", key: "x" }],
    });
    const text = failures.join("\n");
    assert.match(
      text,
      /replicate, scanType: these properties of aws:ecr\/repository:Repository are not supported by the sandbox's stand-in\. Supported: encryptionConfigurations, forceDelete, /,
    );
    assert.match(text, /imageTagMutability: "FROZEN": expected one of MUTABLE, IMMUTABLE/);
    assert.match(text, /imageTagMutabilityExclusionFilters\[0\]\.filter: "a\*b\*c\*": .*maximum of 2 wildcards/);
    assert.match(text, /imageTagMutabilityExclusionFilters\[0\]\.filterType: "GLOB": expected one of WILDCARD/);
    assert.match(text, /encryptionConfigurations\[0\]\.encryptionType: "AES": expected one of AES256, KMS, KMS_DSSE/);
    assert.match(text, /encryptionConfigurations\[0\]\.\{key\} of .* is not supported/);
  });

  it("rejects exclusion filters for a mutability without exclusions", async () => {
    const filters = [{ filter: "latest", filterType: "WILDCARD" }];
    const { failures } = await engine.check(type, {
      imageTagMutability: "IMMUTABLE",
      imageTagMutabilityExclusionFilters: filters,
    });
    assert.match(failures.join(), /can only be used when image_tag_mutability is set to IMMUTABLE_WITH_EXCLUSION/);
  });

  it("makes no call in a preview, and leaves out what only the service knows", async () => {
    const { inputs } = await engine.check(type, {
      ...full,
      encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: unknownValue }],
    });
    const { outputs } = await engine.create(type, inputs, true);
    assert.deepEqual(server.takeCalls(), []);
    assert.equal("arn" in outputs || "repositoryUrl" in outputs, false);
    assert.equal(outputs["region"], "ap-northeast-2");
    assert.deepEqual(outputs["encryptionConfigurations"], [{ encryptionType: "KMS", kmsKey: unknownValue }]);
    assert.equal(JSON.stringify(outputs).includes("__defaults"), false);
  });

  it("sees no difference after a deployment and a refresh, and detects manual changes", async () => {
    const deployed = await deploy(engine, type, { name: "petclinic", tags: { a: "1" } });
    const { inputs } = await engine.check(type, { name: "petclinic", tags: { a: "1" } }, deployed.inputs);
    assert.deepEqual((await engine.diff(type, "petclinic", deployed, inputs)).changes, {});
    const same = await engine.read(type, "petclinic", deployed);
    assert.deepEqual(same, { id: "petclinic", inputs: deployed.inputs, outputs: deployed.outputs });

    Object.assign(repositories.get("ecr/ap-northeast-2/petclinic") ?? {}, {
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
    });
    const drifted = await engine.read(type, "petclinic", deployed);
    assert.equal(drifted.outputs["imageTagMutability"], "IMMUTABLE");
    assert.equal(drifted.inputs["imageTagMutability"], "IMMUTABLE");
    const { changes } = await engine.diff(type, "petclinic", drifted, inputs);
    assert.deepEqual(changes, { imageTagMutability: { kind: "update", replace: false } });
    const updated = await engine.update(type, "petclinic", drifted, inputs);
    assert.equal(updated["imageTagMutability"], "MUTABLE");
  });

  it("reports a deleted repository as gone on refresh", async () => {
    const deployed = await deploy(engine, type, { name: "petclinic" });
    repositories.clear();
    assert.equal((await engine.read(type, "petclinic", deployed)).id, "");
  });

  it("imports by name, and by name and region", async () => {
    await deploy(engine, type, { ...full, region: "eu-west-1" });
    const imported = await engine.read(type, "petclinic@eu-west-1");
    assert.equal(imported.id, "petclinic");
    assert.equal(imported.outputs["region"], "eu-west-1");
    const { forceDelete, ...found } = full;
    assert.ok(forceDelete);
    const { inputs } = await engine.check(type, { ...found, region: "eu-west-1" }, imported.inputs);
    assert.deepEqual((await engine.diff(type, imported.id, imported, inputs)).changes, {});
    assert.equal((await engine.read(type, "petclinic")).id, "", "not in the provider's own region");
  });

  it("updates in place, and reports the path of each change", async () => {
    const deployed = await deploy(engine, type, full);
    server.takeCalls();
    const news = {
      ...full,
      imageTagMutabilityExclusionFilters: [
        ...full.imageTagMutabilityExclusionFilters,
        { filter: "dev-*", filterType: "WILDCARD" },
      ],
      imageScanningConfiguration: { scanOnPush: false },
      tags: { env: "stage", added: "yes" },
    };
    const { inputs } = await engine.check(type, news, deployed.inputs);
    const { changes, replaces } = await engine.diff(type, "petclinic", deployed, inputs);
    const update = { kind: "update", replace: false };
    assert.deepEqual(changes, {
      "imageTagMutabilityExclusionFilters[1]": { kind: "add", replace: false },
      "imageScanningConfiguration.scanOnPush": update,
      "tags.env": update,
      "tags.added": { kind: "add", replace: false },
      'tags["cost.center"]': { kind: "delete", replace: false },
      "tagsAll.env": update,
      "tagsAll.added": { kind: "add", replace: false },
      'tagsAll["cost.center"]': { kind: "delete", replace: false },
    });
    assert.deepEqual(replaces, []);
    const planned = await engine.update(type, "petclinic", deployed, inputs, true);
    assert.deepEqual(server.takeCalls(), [], "a preview changes nothing");
    const updated = await engine.update(type, "petclinic", deployed, inputs);
    assert.deepEqual(updated, planned, "the preview said what came");
    assert.deepEqual(server.takeCalls().slice(0, 4), [
      "PutImageTagMutability",
      "PutImageScanningConfiguration",
      "UntagResource",
      "TagResource",
    ]);
    assert.deepEqual(updated["tagsAll"], { team: "vets", env: "stage", added: "yes" });
  });

  it("replaces for encryption, name and region, and deletes the old one first if the name is the same", async () => {
    const deployed = await deploy(engine, type, full);
    const differ = async (news: Record<string, unknown>, ignored: string[] = []) => {
      const { inputs } = await engine.check(type, { ...full, ...news }, deployed.inputs);
      return engine.diff(type, "petclinic", deployed, inputs, ignored);
    };
    const encryption = await differ({ encryptionConfigurations: [{ encryptionType: "AES256" }] });
    assert.deepEqual(encryption.changes, {
      "encryptionConfigurations[0].encryptionType": { kind: "update", replace: true },
    });
    assert.equal(encryption.deleteBeforeReplace, true);
    const renamed = await differ({ name: "other" });
    assert.deepEqual(renamed.replaces, ["name"]);
    assert.equal(renamed.deleteBeforeReplace, false);
    assert.deepEqual((await differ({ region: "eu-west-1" })).replaces, ["region"]);
    assert.deepEqual((await differ({ tags: {} }, ["tags", "tagsAll"])).changes, {}, "ignoreChanges");
  });

  it("does not delete a repository with images unless forceDelete is set", async () => {
    const { outputs } = await deploy(engine, type, { name: "petclinic" });
    Object.assign(repositories.get("ecr/ap-northeast-2/petclinic") ?? {}, { images: [{}] });
    await assert.rejects(engine.delete(type, "petclinic", outputs), (error: Error) => {
      assert.match(
        error.message,
        /^ECR Repository \(petclinic\) not empty, consider using force_delete: operation error ECR: DeleteRepository, https response error StatusCode: 400, RequestID: req-1, RepositoryNotEmptyException: The repository /,
      );
      return true;
    });
    await engine.delete(type, "petclinic", { ...outputs, forceDelete: true });
    assert.equal(repositories.size, 0);
    await engine.delete(type, "petclinic", outputs); // already gone
  });

  it("keeps a secret tag secret in inputs and outputs", async () => {
    const { inputs } = await engine.check(type, { name: "petclinic", tags: { token: secret("abc-123") } });
    assert.deepEqual(inputs["tags"], { token: secret("abc-123") });
    const { outputs } = await engine.create(type, inputs);
    assert.deepEqual(outputs["tags"], { token: secret("abc-123") });
  });
});
