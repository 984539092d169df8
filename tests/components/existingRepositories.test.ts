import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { ExistingPrivateRepository, PrivateRepository, type PrivateRepositoryArgs } from "../../components";
import { InputRefused } from "../../components/inputChecks";
import { account, childOptions, known, type Mocks, startMocks } from "./mocks";

const types = {
  repository: "aws:ecr/repository:Repository",
  lifecycle: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  policy: "aws:ecr/repositoryPolicy:RepositoryPolicy",
  key: "aws:kms/key:Key",
  alias: "aws:kms/alias:Alias",
};

describe("a repository that already exists", () => {
  let mocks: Mocks;
  beforeEach(async () => {
    mocks = await startMocks();
  });

  /** The options that each child is registered with. */
  const optionsOf = (args: PrivateRepositoryArgs, opts?: pulumi.ComponentResourceOptions) =>
    childOptions(mocks, (recorded) => new PrivateRepository("petclinic", args, { ...opts, ...recorded }));

  it("is adopted under its name, and its policies are overwritten", async () => {
    const options = await optionsOf({ import: "team/legacy", encryption: "aes256", access: { pullFrom: [account] } });
    assert.equal(options[types.repository]?.import, "team/legacy");
    assert.equal(options[types.repository]?.ignoreChanges, undefined);
    assert.equal(options[types.lifecycle]?.import, undefined);
    assert.equal(options[types.policy]?.import, undefined);
    assert.equal(mocks.ofType(types.repository)[0]?.inputs["name"], "team/legacy");
  });

  it("is adopted with its repository policy, in its region and without its lifecycle policy", async () => {
    const options = await optionsOf({
      import: { repository: "legacy", repositoryPolicy: true },
      encryption: "aes256",
      repositoryName: "legacy",
      access: { pullFrom: [account] },
      region: "eu-west-1",
    });
    for (const type of [types.repository, types.policy]) assert.equal(options[type]?.import, "legacy@eu-west-1");
    // The engine refuses to replace imported resources, and every change to a lifecycle policy is a replacement.
    assert.equal(options[types.lifecycle]?.import, undefined);
  });

  it("is not adopted unless requested", async () => {
    const options = await optionsOf({});
    assert.equal(options[types.repository]?.import, undefined);
    assert.deepEqual(mocks.calls, []);
  });

  it("is protected together with its key, but not its policies, by argument or by resource option", async () => {
    const args = { createKey: true, access: { pullFrom: [account] } };
    for (const [given, opts] of [
      [{ ...args, protect: true }, undefined],
      [args, { protect: true }],
    ] as const) {
      mocks = await startMocks();
      const options = await optionsOf(given, opts);
      assert.equal(options[types.repository]?.protect, true);
      assert.equal(options[types.key]?.protect, true);
      for (const type of [types.lifecycle, types.policy, types.alias]) assert.equal(options[type]?.protect, false);
    }
    mocks = await startMocks();
    const released = await optionsOf({ ...args, protect: false }, { protect: true });
    assert.equal(released[types.repository]?.protect, false);
    assert.equal(released[types.key]?.protect, false);
  });

  it("is retained by the component's option, which all its children inherit", async () => {
    const retainOf = async (args: PrivateRepositoryArgs, opts?: pulumi.ComponentResourceOptions) =>
      (await optionsOf(args, opts))["ecr:index:PrivateRepository"]?.retainOnDelete;
    assert.equal(await retainOf({ retainOnDelete: true }), true);
    assert.equal(await retainOf({}, { retainOnDelete: true }), true);
    assert.equal(await retainOf({ retainOnDelete: false }, { retainOnDelete: true }), false);
    assert.equal(await retainOf({}), undefined);
  });

  for (const [what, args, path] of [
    ["an invalid name", { import: "Pet Clinic" }, "import"],
    ["an invalid name in the long form", { import: { repository: "x" } }, "import.repository"],
    ["another name for the repository", { import: "legacy", repositoryName: "other" }, "repositoryName"],
    ["a region that is known later", { import: "legacy", region: Promise.resolve("eu-west-1") }, "region"],
    ["a key of its own", { import: "legacy", createKey: true }, "createKey"],
  ] as const) {
    it(`is not adopted with ${what}`, async () => {
      assert.throws(
        () => new PrivateRepository("petclinic", args),
        (error) => error instanceof InputRefused && error.faults[0]?.path === path,
      );
      await mocks.settle();
      assert.deepEqual(mocks.registrations, []);
    });
  }
});

describe("PrivateRepository.get", () => {
  it("looks up a repository and registers nothing but the look-up", async () => {
    const mocks = await startMocks();
    const args = { repositoryName: "platform/base", region: "eu-west-1", registryId: "210987654321" };
    const shared = PrivateRepository.get("shared", args);
    assert.ok(shared instanceof ExistingPrivateRepository);
    assert.equal(await known(shared.url), `${account}.dkr.ecr.ap-northeast-2.amazonaws.com/platform/base`);
    assert.equal(await known(shared.repositoryName), "platform/base");
    assert.equal(shared.kind, "private");
    assert.equal(shared.tagSettings, undefined);
    await mocks.settle();
    assert.deepEqual(mocks.registrations, [
      { type: "ecr:index:ExistingPrivateRepository", name: "shared", inputs: {} },
    ]);
    assert.deepEqual(mocks.calls, [
      {
        token: "aws:ecr/getRepository:getRepository",
        args: { name: "platform/base", region: "eu-west-1", registryId: "210987654321" },
      },
    ]);
  });

  it("uses its own name as the repository's, in the provider's region and account", async () => {
    const mocks = await startMocks();
    assert.equal(await known(PrivateRepository.get("base").repositoryName), "base");
    assert.deepEqual(mocks.calls, [{ token: "aws:ecr/getRepository:getRepository", args: { name: "base" } }]);
  });

  it("refuses arguments that cannot name a repository", async () => {
    const mocks = await startMocks();
    assert.throws(
      () => PrivateRepository.get("Base", { region: "seoul", registryId: "1" }),
      (error) => {
        assert.ok(error instanceof InputRefused);
        assert.deepEqual(
          [...new Set(error.faults.map(({ path }) => path))],
          ["repositoryName", "region", "registryId"],
        );
        return true;
      },
    );
    await mocks.settle();
    assert.deepEqual(mocks.registrations, []);
  });
});
