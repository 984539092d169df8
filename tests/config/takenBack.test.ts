import assert from "node:assert/strict";
import { privateRepositoryArgs } from "../../config/sections/privateRepositories";
import { publicRepositoryArgs } from "../../config/sections/publicRepositories";
import { registryArgs } from "../../config/sections/registries";
import { InvalidInputError } from "../../ecr/faults";
import { startMocks } from "../components/mocks";
import { parse } from "./parsing";

/** The only fault of a config. */
function faultOf(values: Record<string, unknown>) {
  try {
    parse(values);
  } catch (error) {
    assert.ok(error instanceof InvalidInputError, String(error));
    assert.equal(error.faults.length, 1, error.message);
    return error.faults[0];
  }
  assert.fail("nothing was refused");
}

describe("a default that an entry removes", () => {
  before(() => startMocks({}, true));

  it("is removed with null, whatever the setting, and the component's own default applies", () => {
    const defaults = {
      encryption: "kms",
      kmsKey: "alias/team-images",
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      exclusionFilters: ["latest"],
      scanOnPush: false,
      lifecyclePolicy: false,
      protectedTags: ["v*"],
      access: { pullFrom: ["210987654321"] },
      forceDelete: true,
      protect: true,
      retainOnDelete: true,
      region: "eu-west-1",
    };
    const config = parse({
      defaults: {
        privateRepository: defaults,
        publicRepository: { access: { pushFrom: ["210987654321"] }, forceDestroy: true, protect: true },
      },
      privateRepositories: { shop: Object.fromEntries(Object.keys(defaults).map((setting) => [setting, null])) },
      publicRepositories: { shop: { access: null, forceDestroy: null, protect: null } },
    });
    assert.deepEqual(privateRepositoryArgs(config, "shop"), { repositoryName: "shop", tags: {} });
    assert.deepEqual(publicRepositoryArgs(config, "shop"), { repositoryName: "shop", tags: {} });
  });

  it("can be a tag of the environment or of all repositories", () => {
    const config = parse({
      tags: { project: "pets", team: "vets" },
      defaults: { privateRepository: { tags: { tier: "1" } } },
      privateRepositories: { shop: { tags: { tier: null, team: null, owner: "me" } } },
      registries: { main: { tags: { project: null } } },
    });
    assert.deepEqual(privateRepositoryArgs(config, "shop").tags, { project: "pets", owner: "me" });
    assert.deepEqual(registryArgs(config, "main").tags, { team: "vets" });
  });

  it("is removed with an empty list if it is an exclusion filter", () => {
    const config = parse({
      defaults: { privateRepository: { exclusionFilters: ["latest"] } },
      privateRepositories: { shop: { exclusionFilters: [] } },
    });
    assert.deepEqual(config.privateRepositories["shop"], { exclusionFilters: [] });
  });

  it("is named where it does not suit an entry, with the way to remove it", () => {
    const fault = faultOf({
      defaults: { privateRepository: { kmsKey: "alias/team-images" } },
      privateRepositories: { shop: { encryption: "aes256" }, cart: {} },
    });
    assert.equal(fault?.path, "ecr:privateRepositories.shop.kmsKey");
    assert.match(fault?.fix ?? "", /comes from defaults\.privateRepository\. Write kmsKey: null here/);
  });

  it("is reported in the config's own form: filters are patterns, not ECR's objects", () => {
    const fault = faultOf({
      privateRepositories: { shop: { imageTagMutability: "IMMUTABLE_WITH_EXCLUSION", exclusionFilters: [] } },
    });
    assert.equal(fault?.path, "ecr:privateRepositories.shop.exclusionFilters");
    assert.match(fault?.fix ?? "", /add a filter such as "latest"/);
    const own = faultOf({ privateRepositories: { shop: { exclusionFilters: ["a*b*c*"] } } });
    assert.deepEqual([own?.path, own?.value], ["ecr:privateRepositories.shop.exclusionFilters[0]", "a*b*c*"]);
  });

  it("must exist for null to be allowed: a name has none", () => {
    assert.equal(
      faultOf({ privateRepositories: { shop: { repositoryName: null } } })?.path,
      "ecr:privateRepositories.shop.repositoryName",
    );
    assert.equal(
      faultOf({ defaults: { privateRepository: { protect: null } } })?.path,
      "ecr:defaults.privateRepository.protect",
    );
  });
});
