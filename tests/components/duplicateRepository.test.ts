import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { InputRefused } from "../../components/inputChecks";
import { refuseDuplicateRepository } from "../../components/repositories/duplicateRepository";
import { type MockRegistry, region, startMocks } from "./mocks";

type Repository = Omit<Parameters<typeof refuseDuplicateRepository>[0], "subject" | "parent">;

const cart = { type: "aws:ecr/repository:Repository", repositoryName: "team/cart", region: undefined } as const;
const gallery = {
  type: "aws:ecrpublic/repository:Repository",
  repositoryName: "pets/gallery",
  region: "us-east-1",
} as const;
const state: MockRegistry["state"] = {
  "urn:pulumi:test::ecr::ecr:index:PrivateRepository$aws:ecr/repository:Repository::cart": {
    type: cart.type,
    outputs: { name: "team/cart", region },
  },
  "urn:pulumi:test::ecr::my:own:Component$aws:ecrpublic/repository:Repository::gallery": {
    type: gallery.type,
    outputs: { repositoryName: "pets/gallery", region: "us-east-1" },
  },
};

describe("a repository that the stack has under another logical name", () => {
  async function check(repository: Repository) {
    const mocks = await startMocks({ state });
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
    try {
      return { name: await refuseDuplicateRepository({ ...repository, subject: "Some repository", parent }), mocks };
    } finally {
      await mocks.settle();
    }
  }

  it("is neither created nor imported a second time, and the error says how to keep it", async () => {
    for (const [repository, former] of [
      [{ ...cart, names: ["basket"] }, "cart"],
      [{ ...cart, region, names: ["basket", "trolley"] }, "cart"],
      [{ ...gallery, names: ["show"] }, "gallery"],
    ] as const) {
      await assert.rejects(check(repository), (error) => {
        assert.ok(error instanceof InputRefused, String(error));
        assert.equal(error.faults[0]?.path, "repositoryName");
        assert.match(error.message, new RegExp(`Some repository.*\\n.*aliases: \\[\\{ name: "${former}" \\}\\]`));
        return true;
      });
    }
  });

  it("is accepted if it keeps the name or has it as an alias, and AWS is not asked", async () => {
    for (const names of [["cart"], ["basket", "cart"]]) {
      const { name, mocks } = await check({ ...cart, names });
      assert.equal(name, "team/cart");
      assert.deepEqual(mocks.calls, []);
    }
  });

  it("is a different one in another region, in the other kind of registry, or with another repository name", async () => {
    for (const repository of [
      { ...cart, region: "eu-west-1" },
      { ...cart, type: gallery.type },
      { ...cart, repositoryName: "team/other" },
    ]) {
      assert.equal((await check({ ...repository, names: ["basket"] })).name, repository.repositoryName);
    }
  });
});
