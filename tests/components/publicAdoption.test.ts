import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { ExistingPublicRepository, PublicRepository, type PublicRepositoryArgs } from "../../components";
import { InputRefused } from "../../components/inputChecks";
import { account, childOptions, known, type Mocks, startMocks } from "./mocks";

const repositoryType = "aws:ecrpublic/repository:Repository";
const policyType = "aws:ecrpublic/repositoryPolicy:RepositoryPolicy";

describe("a public repository that already exists", () => {
  let mocks: Mocks;
  beforeEach(async () => {
    mocks = await startMocks();
  });

  const optionsOf = (args: PublicRepositoryArgs, opts?: pulumi.ComponentResourceOptions) =>
    childOptions(mocks, (recorded) => new PublicRepository("petclinic", args, { ...opts, ...recorded }));

  it("is adopted in us-east-1, whatever the provider's region, and with its policy if requested", async () => {
    const access = { pushFrom: [account] };
    const short = await optionsOf({ import: "team/legacy", access });
    assert.equal(short[repositoryType]?.import, "team/legacy@us-east-1");
    assert.equal(short[policyType]?.import, undefined);
    assert.equal(mocks.ofType(repositoryType)[0]?.inputs["repositoryName"], "team/legacy");
    const long = await optionsOf({ import: { repository: "legacy", repositoryPolicy: true }, access });
    assert.equal(long[policyType]?.import, "legacy@us-east-1");
    assert.equal((await optionsOf({}))[repositoryType]?.import, undefined);
  });

  it("is protected and retained, but its policy is not protected", async () => {
    const args = { access: { pushFrom: [account] } };
    for (const options of [
      await optionsOf({ ...args, protect: true, retainOnDelete: true }),
      await optionsOf(args, { protect: true, retainOnDelete: true }),
    ]) {
      assert.equal(options[repositoryType]?.protect, true);
      assert.equal(options[policyType]?.protect, false);
      assert.equal(options["ecr:index:PublicRepository"]?.retainOnDelete, true);
    }
  });

  for (const [what, args, path] of [
    ["an invalid name", { import: "Pet Clinic" }, "import"],
    ["another name", { import: "legacy", repositoryName: "other" }, "repositoryName"],
    ["a tag key reserved by AWS", { tags: { "aws:x": "y" } }, 'tags["aws:x"]'],
    [
      "actions of private ECR",
      { access: { statements: [{ Effect: "Allow", Principal: "*", Action: "ecr:PutImage" }] } },
      "access.statements[0].Action",
    ],
    ["an invalid principal", { access: { pushFrom: ["everyone"] } }, "access.pushFrom[0]"],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      assert.throws(
        () => new PublicRepository("petclinic", args),
        (error) => error instanceof InputRefused && error.faults[0]?.path === path,
      );
      await mocks.settle();
      assert.deepEqual(mocks.registrations, []);
    });
  }

  it("is looked up by name in us-east-1", async () => {
    const shared = PublicRepository.get("shared", { repositoryName: "platform/base" });
    assert.ok(shared instanceof ExistingPublicRepository);
    assert.equal(shared.kind, "public");
    assert.equal(await known(shared.repository.id), "platform/base@us-east-1");
    await mocks.settle();
    assert.deepEqual(
      mocks.registrations.map(({ type, name }) => [type, name]),
      [
        ["ecr:index:ExistingPublicRepository", "shared"],
        [repositoryType, "shared"],
      ],
    );
    assert.throws(() => PublicRepository.get("Shared"), /repositoryName: found "Shared"/);
  });
});
