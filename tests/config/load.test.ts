import assert from "node:assert/strict";
import { InvalidInputError } from "../../ecr/faults";
import { startMocks } from "../components/mocks";
import { faultsOf, parse, parseConfig } from "./parsing";

describe("checkConfig", () => {
  // As in a preview, which needs no Docker.
  before(() => startMocks({}, true));

  it("fills in missing sections and ignores other packages' config", () => {
    assert.deepEqual(parse({ "aws:region": "ap-northeast-2", "aws:nonsense": "1" }), {
      defaults: {},
      privateRepositories: {},
      publicRepositories: {},
      images: {},
      mirroredImages: {},
      registries: {},
      pushRoles: {},
      registryEvents: {},
      tags: {},
    });
  });

  it("reads a whole environment", () => {
    const config = parse({
      "ecr:privateRepositories": { petclinic: { encryption: "aes256", exclusionFilters: ["latest"] } },
      "ecr:publicRepositories": { petclinic: { catalogData: { architectures: ["x86-64"] } } },
      "ecr:images": { petclinic: { context: "app", repositories: ["private/petclinic", "public/petclinic"] } },
      "ecr:tags": { team: "vets" },
    });
    assert.deepEqual(config.privateRepositories["petclinic"], { encryption: "aes256", exclusionFilters: ["latest"] });
    assert.deepEqual(config.images["petclinic"]?.repositories, ["private/petclinic", "public/petclinic"]);
  });

  it("names every unknown key and wrong type with its path", () => {
    const faults = faultsOf({
      "ecr:privateRepository": {},
      "ecr:privateRepositories": { petclinic: { encrypton: "kms", scanOnPush: "yes", encryption: "rot13" } },
      "ecr:images": { petclinic: { context: "app", repositories: [] } },
      "ecr:tags": { team: 1 },
    });
    assert.deepEqual(Object.keys(faults).sort(), [
      "ecr:images.petclinic.repositories",
      "ecr:privateRepositories.petclinic.encryption",
      "ecr:privateRepositories.petclinic.encrypton",
      "ecr:privateRepositories.petclinic.scanOnPush",
      "ecr:privateRepository",
      "ecr:tags.team",
    ]);
    assert.equal(faults["ecr:privateRepositories.petclinic.encrypton"], "unknown key.");
    assert.match(faults["ecr:privateRepositories.petclinic.scanOnPush"] ?? "", /must be true or false/);
  });

  it("refuses a string in place of a map", () => {
    assert.match(faultsOf({ "ecr:images": "app" })["ecr:images"] ?? "", /must be a map/);
  });

  it("collects what the components would refuse, with paths into the config", () => {
    const faults = faultsOf({
      "ecr:privateRepositories": { petclinic: { encryption: "aes256", kmsKey: "alias/mine" }, Vets: {} },
      "ecr:publicRepositories": { petclinic: { region: "eu-west-1" } },
      "ecr:images": { petclinic: { context: "no-such-folder", repositories: ["private/petclinic"], tags: ["latest"] } },
    });
    assert.deepEqual(Object.keys(faults).sort(), [
      "ecr:images.petclinic.context",
      "ecr:images.petclinic.tags[0]",
      "ecr:privateRepositories.Vets.repositoryName",
      "ecr:privateRepositories.petclinic.kmsKey",
      "ecr:publicRepositories.petclinic.region",
    ]);
  });

  it("refuses a repository that the config does not describe", () => {
    const faults = faultsOf({
      "ecr:privateRepositories": { petclinic: {} },
      "ecr:images": { petclinic: { context: "app", repositories: ["private/petclinic", "public/petclinic"] } },
    });
    assert.deepEqual(faults, { "ecr:images.petclinic.repositories[1]": "no such repository in this config." });
  });

  it("refuses a reference in another form", () => {
    const faults = faultsOf({ "ecr:images": { petclinic: { context: "app", repositories: ["petclinic"] } } });
    assert.match(faults["ecr:images.petclinic.repositories[0]"] ?? "", /must be private\/<key> or public\/<key>/);
  });

  for (const key of ["__proto__", "constructor", "prototype"]) {
    it(`refuses ${key} as a key at any level, so that nothing is set unnoticed`, () => {
      const hidden = `{"${key}": {"forceDelete": true}}`;
      const all = {
        [`ecr:${key}`]: '{"tags": {"team": "hidden"}}',
        "ecr:privateRepositories": hidden,
        "ecr:defaults": `{"privateRepository": ${hidden}}`,
        "ecr:pushRoles": `{"release": {"repositories": ["x"], "github": [{"repository": "a/b", "${key}": {"pullRequests": true}}]}}`,
        "ecr:tags": `{"${key}": "x"}`,
      };
      const config = Object.fromEntries(Object.entries(all));
      assert.throws(
        () => parseConfig(config, "ecr"),
        (error) => {
          assert.ok(error instanceof InvalidInputError);
          assert.deepEqual(
            error.faults.map(({ path }) => path).sort(),
            [
              `ecr:${key}`,
              `ecr:defaults.privateRepository.${key}`,
              `ecr:privateRepositories.${key}`,
              `ecr:pushRoles.release.github[0].${key}`,
              `ecr:tags.${key}`,
            ].sort(),
          );
          return true;
        },
      );
    });
  }
});
