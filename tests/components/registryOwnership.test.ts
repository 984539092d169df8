import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { Registry, type RegistryArgs } from "../../components";
import { InputRefused } from "../../components/inputChecks";
import { account, known, type MockRegistry, type Mocks, region, startMocks } from "./mocks";

const rules = [{ Destinations: [{ Region: "eu-west-1", RegistryId: account }] }];
/** Settings that somebody else made in the registry, as Cloud Control returns them. */
const foreign = {
  "AWS::ECR::ReplicationConfiguration": { RegistryId: account, ReplicationConfiguration: { Rules: rules } },
  "AWS::ECR::RegistryPolicy": { RegistryId: account, PolicyText: { Version: "2012-10-17", Statement: [] } },
  "AWS::ECR::RegistryScanningConfiguration": { RegistryId: account, ScanType: "ENHANCED", Rules: [] },
};
const all: RegistryArgs = { replication: [{ regions: ["us-east-1"] }], replicateFrom: ["210987654321"] };
const types = {
  policy: "aws:ecr/registryPolicy:RegistryPolicy",
  scanning: "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
  replication: "aws:ecr/replicationConfiguration:ReplicationConfiguration",
};

/** The state of a stack that made all three under this name. */
function madeAs(name: string, place = { region, registryId: account }): MockRegistry["state"] {
  return Object.fromEntries(
    Object.values(types).map((type) => [
      `urn:pulumi:test::ecr::ecr:index:Registry$${type}::${name}`,
      { type, outputs: { ...place } },
    ]),
  );
}

describe("Registry: settings that exist once per registry", () => {
  // Refused components never settle. A new engine discards them.
  after(() => startMocks());

  async function create(aws: MockRegistry, args: RegistryArgs = all, opts?: pulumi.ComponentResourceOptions) {
    const mocks = await startMocks(aws);
    const registry = new Registry("shared", args, opts);
    return { registry, mocks };
  }

  async function refusal(registry: Registry): Promise<InputRefused> {
    try {
      await known(registry.url);
    } catch (error) {
      assert.ok(error instanceof InputRefused, String(error));
      return error;
    }
    assert.fail("nothing was refused");
  }

  function made(mocks: Mocks): string[] {
    return mocks.registrations.map(({ type }) => type).filter((type) => type !== "ecr:index:Registry");
  }

  it("do not overwrite somebody else's: all are named with their current values, and nothing is created", async () => {
    const { registry, mocks } = await create({ settings: foreign });
    const { faults } = await refusal(registry);
    assert.deepEqual(
      faults.map(({ path, value }) => [path, value]),
      [
        ["policy", foreign["AWS::ECR::RegistryPolicy"]],
        ["scanning", foreign["AWS::ECR::RegistryScanningConfiguration"]],
        ["replication", foreign["AWS::ECR::ReplicationConfiguration"]],
      ],
    );
    assert.match(faults[1]?.fix ?? "", /write scanning: false if another stack or team manages them; .*takeOver: true/);
    assert.deepEqual(made(mocks), []);
  });

  it("are looked up in the component's own region and account, and only if it manages them", async () => {
    const { mocks } = await create(
      {},
      { region: "eu-west-2", scanning: false, replication: [{ regions: ["us-east-1"] }] },
    );
    await mocks.settle();
    const lookups = mocks.calls.filter(({ token }) => token.includes("cloudcontrol"));
    assert.deepEqual(
      lookups.map(({ args }) => args),
      [{ typeName: "AWS::ECR::ReplicationConfiguration", identifier: account, region: "eu-west-2" }],
    );
  });

  it("are created if a new registry has neither rules nor enhanced scanning", async () => {
    const { mocks } = await create({
      settings: {
        "AWS::ECR::ReplicationConfiguration": { ReplicationConfiguration: { Rules: [] } },
        "AWS::ECR::RegistryScanningConfiguration": { ScanType: "BASIC", Rules: [] },
      },
    });
    await mocks.settle();
    assert.deepEqual(made(mocks).sort(), Object.values(types).sort());
  });

  it("overwrite somebody else's with takeOver", async () => {
    const { mocks } = await create({ settings: foreign }, { ...all, takeOver: true });
    await mocks.settle();
    assert.deepEqual(made(mocks).sort(), Object.values(types).sort());
  });

  it("are this stack's own if its state has them, under this name or a former one, and AWS is not asked", async () => {
    const cases: [string, pulumi.ComponentResourceOptions | undefined][] = [
      ["shared", undefined],
      ["main", { aliases: [{ name: "main" }] }],
      ["main", { aliases: ["urn:pulumi:test::ecr::ecr:index:Registry::main"] }],
    ];
    for (const [name, opts] of cases) {
      const { mocks } = await create({ settings: foreign, state: madeAs(name) }, all, opts);
      await mocks.settle();
      assert.deepEqual(made(mocks).sort(), Object.values(types).sort());
      assert.ok(!mocks.calls.some(({ token }) => token.includes("cloudcontrol")));
    }
  });

  it("are not created under another name than in the state, which would delete them afterwards: one fault says what to do", async () => {
    const { registry, mocks } = await create({ state: madeAs("main") });
    const { faults } = await refusal(registry);
    assert.deepEqual(
      faults.map(({ path, value }) => [path, value]),
      [["name", "main"]],
    );
    assert.match(faults[0]?.fix ?? "", /aliases: \[\{ name: "main" \}\]/);
    assert.deepEqual(made(mocks), []);
  });

  it("do not count if the state has them for another region or account", async () => {
    for (const place of [
      { region: "eu-west-1", registryId: account },
      { region, registryId: "210987654321" },
    ]) {
      const { registry } = await create({ settings: foreign, state: madeAs("shared", place) });
      assert.equal((await refusal(registry)).faults.length, 3);
    }
  });

  it("are not created if AWS does not return the current ones", async () => {
    const { registry, mocks } = await create({ failSettings: "AccessDeniedException: cloudformation:GetResource" });
    await assert.rejects(known(registry.url), /cloudformation:GetResource/);
    assert.deepEqual(made(mocks), []);
  });
});
