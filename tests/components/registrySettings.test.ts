import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Registry, type RegistryArgs } from "../../components";
import { registryFaults } from "../../components/registry/registry";
import { registryReplicationFaults } from "../../components/registry/registryReplication";
import { canonicalPolicyText, type PolicyDocument, readAccessPolicy } from "../../ecr/accessPolicy";
import { itRefuses } from "../ecr/refusals";
import { account, known, type Mocks, region, startMocks } from "./mocks";

const place = { account, region };
const scanner = `arn:aws:iam::${account}:role/tools/scanner`;
const policy: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "Cache",
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${account}:role/ci` },
      Action: ["ecr:BatchImportUpstreamImage"],
      Resource: `arn:aws:ecr:${region}:${account}:repository/docker-hub/*`,
    },
  ],
};
const check = (args: RegistryArgs) => registryFaults("shared", args);

describe("Registry: policy, scanning, replication, account settings, exclusions", () => {
  let mocks: Mocks;
  beforeEach(async () => {
    mocks = await startMocks();
  });
  afterEach(() => mocks.settle());

  /** The children, without the component itself. */
  const children = async (args: RegistryArgs) => {
    const registry = new Registry("shared", { scanning: false, ...args });
    await known(registry.url);
    await mocks.settle();
    return mocks.registrations.slice(1).map(({ type, name, inputs }) => ({ type: type.split("/")[0], name, inputs }));
  };

  it("writes a policy in canonical form, given as text or as a document, at once or later", async () => {
    const expected = canonicalPolicyText(policy);
    for (const each of [JSON.stringify(policy, undefined, 2), policy, pulumi.output(Promise.resolve(policy))]) {
      await mocks.settle();
      mocks = await startMocks();
      assert.deepEqual(await children({ policy: each }), [
        { type: "aws:ecr", name: "shared", inputs: { policy: expected } },
      ]);
    }
  });

  it("lets accounts replicate into the registry, in addition to the policy", async () => {
    const [registration] = await children({ policy: JSON.stringify(policy), replicateFrom: ["210987654321"] });
    const written = JSON.parse(String(registration?.inputs["policy"]));
    assert.deepEqual(written, {
      Version: "2012-10-17",
      Statement: [
        // Reading the document turns single values into lists.
        readAccessPolicy(policy)?.Statement[0],
        {
          Sid: "ReplicateFrom",
          Effect: "Allow",
          Principal: { AWS: ["210987654321"] },
          Action: ["ecr:CreateRepository", "ecr:ReplicateImage"],
          Resource: [`arn:aws:ecr:${region}:${account}:repository/*`],
        },
      ],
    });
    await mocks.settle();
    mocks = await startMocks();
    const [alone] = await children({ replicateFrom: ["210987654321"] });
    assert.deepEqual(JSON.parse(String(alone?.inputs["policy"])).Statement, [written.Statement[1]]);
  });

  it("writes a scanning rule for each frequency", async () => {
    const filter = (text: string) => ({ filter: text, filterType: "WILDCARD" });
    const enhanced = { type: "enhanced", scanOnPush: ["*"], continuous: ["prod*", "base"] } as const;
    const [both] = await children({ scanning: enhanced });
    assert.deepEqual(both?.inputs, {
      scanType: "ENHANCED",
      rules: [
        { scanFrequency: "SCAN_ON_PUSH", repositoryFilters: [filter("*")] },
        { scanFrequency: "CONTINUOUS_SCAN", repositoryFilters: [filter("prod*"), filter("base")] },
      ],
    });
    await mocks.settle();
    mocks = await startMocks();
    const [continuous] = await children({ scanning: { type: "enhanced", continuous: ["*"] } });
    assert.deepEqual(continuous?.inputs["rules"], [
      { scanFrequency: "CONTINUOUS_SCAN", repositoryFilters: [filter("*")] },
    ]);
    await mocks.settle();
    mocks = await startMocks();
    const [manual] = await children({ scanning: { scanOnPush: [] } });
    assert.deepEqual(manual?.inputs, { scanType: "BASIC", rules: [] });
  });

  it("replicates to every region in every account, or in its own account if none is named", async () => {
    const replication = [
      { regions: ["us-east-1", "eu-west-1"], repositories: ["prod/", "base/"] },
      { regions: [region, "us-east-1"], accounts: ["210987654321", "111122223333"] },
    ];
    assert.deepEqual(await children({ replication }), [
      {
        type: "aws:ecr",
        name: "shared",
        inputs: {
          replicationConfiguration: {
            rules: [
              {
                destinations: [
                  { region: "us-east-1", registryId: account },
                  { region: "eu-west-1", registryId: account },
                ],
                repositoryFilters: [
                  { filter: "prod/", filterType: "PREFIX_MATCH" },
                  { filter: "base/", filterType: "PREFIX_MATCH" },
                ],
              },
              {
                destinations: [
                  { region, registryId: "210987654321" },
                  { region, registryId: "111122223333" },
                  { region: "us-east-1", registryId: "210987654321" },
                  { region: "us-east-1", registryId: "111122223333" },
                ],
              },
            ],
          },
        },
      },
    ]);
  });

  it("creates one resource for each account setting", async () => {
    const accountSettings = {
      blobMounting: false,
      basicScanTypeVersion: "AWS_NATIVE",
      registryPolicyScope: "V2",
    } as const;
    const settings = await children({ accountSettings });
    const entries = settings.map(({ name, inputs }): [string, unknown] => [name, inputs]);
    assert.deepEqual(Object.fromEntries(entries), {
      "shared-BASIC_SCAN_TYPE_VERSION": { name: "BASIC_SCAN_TYPE_VERSION", value: "AWS_NATIVE" },
      "shared-REGISTRY_POLICY_SCOPE": { name: "REGISTRY_POLICY_SCOPE", value: "V2" },
      "shared-BLOB_MOUNTING": { name: "BLOB_MOUNTING", value: "DISABLED" },
    });
    await mocks.settle();
    mocks = await startMocks();
    const [mounting] = await children({ accountSettings: { blobMounting: true } });
    assert.deepEqual(mounting?.inputs, { name: "BLOB_MOUNTING", value: "ENABLED" });
  });

  it("names exclusions after their identities, whatever the order", async () => {
    const user = `arn:aws:iam::${account}:user/ci`;
    const names = async (pullTimeExclusions: string[]) =>
      Object.fromEntries((await children({ pullTimeExclusions })).map(({ name, inputs }) => [name, inputs]));
    const expected = {
      [`shared-${account}:role/tools/scanner`]: { principalArn: scanner },
      [`shared-${account}:user/ci`]: { principalArn: user },
    };
    assert.deepEqual(await names([scanner, user]), expected);
    await mocks.settle();
    mocks = await startMocks();
    assert.deepEqual(await names([user, scanner]), expected);
  });

  it("accepts exclusions that are known later, under names chosen by the user", async () => {
    const later = { scanner: pulumi.output(Promise.resolve(scanner)) };
    assert.deepEqual(await children({ pullTimeExclusions: later }), [
      { type: "aws:ecr", name: "shared-scanner", inputs: { principalArn: scanner } },
    ]);
  });

  const accounts = (count: number) => Array.from({ length: count }, (_, index) => String(100_000_000_000 + index));
  itRefuses([
    {
      title: "a policy with another service's actions",
      faults: () => check({ policy: JSON.stringify(policy).replace("ecr:Batch", "s3:Batch") }),
      path: "policy.Statement[0].Action[0]",
      rule: /ecr/,
      fix: /./,
    },
    {
      title: "an invalid account ID",
      faults: () => check({ replicateFrom: ["210987654321", "pets"] }),
      path: "replicateFrom[1]",
      rule: /twelve digits/,
      fix: /123456789012/,
    },
    {
      title: "an unknown type of scanning",
      faults: () => check({ scanning: { type: "clair" as "basic" } }),
      path: "scanning.type",
      rule: /two types of scanning/,
      fix: /basic, enhanced/,
    },
    {
      title: "continuous basic scanning",
      faults: () => check({ scanning: { continuous: ["prod*"] } }),
      path: "scanning.continuous",
      rule: /^continuous scanning needs type/,
      fix: /"enhanced"/,
    },
    {
      title: "101 scanning filters",
      faults: () => check({ scanning: { scanOnPush: Array.from({ length: 101 }, (_, index) => `p${index}`) } }),
      path: "scanning.scanOnPush",
      rule: /at most 100 filters for each frequency; there are 101/,
      fix: /one filter/,
    },
    {
      title: "an invalid region",
      faults: () => check({ replication: [{ regions: ["us-east-1", "Tokyo"], deletes: false }] }),
      path: "replication[0].regions[1]",
      rule: /form/,
      fix: /ap-northeast-2/,
    },
    {
      title: "replicated deletions, which the AWS provider does not support",
      faults: () => check({ replication: [{ regions: ["us-east-1"], deletes: true }] }),
      path: "replication[0].deletes",
      rule: /^ECR can replicate deletions, but the AWS provider does not support it/,
      fix: /^leave deletes out/,
    },
    {
      title: "a region that is named twice",
      faults: () => check({ replication: [{ regions: ["us-east-1", "us-east-1"] }] }),
      path: "replication[0].regions[1]",
      rule: /listed only once/,
      fix: /remove it/,
    },
    {
      title: "an empty list of regions",
      faults: () => check({ replication: [{ regions: [] }] }),
      path: "replication[0].regions",
      rule: /at least one region/,
      fix: /name one/,
    },
    {
      title: "an empty list of accounts",
      faults: () => check({ replication: [{ regions: ["us-east-1"], accounts: [] }] }),
      path: "replication[0].accounts",
      rule: /at least one/,
      fix: /leave the property out/,
    },
    {
      title: "a prefix with a wildcard",
      faults: () => check({ replication: [{ regions: ["us-east-1"], repositories: ["prod*"] }] }),
      path: "replication[0].repositories[0]",
      rule: /no wildcards/,
      fix: /"prod"/,
    },
    {
      title: "101 prefixes",
      faults: () =>
        check({
          replication: [{ regions: ["us-east-1"], repositories: Array.from({ length: 101 }, (_, i) => `p${i}`) }],
        }),
      path: "replication[0].repositories",
      rule: /at most 100 prefixes; there are 101/,
      fix: /shorter/,
    },
    {
      title: "11 rules, which the AWS provider does not accept",
      faults: () => check({ replication: Array.from({ length: 11 }, () => ({ regions: ["us-east-1"] })) }),
      path: "replication",
      rule: /provider accepts at most 10 replication rules; there are 11/,
      fix: /merge/,
    },
    {
      title: "26 destinations",
      faults: () => check({ replication: [{ regions: ["us-east-1"], accounts: accounts(26) }] }),
      path: "replication",
      rule: /at most 25 destinations; there are 26/,
      fix: /leave some out/,
    },
    {
      title: "its own region as a destination, if it is set",
      faults: () => check({ region: "us-east-1", replication: [{ regions: ["eu-west-1", "us-east-1"] }] }),
      path: "replication[0].regions[1]",
      rule: /cannot replicate to itself/,
      fix: /separate rule/,
    },
    {
      title: "its own account in its own region, once both are known",
      faults: () => registryReplicationFaults([{ regions: [region], accounts: ["210987654321", account] }], place),
      path: "replication[0].regions[0]",
      rule: /cannot replicate to itself/,
      fix: /separate rule/,
    },
    {
      title: "an unknown value of a setting",
      faults: () => check({ accountSettings: { registryPolicyScope: "V3" as "V2" } }),
      path: "accountSettings.registryPolicyScope",
      rule: /V1 or V2/,
      fix: /"V2"/,
    },
    {
      title: "blob mounting that is not a boolean",
      faults: () => check({ accountSettings: { blobMounting: "ENABLED" as unknown as boolean } }),
      path: "accountSettings.blobMounting",
      rule: /must be true or false/,
      fix: /true or false/,
    },
    {
      title: "an exclusion that is not an identity, by its name",
      faults: () => check({ pullTimeExclusions: { later: pulumi.output(scanner), scan: "scanner" } }),
      path: "pullTimeExclusions.scan",
      rule: /must be the ARN/,
      fix: /role\/<name>/,
    },
    {
      title: "101 exclusions",
      faults: () => check({ pullTimeExclusions: Array.from({ length: 101 }, (_, index) => `${scanner}-${index}`) }),
      path: "pullTimeExclusions",
      rule: /at most 100/,
      fix: /leave some out/,
    },
  ]);

  it("accepts its own region for other accounts", () => {
    const rules = [{ regions: [region], accounts: ["210987654321"] }];
    assert.deepEqual(registryReplicationFaults(rules, place), []);
    assert.deepEqual(registryReplicationFaults(rules, { region }), []);
  });
});
