import assert from "node:assert/strict";
import { withoutAdopted } from "../../config/adoptedRepositories";
import { registryName } from "../../config/repositorySettings";
import { startMocks } from "../components/mocks";
import { parse } from "./parsing";
import { stateOf } from "./states";

const region = "ap-northeast-2";
const privateType = "ecr:index:PrivateRepository$aws:ecr/repository:Repository";
const publicType = "ecr:index:PublicRepository$aws:ecrpublic/repository:Repository";

describe("import of a repository that the stack already has", () => {
  before(() => startMocks({}, true));

  it("is left out, so that a region added later does not import and delete it, and its name stays", () => {
    const config = parse({
      privateRepositories: {
        cart: { import: "team/cart", region },
        far: { import: { repository: "far", repositoryPolicy: true }, region: "eu-west-1" },
        foreign: { import: "foreign" },
      },
      publicRepositories: { show: { import: "gallery" }, other: { import: "other" } },
    });
    const state = [
      ...stateOf(privateType, "team/cart", { name: "team/cart", region }),
      // The same name in another region is a different repository.
      ...stateOf(privateType, "far", { name: "far", region }),
      ...stateOf(publicType, "gallery", { repositoryName: "gallery", region: "us-east-1" }),
    ];
    const kept = withoutAdopted(config, state, region);
    assert.equal(kept.privateRepositories["cart"]?.import, undefined);
    assert.equal(registryName(kept.privateRepositories["cart"], "cart"), "team/cart");
    assert.deepEqual(kept.privateRepositories["far"], config.privateRepositories["far"]);
    assert.deepEqual(kept.privateRepositories["foreign"], config.privateRepositories["foreign"]);
    assert.equal(kept.publicRepositories["show"]?.import, undefined);
    assert.equal(registryName(kept.publicRepositories["show"], "show"), "gallery");
    assert.deepEqual(kept.publicRepositories["other"], config.publicRepositories["other"]);
  });
});
