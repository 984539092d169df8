import assert from "node:assert/strict";
import { withoutAdoptedSettings } from "../../config/adoptedRegistries";
import { account, type Mocks, region, startMocks } from "../components/mocks";
import { parse } from "./parsing";
import { stateOf } from "./states";

const scanner = `arn:aws:iam::${account}:role/scanner`;

describe("import of registry settings that the stack already has", () => {
  /** AWS has everything that the config describes, except `k8s`. */
  const settings = {
    "AWS::ECR::RegistryPolicy": { PolicyText: {} },
    "AWS::ECR::ReplicationConfiguration": { ReplicationConfiguration: { Rules: [{}] } },
    "AWS::ECR::PullThroughCacheRule quay": {},
    "AWS::ECR::PullThroughCacheRule ghcr": {},
    "AWS::ECR::RepositoryCreationTemplate ROOT": {},
    [`AWS::ECR::PullTimeUpdateExclusion ${scanner}`]: {},
  };
  let mocks: Mocks;
  beforeEach(async () => {
    mocks = await startMocks({ settings }, true);
  });

  const below = (type: string) => `ecr:index:Registry$aws:ecr/${type}`;
  const config = (entry: object) =>
    parse({
      registries: {
        main: {
          ...{ replicateFrom: ["210987654321"], replication: [{ regions: ["us-east-1"] }] },
          ...{
            pullThroughCache: ["quay", "k8s", "ghcr"].map((prefix) => ({ upstream: "ecr-public", prefix })),
            pullTimeExclusions: [scanner],
          },
          creationTemplates: [{ prefix: "ROOT", appliedFor: ["CREATE_ON_PUSH"], encryption: "aes256" }],
          accountSettings: { blobMounting: true, registryPolicyScope: "V2" },
          ...entry,
        },
      },
    });
  const state = [
    ...stateOf(below("registryPolicy:RegistryPolicy"), region, { region }),
    ...stateOf(below("registryScanningConfiguration:RegistryScanningConfiguration"), region, { region }),
    ...stateOf(below("replicationConfiguration:ReplicationConfiguration"), region, { region }),
    ...stateOf(below("pullThroughCacheRule:PullThroughCacheRule"), region, { region, ecrRepositoryPrefix: "quay" }),
    ...stateOf(below("repositoryCreationTemplate:RepositoryCreationTemplate"), region, { region, prefix: "ROOT" }),
    ...stateOf(below("accountSetting:AccountSetting"), region, { region, name: "BLOB_MOUNTING" }),
    ...stateOf(below("pullTimeUpdateExclusion:PullTimeUpdateExclusion"), region, { region, principalArn: scanner }),
  ];
  const left = async (entry: object, of = state) =>
    (await withoutAdoptedSettings(config(entry), { state: of, region })).registries["main"]?.import;
  const none = {
    ...{ registry: account, policy: false, scanning: false, replication: false, pullThroughCache: [] },
    ...{ creationTemplates: [], accountSettings: [], pullTimeExclusions: [] },
  };

  it("is left out setting by setting, and what AWS lacks is created, so that it can stay when the config grows", async () => {
    assert.deepEqual(await left({ import: account }), {
      ...none,
      ...{ pullThroughCache: ["ghcr"], accountSettings: ["registryPolicyScope"] },
    });
    assert.deepEqual(await left({ import: account }, []), {
      ...{ registry: account, policy: true, scanning: true, replication: true, pullThroughCache: ["quay", "ghcr"] },
      ...{ creationTemplates: ["ROOT"], accountSettings: ["registryPolicyScope", "blobMounting"] },
      pullTimeExclusions: [scanner],
    });
    await startMocks({}, true);
    assert.deepEqual(await left({ import: account }, []), {
      ...none,
      ...{ scanning: true, accountSettings: ["registryPolicyScope", "blobMounting"] },
    });
  });

  it("is refused with a remedy if the settings in AWS may not be read", async () => {
    await startMocks(
      { failSettings: "AccessDeniedException: not authorized to perform: cloudformation:GetResource" },
      true,
    );
    await assert.rejects(left({ import: account }, []), ({ message }: Error) => {
      assert.match(
        message,
        /existing settings cannot be adopted: 1 fault\n {2}- .*ecr:registries\.main\.import: found "123456789012"\. /,
      );
      assert.match(message, /cannot be read: .*AccessDeniedException.*\. Allow cloudformation:GetResource and /);
      return true;
    });
  });

  it("is used as written in the long form, minus what the stack has, and AWS is not asked", async () => {
    assert.equal(await left({ import: { registry: account, policy: true, pullThroughCache: ["quay"] } }), undefined);
    const named = { registry: account, pullThroughCache: ["quay", "k8s"] };
    assert.deepEqual(await left({ import: named }), { ...none, pullThroughCache: ["k8s"] });
    assert.equal(await left({}), undefined);
    assert.deepEqual(mocks.calls, []);
  });

  it("stays if the stack has the settings in another region only", async () => {
    const elsewhere = { import: account, region: "eu-west-1" };
    assert.deepEqual(await left(elsewhere), await left(elsewhere, []));
    assert.deepEqual(
      mocks.calls.find(({ token }) => token.startsWith("aws:cloudcontrol"))?.args["region"],
      "eu-west-1",
    );
  });

  it("stays complete for another account's registry, which the component refuses", async () => {
    const other = await left({ import: "210987654321" }, []);
    assert.ok(typeof other === "object" && other.pullThroughCache?.includes("k8s"));
  });
});
