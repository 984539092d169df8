import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { InputRefused, PrivateRepository, PublicRepository, PushRole } from "../../components";
import { type Mocks, startMocks } from "./mocks";

const repositoryType = "aws:ecr/repository:Repository";

describe("transforms of a component's resources", () => {
  let mocks: Mocks;
  let options: Record<string, pulumi.CustomResourceOptions>;
  const record: pulumi.ResourceTransformation = ({ type, opts }) => {
    options[type] = opts;
    return undefined;
  };
  const recorded = { transformations: [record] };

  beforeEach(async () => {
    mocks = await startMocks();
    options = {};
  });

  const inputsOf = (type: string) => mocks.ofType(type).map(({ inputs }) => inputs);

  it("change a resource's arguments with an object, and leave the others alone", async () => {
    new PrivateRepository("plain", { repositoryName: "same", createKey: true, access: { pullFrom: ["o-a1b2c3d4e5"] } });
    await mocks.settle();
    const before = new Map(mocks.registrations.map(({ type, inputs }) => [type, inputs]));
    mocks = await startMocks();
    new PrivateRepository("plain", {
      ...{ repositoryName: "same", createKey: true, access: { pullFrom: ["o-a1b2c3d4e5"] } },
      transform: {
        repository: { tags: { tier: "1" } },
        lifecyclePolicy: { policy: "{}" },
        repositoryPolicy: { policy: "[]" },
        key: { description: "ours" },
      },
    });
    await mocks.settle();
    const changed = mocks.registrations.map(({ type, inputs }) => [
      type,
      Object.fromEntries(
        Object.entries(inputs).filter(
          ([key, value]) => JSON.stringify(value) !== JSON.stringify(before.get(type)?.[key]),
        ),
      ),
    ]);
    assert.equal(changed.length, before.size);
    assert.deepEqual(Object.fromEntries(changed.filter(([, inputs]) => Object.keys(inputs ?? {}).length > 0)), {
      [repositoryType]: { tags: { tier: "1" } },
      "aws:ecr/lifecyclePolicy:LifecyclePolicy": { policy: "{}" },
      "aws:ecr/repositoryPolicy:RepositoryPolicy": { policy: "[]" },
      "aws:kms/key:Key": { description: "ours" },
    });
  });

  it("change arguments and options with a function, which receives the name", async () => {
    const names: string[] = [];
    new PublicRepository(
      "gallery",
      {
        transform: {
          repository: (args, opts, name) => {
            names.push(name);
            args.forceDestroy = true;
            opts.ignoreChanges = ["catalogData"];
          },
        },
      },
      recorded,
    );
    await mocks.settle();
    assert.deepEqual(names, ["gallery"]);
    const type = "aws:ecrpublic/repository:Repository";
    assert.equal(inputsOf(type)[0]?.["forceDestroy"], true);
    assert.deepEqual(options[type]?.ignoreChanges, ["catalogData"]);
    assert.equal(options[type]?.deleteBeforeReplace, true, "its own options stay");
  });

  it("change the role and the identity provider of a push role", async () => {
    new PushRole("ci", {
      repositories: ["arn:aws:ecr:ap-northeast-2:123456789012:repository/petclinic"],
      github: [{ repository: "octo-org/petclinic", branches: ["main"] }],
      createProvider: true,
      transform: { role: { description: "Ours" }, provider: { thumbprintLists: ["a".repeat(40)] } },
    });
    await mocks.settle();
    assert.equal(inputsOf("aws:iam/role:Role")[0]?.["description"], "Ours");
    assert.deepEqual(inputsOf("aws:iam/openIdConnectProvider:OpenIdConnectProvider")[0]?.["thumbprintLists"], [
      "a".repeat(40),
    ]);
  });

  it("are refused for arguments that other parts of the component depend on", async () => {
    const faults = (make: () => unknown) => {
      try {
        make();
      } catch (error) {
        if (error instanceof InputRefused) return error.faults.map(({ path }) => path);
        throw error;
      }
      return [];
    };
    assert.deepEqual(
      faults(
        () =>
          new PrivateRepository("aa", { transform: { repository: { name: "other", imageTagMutability: "MUTABLE" } } }),
      ),
      ["transform.repository.name", "transform.repository.imageTagMutability"],
    );
    assert.deepEqual(
      faults(
        () =>
          new PrivateRepository("bb", {
            transform: {
              lifecyclePolicy: (args) => {
                args.repository = "other";
              },
            },
          }),
      ),
      ["transform.lifecyclePolicy.repository"],
    );
    const role = (transform: object) => () =>
      new PushRole("ci", {
        repositories: ["arn:aws:ecr:ap-northeast-2:123456789012:repository/petclinic"],
        github: [{ repository: "octo-org/petclinic", branches: ["main"] }],
        createProvider: true,
        transform,
      });
    assert.deepEqual(faults(role({ role: { assumeRolePolicy: "{}" } })), ["transform.role.assumeRolePolicy"]);
    assert.deepEqual(
      faults(() => new PublicRepository("cc", { transform: { repository: { region: "eu-west-1" } } })),
      ["transform.repository.region"],
    );
    await mocks.settle();
    assert.deepEqual(
      inputsOf(repositoryType).map(({ name }) => name),
      ["bb"],
      "what is refused is not registered",
    );
  });
});
