import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Registry, type RegistryArgs } from "../../components";
import { registryFaults } from "../../components/registry/registry";
import { ownershipFaults } from "../../components/registry/registryOwnership";
import { itRefuses } from "../ecr/refusals";
import { account, known, type Mocks, region, startMocks } from "./mocks";

const scanner = `arn:aws:iam::${account}:role/scanner`;

/** A registry with one of everything that can be adopted. */
const everything: RegistryArgs = {
  replicateFrom: ["210987654321"],
  scanning: { scanOnPush: [] },
  replication: [{ regions: ["us-east-1"] }],
  pullThroughCache: [{ upstream: "quay" }, { upstream: "ecr-public", prefix: "public" }],
  creationTemplates: [
    { prefix: "ROOT", appliedFor: ["CREATE_ON_PUSH"], encryption: "aes256" },
    { prefix: "team", appliedFor: ["CREATE_ON_PUSH"], encryption: "aes256" },
  ],
  accountSettings: { registryPolicyScope: "V2", blobMounting: true },
  pullTimeExclusions: [scanner],
};

describe("Registry: existing settings", () => {
  let mocks: Mocks;
  beforeEach(async () => {
    mocks = await startMocks();
  });
  afterEach(() => mocks.settle());

  /** The import ID of each child, by type and name; undefined for a child that is created. */
  const idsOf = async (args: RegistryArgs) => {
    mocks = await startMocks();
    const ids: Record<string, unknown> = {};
    const record: pulumi.ResourceTransformation = ({ type, name, opts }) => {
      ids[`${/[^:]+$/.exec(type)?.[0]} ${name}`] = (opts as pulumi.CustomResourceOptions).import;
      return undefined;
    };
    const registry = new Registry("shared", args, { transformations: [record] });
    await known(registry.url);
    await mocks.settle();
    const { "Registry shared": _, ...children } = ids;
    return children;
  };

  it("are all imported if the arguments describe them, under AWS's own IDs", async () => {
    assert.deepEqual(await idsOf({ ...everything, import: account }), {
      "RegistryPolicy shared": account,
      "RegistryScanningConfiguration shared": account,
      "ReplicationConfiguration shared": account,
      "PullThroughCacheRule shared-quay": "quay",
      "PullThroughCacheRule shared-public": "public",
      "RepositoryCreationTemplate shared-ROOT": "ROOT",
      "RepositoryCreationTemplate shared-team": "team",
      "AccountSetting shared-REGISTRY_POLICY_SCOPE": "REGISTRY_POLICY_SCOPE",
      "AccountSetting shared-BLOB_MOUNTING": "BLOB_MOUNTING",
      [`PullTimeUpdateExclusion shared-${account}:role/scanner`]: scanner,
    });
  });

  it("are imported from the registry's own region if it is set", async () => {
    const ids = Object.values(await idsOf({ ...everything, region: "eu-west-1", import: account }));
    assert.deepEqual(
      ids.filter((id) => !String(id).endsWith("@eu-west-1")),
      [],
    );
    assert.ok(ids.includes(`${account}@eu-west-1`) && ids.includes("quay@eu-west-1"));
  });

  it("are imported individually if so requested, and the rest is created", async () => {
    const ids = await idsOf({
      ...everything,
      import: {
        ...{ registry: account, scanning: true, pullThroughCache: ["public"], creationTemplates: ["team"] },
        ...{ accountSettings: ["blobMounting"], pullTimeExclusions: [scanner] },
      },
    });
    assert.deepEqual(Object.fromEntries(Object.entries(ids).filter(([, id]) => id !== undefined)), {
      "RegistryScanningConfiguration shared": account,
      "RepositoryCreationTemplate shared-team": "team",
      "PullThroughCacheRule shared-public": "public",
      "AccountSetting shared-BLOB_MOUNTING": "BLOB_MOUNTING",
      [`PullTimeUpdateExclusion shared-${account}:role/scanner`]: scanner,
    });
    assert.deepEqual(new Set(Object.values(await idsOf(everything))), new Set([undefined]));
  });

  it("are not reported as somebody else's if they are imported", async () => {
    mocks = await startMocks({
      settings: {
        "AWS::ECR::RegistryPolicy": { PolicyText: {} },
        "AWS::ECR::RegistryScanningConfiguration": { ScanType: "ENHANCED" },
      },
    });
    const faults = async (args: RegistryArgs) =>
      (await ownershipFaults({ ...everything, ...args }, { account, region }, ["shared"])).map(({ path }) => path);
    assert.deepEqual(await faults({}), ["policy", "scanning"]);
    assert.deepEqual(await faults({ import: account }), []);
    assert.deepEqual(await faults({ import: { registry: account, policy: true } }), ["scanning"]);
  });

  it("must be in the provider's own account", async () => {
    const other = new Registry("shared", { ...everything, import: "210987654321" });
    await assert.rejects(
      known(other.registryId),
      /import: found "210987654321"\. The credentials are those of account/,
    );
    assert.deepEqual(
      mocks.registrations.map(({ type }) => type),
      ["ecr:index:Registry"],
    );
  });

  const refused: readonly [title: string, args: RegistryArgs, path: string, rule: RegExp, fix: RegExp][] = [
    ["an invalid account ID", { import: "shared" }, "import", /twelve digits/, /as a string/],
    [
      "an invalid account ID in the long form",
      { import: { registry: "1" } },
      "import.registry",
      /twelve digits/,
      /as a string/,
    ],
    [
      "a region that is known later",
      { import: account, region: pulumi.output(region) },
      "region",
      /before the up/,
      /pl/,
    ],
    [
      "an exclusion that is known later",
      { import: account, pullTimeExclusions: { scanner: pulumi.output(scanner) } },
      ...(["pullTimeExclusions.scanner", /known before the update/, /a plain string/] as const),
    ],
    [
      "a setting that is not described",
      { import: { registry: account, policy: true } },
      ...(["import.policy", /there is no policy here/, /describe it/] as const),
    ],
    [
      "a rule that is not described",
      { import: { registry: account, pullThroughCache: ["quay", "quey"] }, pullThroughCache: [{ upstream: "quay" }] },
      ...(["import.pullThroughCache[1]", /pullThroughCache has no such entry/, /quay/] as const),
    ],
    [
      "a string for a boolean",
      { import: { registry: account, policy: "true" as unknown as boolean }, replicateFrom: ["210987654321"] },
      ...(["import.policy", /true or false/, /without quotes/] as const),
    ],
  ];
  itRefuses(
    refused.map(([title, args, path, rule, fix]) => ({
      ...{ title, path, rule, fix },
      faults: () => registryFaults("shared", args),
    })),
  );
});
