import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Registry, type RegistryArgs, registryFaults } from "../../components";
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

  it("writes a policy in one form, given as text or as a document, now or later", async () => {
    const expected = canonicalPolicyText(policy);
    for (const each of [JSON.stringify(policy, undefined, 2), policy, pulumi.output(Promise.resolve(policy))]) {
      await mocks.settle();
      mocks = await startMocks();
      assert.deepEqual(await children({ policy: each }), [
        { type: "aws:ecr", name: "shared", inputs: { policy: expected } },
      ]);
    }
  });

  it("lets accounts replicate into the registry, beside what the policy says", async () => {
    const [registration] = await children({ policy: JSON.stringify(policy), replicateFrom: ["210987654321"] });
    const written = JSON.parse(String(registration?.inputs["policy"]));
    assert.deepEqual(written, {
      Version: "2012-10-17",
      Statement: [
        // Single values are lists, as the document is read.
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

  it("scans continuously what enhanced scanning is asked to", async () => {
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

  it("replicates to every region in every account, the own one unless others are named", async () => {
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

  it("writes one resource for each account setting", async () => {
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

  it("excludes identities by name, whatever their order", async () => {
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

  it("takes exclusions that are known later under names of the user's own", async () => {
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
      title: "an account that is none",
      faults: () => check({ replicateFrom: ["210987654321", "pets"] }),
      path: "replicateFrom[1]",
      rule: /twelve digits/,
      fix: /123456789012/,
    },
    {
      title: "an unknown type of scanning",
      faults: () => check({ scanning: { type: "clair" as "basic" } }),
      path: "scanning.type",
      rule: /two types/,
      fix: /basic, enhanced/,
    },
    {
      title: "continuous basic scanning",
      faults: () => check({ scanning: { continuous: ["prod*"] } }),
      path: "scanning.continuous",
      rule: /not continuous/,
      fix: /"enhanced"/,
    },
    {
      title: "101 scanning filters",
      faults: () => check({ scanning: { scanOnPush: Array.from({ length: 101 }, (_, index) => `p${index}`) } }),
      path: "scanning.scanOnPush",
      rule: /at most 100 filters for a frequency, there are 101/,
      fix: /one filter/,
    },
    {
      title: "a region that is none",
      faults: () => check({ replication: [{ regions: ["us-east-1", "Tokyo"], deletes: false }] }),
      path: "replication[0].regions[1]",
      rule: /form/,
      fix: /ap-northeast-2/,
    },
    {
      title: "replicated deletions, which the AWS provider cannot say",
      faults: () => check({ replication: [{ regions: ["us-east-1"], deletes: true }] }),
      path: "replication[0].deletes",
      rule: /^ECR can replicate deletions, the AWS provider cannot say so/,
      fix: /^leave deletes out/,
    },
    {
      title: "a region that is named twice",
      faults: () => check({ replication: [{ regions: ["us-east-1", "us-east-1"] }] }),
      path: "replication[0].regions[1]",
      rule: /named once/,
      fix: /leave it out/,
    },
    {
      title: "no region",
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
      rule: /at most 100 prefixes, there are 101/,
      fix: /shorter/,
    },
    {
      title: "11 rules, which the provider does not take",
      faults: () => check({ replication: Array.from({ length: 11 }, () => ({ regions: ["us-east-1"] })) }),
      path: "replication",
      rule: /provider takes at most 10 replication rules, there are 11/,
      fix: /together/,
    },
    {
      title: "26 destinations",
      faults: () => check({ replication: [{ regions: ["us-east-1"], accounts: accounts(26) }] }),
      path: "replication",
      rule: /at most 25 destinations, there are 26/,
      fix: /leave some out/,
    },
    {
      title: "its own region as a destination, when that is written",
      faults: () => check({ region: "us-east-1", replication: [{ regions: ["eu-west-1", "us-east-1"] }] }),
      path: "replication[0].regions[1]",
      rule: /not replicate to itself/,
      fix: /rule of its own/,
    },
    {
      title: "its own account in its own region, once both are known",
      faults: () => registryReplicationFaults([{ regions: [region], accounts: ["210987654321", account] }], place),
      path: "replication[0].regions[0]",
      rule: /not replicate to itself/,
      fix: /rule of its own/,
    },
    {
      title: "a setting's value that there is not",
      faults: () => check({ accountSettings: { registryPolicyScope: "V3" as "V2" } }),
      path: "accountSettings.registryPolicyScope",
      rule: /V1 or V2/,
      fix: /"V2"/,
    },
    {
      title: "blob mounting that is neither on nor off",
      faults: () => check({ accountSettings: { blobMounting: "ENABLED" as unknown as boolean } }),
      path: "accountSettings.blobMounting",
      rule: /on or off/,
      fix: /true or false/,
    },
    {
      title: "an exclusion of no identity, under its own name",
      faults: () => check({ pullTimeExclusions: { later: pulumi.output(scanner), scan: "scanner" } }),
      path: "pullTimeExclusions.scan",
      rule: /by its ARN/,
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

  it("accepts the own region with other accounts", () => {
    const rules = [{ regions: [region], accounts: ["210987654321"] }];
    assert.deepEqual(registryReplicationFaults(rules, place), []);
    assert.deepEqual(registryReplicationFaults(rules, { region }), []);
  });
});
