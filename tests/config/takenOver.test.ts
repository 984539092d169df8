import assert from "node:assert/strict";
import type { StackState } from "../../components/stackState";
import { takenOverFaults } from "../../config/takenOver";
import { account, region, startMocks } from "../components/mocks";
import { parse } from "./parsing";
import { stateOf } from "./states";

const place = { region, registryId: account };
const statement = (principal: string, action: unknown) => ({
  Version: "2012-10-17",
  Statement: [{ Sid: "A", Effect: "Allow", Principal: { AWS: principal }, Action: action, Resource: "*" }],
});
const registryType = (type: string) => `ecr:index:Registry$aws:ecr/${type}`;

/** What this stack created. */
const state: StackState = [
  ...stateOf(registryType("registryPolicy:RegistryPolicy"), region, {
    ...place,
    policy: JSON.stringify(statement("210987654321", ["ecr:ReplicateImage"])),
  }),
  ...stateOf(registryType("registryScanningConfiguration:RegistryScanningConfiguration"), region, {
    ...place,
    scanType: "BASIC",
    rules: [
      {
        scanFrequency: "SCAN_ON_PUSH",
        repositoryFilters: [
          { filter: "b", filterType: "WILDCARD" },
          { filter: "a", filterType: "WILDCARD" },
        ],
      },
    ],
  }),
  ...stateOf(registryType("replicationConfiguration:ReplicationConfiguration"), region, {
    ...place,
    replicationConfiguration: {
      rules: [{ destinations: [{ region: "us-east-1", registryId: account }], repositoryFilters: [] }],
    },
  }),
];
/** The same settings as AWS returns them. */
const same = {
  "AWS::ECR::RegistryPolicy": {
    RegistryId: account,
    PolicyText: statement("arn:aws:iam::210987654321:root", "ecr:ReplicateImage"),
  },
  "AWS::ECR::RegistryScanningConfiguration": {
    RegistryId: account,
    ScanType: "BASIC",
    Rules: [
      {
        ScanFrequency: "SCAN_ON_PUSH",
        RepositoryFilters: [
          { Filter: "a", FilterType: "WILDCARD" },
          { Filter: "b", FilterType: "WILDCARD" },
        ],
      },
    ],
  },
  "AWS::ECR::ReplicationConfiguration": {
    RegistryId: account,
    ReplicationConfiguration: { Rules: [{ Destinations: [{ Region: "us-east-1", RegistryId: account }] }] },
  },
};
/** What another stack has set since. */
const others = {
  "AWS::ECR::RegistryPolicy": { PolicyText: statement("arn:aws:iam::321098765432:root", "ecr:ReplicateImage") },
  "AWS::ECR::RegistryScanningConfiguration": { ScanType: "ENHANCED", Rules: [] },
  "AWS::ECR::ReplicationConfiguration": {
    ReplicationConfiguration: { Rules: [{ Destinations: [{ Region: "eu-west-1", RegistryId: account }] }] },
  },
};

describe("registry settings that another stack took over", () => {
  async function faults(config: Record<string, unknown>, settings: Record<string, unknown>) {
    const mocks = await startMocks({ settings }, true);
    return { found: await takenOverFaults(parse(config), state, region), mocks };
  }

  it("are not deleted with this stack's section: each is named, with the way to remove it from the state", async () => {
    const { found } = await faults({}, others);
    assert.deepEqual(
      found.map(({ path }) => path),
      ["registries", "registries", "registries"],
    );
    assert.match(found[2]?.rule ?? "", /not the replication settings that this stack made in the registry of account/);
    assert.match(
      found[2]?.fix ?? "",
      /npx pulumi state delete '\S+\$aws:ecr\/replicationConfiguration:ReplicationConfiguration::ap-northeast-2'/,
    );
  });

  it("are not deleted individually, nor when the entry moves to another region", async () => {
    const { found } = await faults({ registries: { main: { replication: [{ regions: ["us-east-1"] }] } } }, others);
    assert.deepEqual(
      found.map(({ path }) => path),
      ["registries.main.policy"],
    );
    assert.equal((await faults({ registries: { main: { region: "eu-west-1" } } }, others)).found.length, 3);
  });

  it("are deleted as usual if AWS has what this stack made, in any form, or nothing; while they stay, AWS is not asked", async () => {
    assert.deepEqual((await faults({}, same)).found, []);
    assert.deepEqual((await faults({}, {})).found, []);
    const all = { replication: [{ regions: ["us-east-1"] }], replicateFrom: ["210987654321"] };
    assert.deepEqual((await faults({ registries: { main: all } }, others)).mocks.calls, []);
  });
});
