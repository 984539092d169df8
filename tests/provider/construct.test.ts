import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { InputRefused, PrivateRepository } from "../../components";
import { construct } from "../../provider/components/construct";
import { referencedResource } from "../../provider/components/repositories";
import { known, type Mocks, startMocks } from "../components/mocks";

const unknown = pulumi.output(pulumi.unknown);

describe("components of the package ecr", () => {
  let mocks: Mocks;
  const searchPath = process.env["PATH"];
  beforeEach(async () => {
    // Without a docker client, there is no check whether an engine responds.
    process.env["PATH"] = "";
    mocks = await startMocks();
  });
  afterEach(() => {
    process.env["PATH"] = searchPath;
  });

  const make = (component: string, inputs: pulumi.Inputs = {}) =>
    construct("petclinic", `ecr:index:${component}`, inputs, {});
  /** Paths of the faults; nothing may be registered. */
  const faultsOf = async (component: string, inputs: pulumi.Inputs) => {
    const failed = await make(component, inputs).then(
      () => assert.fail("it was taken"),
      (error: unknown) => error,
    );
    assert.ok(failed instanceof InputRefused, String(failed));
    await mocks.settle();
    assert.deepEqual(mocks.registrations, []);
    assert.ok(failed.message.startsWith(`${component} "petclinic": `), failed.message);
    return failed.faults.map(({ path }) => path);
  };
  /** A reference to a repository, as in an image's inputs. */
  const reference = async (component: string, inputs?: pulumi.Inputs) => {
    const urn = await known(pulumi.output((await make(component, inputs)).urn));
    await mocks.settle();
    return referencedResource(urn);
  };

  it("register the same resources as a program in TypeScript", async () => {
    const inputs = { encryption: "aes256", exclusionFilters: ["latest"], forceDelete: true, tags: { team: "pets" } };
    const { urn, state } = await make("PrivateRepository", { ...inputs, lifecyclePreset: "release" });
    await mocks.settle();
    const made = mocks.registrations;
    assert.match(await known(pulumi.output(urn)), /::ecr:index:PrivateRepository::petclinic$/);
    assert.deepEqual(Object.keys(state).sort(), ["arn", "region", "registryId", "repositoryName", "url"]);
    mocks = await startMocks();
    new PrivateRepository("petclinic", { ...inputs, encryption: "aes256", lifecyclePolicy: "release" });
    await mocks.settle();
    assert.deepEqual(made, mocks.registrations);
  });

  it("accept a lifecycle as a preset, rules or a document, but only one of these", async () => {
    const policyOf = async (inputs: pulumi.Inputs) => {
      mocks = await startMocks();
      await make("PrivateRepository", inputs);
      await mocks.settle();
      return mocks.ofType("aws:ecr/lifecyclePolicy:LifecyclePolicy")[0]?.inputs["policy"];
    };
    const rules = [{ images: "untagged", expireAfterDays: 7 }];
    const text = await policyOf({ lifecycleRules: rules });
    assert.ok(typeof text === "string");
    assert.equal(await policyOf({ lifecycleDocument: text }), text);
    assert.equal(await policyOf({ lifecyclePreset: "none" }), undefined);
    mocks = await startMocks();
    assert.deepEqual(await faultsOf("PrivateRepository", { lifecyclePreset: "none", lifecycleRules: rules }), [
      "lifecycleRules",
    ]);
  });

  it("report every fault by the property as written, before anything is created", async () => {
    const wrong = { repositoryName: "Pets", encryption: "kns", keyDeletionWindowDays: 9 };
    const rules = [
      { images: "untagged", expireAfterDays: 0 },
      { images: "all", keepNewest: 1 },
    ];
    assert.deepEqual(await faultsOf("PrivateRepository", { ...wrong, lifecycleRules: rules }), [
      "repositoryName",
      "encryption",
      "keyDeletionWindowDays",
      "lifecycleRules[1].images",
    ]);
    assert.deepEqual(await faultsOf("PrivateRepository", { lifecyclePreset: "servce" }), ["lifecyclePreset"]);
    assert.deepEqual(await faultsOf("PrivateRepository", { lifecycleDocument: '{"rules":[]}' }), [
      "lifecycleDocument",
      "lifecycleDocument.rules",
    ]);
    const template = { prefix: "team", appliedFor: ["CREATE_ON_PUSH"] };
    const templates = [template, { ...template, prefix: "b2", lifecycleRules: [{ images: "any", keepNewest: -1 }] }];
    assert.deepEqual(await faultsOf("Registry", { creationTemplates: templates }), [
      "creationTemplates[1].lifecycleRules[0].keepNewest",
    ]);
  });

  it("refuse what is not in the schema: unknown names, wrong types, missing properties", async () => {
    assert.deepEqual(
      await faultsOf("PrivateRepository", {
        repositryName: "pets",
        exclusionFilters: "latest",
        scanOnPush: "yes",
        access: { pullFom: [] },
        import: { repositoryPolicy: true },
        lifecycleRules: [7],
      }),
      ["repositryName", "exclusionFilters", "scanOnPush", "access.pullFom", "import.repository", "lifecycleRules[0]"],
    );
    assert.deepEqual(await faultsOf("ContainerImage", { context: 7 }), ["context", "repositories"]);
    assert.deepEqual(await faultsOf("Registry", { leaveScanning: true, scanning: {} }), ["leaveScanning"]);
    await assert.rejects(make("PrivteRepository"), /there is no such component. did you mean "PrivateRepository"\?/i);
  });

  it("accept outputs, and report unknown values where they are not allowed", async () => {
    const { state } = await make("PrivateRepository", {
      repositoryName: pulumi.output("team/pets"),
      exclusionFilters: pulumi.output(["latest"]),
      access: { pullFrom: [pulumi.output("210987654321")] },
    });
    assert.equal(await known(state["repositoryName"]), "team/pets");
    mocks = await startMocks();
    assert.deepEqual(await faultsOf("PrivateRepository", { exclusionFilters: unknown, createKey: unknown }), [
      "exclusionFilters",
      "createKey",
    ]);
    assert.deepEqual(await faultsOf("PrivateRepository", { exclusionFilters: ["a", unknown] }), [
      "exclusionFilters[1]",
    ]);
  });

  it("accept arguments for single resources, with outputs in them", async () => {
    const scanning = pulumi.output({ scanOnPush: false });
    await make("PrivateRepository", { transform: { repository: { imageScanningConfiguration: scanning } } });
    await mocks.settle();
    const [made] = mocks.ofType("aws:ecr/repository:Repository");
    assert.deepEqual(made?.inputs["imageScanningConfiguration"], { scanOnPush: false });
    mocks = await startMocks();
    const named = { transform: { repository: { name: "other" }, policy: {} } };
    assert.deepEqual(await faultsOf("PrivateRepository", named), ["transform.policy"]);
  });

  it("refuse a secret that would be stored in plain text", async () => {
    const repositories = [await reference("PrivateRepository")];
    mocks.registrations.length = 0;
    const args = { TOKEN: pulumi.secret("hunter2") };
    assert.deepEqual(await faultsOf("ContainerImage", { context: "app", repositories, args }), ["args.TOKEN"]);
  });

  it("accept a value that is secret as a whole, and keep its secret part secret", async () => {
    const rule = { upstream: "docker-hub", credential: { username: "pets", accessToken: "hunter2" } };
    await make("Registry", { pullThroughCache: pulumi.secret([rule]) });
    await mocks.settle();
    const [version] = mocks.ofType("aws:secretsmanager/secretVersion:SecretVersion");
    // The SDK's representation of a secret.
    const { value } = (version ?? assert.fail()).inputs["secretString"] as { value: string };
    assert.equal(JSON.parse(value).accessToken, "hunter2");
  });

  it("push an image to the given repositories only", async () => {
    const repositories = [
      await reference("PrivateRepository", { exclusionFilters: ["latest"] }),
      await reference("PublicRepository"),
    ];
    mocks.registrations.length = 0;
    const urls = [
      "PrivateRepository",
      "petclinic",
      referencedResource("urn:pulumi:stack::project::ecr:index:PrivateRepository::none"),
    ];
    assert.deepEqual(await faultsOf("ContainerImage", { context: "app", repositories: urls }), [
      "repositories[0]",
      "repositories[1]",
      "repositories[2]",
    ]);
    assert.deepEqual(await faultsOf("ContainerImage", { context: "app", repositories, tags: ["newest"] }), ["tags[0]"]);
    const { state } = await make("ContainerImage", { context: "app", repositories, tags: ["latest"] });
    await mocks.settle();
    assert.match(state["tag"], /^src-/);
    assert.deepEqual(
      mocks.ofType("ecr:index:ImageCopy").map(({ name }) => name),
      ["petclinic:public:petclinic"],
    );
  });
});
