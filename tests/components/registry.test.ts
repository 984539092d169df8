import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Registry, type RegistryArgs } from "../../components";
import { InputRefused } from "../../components/inputChecks";
import { registryFaults } from "../../components/registry/registry";
import { account, known, type Mocks, region, startMocks } from "./mocks";

const scanningType = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration";

describe("Registry", () => {
  let mocks: Mocks;
  beforeEach(async () => {
    mocks = await startMocks();
  });
  afterEach(() => mocks.settle());
  // Refused components never settle. A new engine discards them.
  after(() => startMocks());

  it("scans every image on push by default, and leaves everything else alone", async () => {
    const registry = new Registry("shared");
    await mocks.settle();
    assert.deepEqual(mocks.registrations, [
      { type: "ecr:index:Registry", name: "shared", inputs: {} },
      {
        type: scanningType,
        name: "shared",
        inputs: {
          scanType: "BASIC",
          rules: [{ scanFrequency: "SCAN_ON_PUSH", repositoryFilters: [{ filter: "*", filterType: "WILDCARD" }] }],
        },
      },
    ]);
    assert.match(await known(registry.scanning?.urn ?? pulumi.output("")), /ecr:index:Registry\$aws:ecr/);
    assert.equal(await known(registry.registryId), account);
    assert.equal(await known(registry.region), region);
    assert.equal(await known(registry.url), `${account}.dkr.ecr.${region}.amazonaws.com`);
    assert.deepEqual(registry.cacheUrls, {});
    for (const absent of [registry.policy, registry.replication, registry.cacheRole, registry.templateRole]) {
      assert.equal(absent, undefined);
    }
  });

  it("leaves scanning alone if told to, and creates nothing for empty lists", async () => {
    new Registry("shared", {
      scanning: false,
      replication: [],
      replicateFrom: [],
      pullThroughCache: [],
      creationTemplates: [],
      accountSettings: {},
      pullTimeExclusions: [],
    });
    await mocks.settle();
    assert.deepEqual(
      mocks.registrations.map(({ type }) => type),
      ["ecr:index:Registry"],
    );
  });

  it("passes its region to every child", async () => {
    const registry = new Registry("shared", {
      region: "us-east-1",
      replicateFrom: ["210987654321"],
      replication: [{ regions: ["eu-west-1"] }],
      pullThroughCache: [{ upstream: "docker-hub", credential: { username: "pets", accessToken: "token" } }],
      creationTemplates: [{ prefix: "ROOT", appliedFor: ["CREATE_ON_PUSH"] }],
      accountSettings: { blobMounting: true },
      pullTimeExclusions: [`arn:aws:iam::${account}:role/scanner`],
    });
    await mocks.settle();
    const children = mocks.registrations.slice(1).filter(({ type }) => !type.startsWith("aws:iam/"));
    assert.deepEqual(
      children.map(({ inputs }) => inputs["region"]),
      Array.from({ length: 9 }, () => "us-east-1"),
    );
    assert.equal(await known(registry.region), "us-east-1");
    assert.deepEqual(mocks.calls.find(({ token }) => token.includes("getRegion"))?.args, { region: "us-east-1" });
  });

  describe("two registries", () => {
    const refused =
      /Registry "other": 1 fault\n.*region: found "ap-northeast-2"\. .*"shared" already has the one of account 123456789012/;

    it("are refused if they are the same one, and the second creates nothing", async () => {
      const first = new Registry("shared", { scanning: false });
      const second = new Registry("other", { replication: [{ regions: ["us-east-1"] }] });
      await known(first.url);
      await assert.rejects(known(second.url), refused);
      await mocks.settle();
      assert.deepEqual(
        mocks.registrations.map(({ name }) => name),
        ["shared", "other"],
      );
    });

    it("are refused if one names the region that is the other's default, at once or later", async () => {
      for (const same of [region, pulumi.output(Promise.resolve(region))]) {
        await mocks.settle();
        mocks = await startMocks();
        const first = new Registry("shared");
        await known(first.url);
        await assert.rejects(known(new Registry("other", { region: same }).url), refused);
      }
    });

    it("are refused even through two providers for one account", async () => {
      await known(new Registry("shared").url);
      const provider = new aws.Provider("again", { region });
      await assert.rejects(known(new Registry("other", {}, { provider }).url), refused);
      const component = new pulumi.ComponentResource("test:index:Parent", "parent");
      await assert.rejects(known(new Registry("other", {}, { parent: component }).url), refused);
    });

    it("are accepted in two regions", async () => {
      new Registry("seoul");
      new Registry("virginia", { region: "us-east-1" });
      await mocks.settle();
      assert.equal(mocks.ofType(scanningType).length, 2);
    });

    it("are independent in two programs of one process", async () => {
      await known(new Registry("shared").url);
      await mocks.settle();
      mocks = await startMocks();
      assert.equal(await known(new Registry("shared").registryId), account);
    });
  });

  it("previews while its provider is not configured, with everything that depends on the account unknown", async () => {
    mocks = await startMocks({ unconfigured: true }, true);
    const first = new Registry("shared", { replication: [{ regions: ["us-east-1"] }] });
    const second = new Registry("other");
    await mocks.settle();
    assert.equal(await known(first.url), undefined);
    assert.equal(await known(second.url), undefined);
    assert.equal(mocks.ofType(scanningType).length, 2);
    const [replication] = mocks.ofType("aws:ecr/replicationConfiguration:ReplicationConfiguration");
    assert.equal(pulumi.containsUnknowns(replication?.inputs["replicationConfiguration"]), true);
  });

  it("refuses every fault in its arguments at once, before anything is registered", async () => {
    const args: RegistryArgs = {
      region: "Seoul",
      policy: "{}",
      replicateFrom: ["12"],
      scanning: { scanOnPush: ["Prod"] },
      replication: [{ regions: [] }],
      pullThroughCache: [{ upstream: "docker.io" }],
      creationTemplates: [{ prefix: "-team", appliedFor: [] }],
      accountSettings: { blobMounting: "yes" as unknown as boolean },
      pullTimeExclusions: ["scanner"],
    };
    const paths = registryFaults("shared", args).map(({ path }) => path);
    assert.deepEqual(paths, [
      "region",
      "policy.Statement",
      "replicateFrom[0]",
      "scanning.scanOnPush[0]",
      "replication[0].regions",
      "pullThroughCache[0].upstream",
      "creationTemplates[0].prefix",
      "creationTemplates[0].appliedFor",
      "accountSettings.blobMounting",
      "pullTimeExclusions[0]",
    ]);
    assert.throws(
      () => new Registry("shared", args),
      (error: InputRefused) => {
        assert.ok(error instanceof InputRefused);
        assert.match(error.message, /^Registry "shared": 10 faults\n/);
        return true;
      },
    );
    await mocks.settle();
    assert.deepEqual(mocks.registrations, []);
  });

  it("limits its name to what secrets and roles can be called", () => {
    const creationTemplates = [{ prefix: "ROOT", appliedFor: ["CREATE_ON_PUSH"] as const }];
    const credential = { username: "pets", accessToken: "token" };
    const paths = (name: string, args: RegistryArgs) => registryFaults(name, args).map(({ path }) => path);
    assert.deepEqual(paths("a b", {}), []);
    assert.deepEqual(paths("a b", { creationTemplates }), ["name"]);
    assert.deepEqual(paths("a/b", { pullThroughCache: [{ upstream: "docker-hub", credential }] }), ["name"]);
    assert.deepEqual(paths("x".repeat(37), { creationTemplates }), []);
    assert.deepEqual(paths("x".repeat(38), { creationTemplates }), ["name"]);
  });
});
