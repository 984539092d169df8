import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type ConfigLocations, configLocations } from "../../cli/configLocations";
import { policyReportText } from "../../cli/policyReport/policyReportText";

describe("place in the config that a policy finding refers to", () => {
  let folder: string;
  let placeOf: ConfigLocations;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-places-"));
    fs.writeFileSync(
      path.join(folder, "Pulumi.dev.yaml"),
      [
        "config:",
        "  ecr:privateRepositories:",
        "    pets: { repositoryName: petclinic, lifecyclePolicy: false }",
        "    petclinic-pr: {}",
        "    tokyo: { repositoryName: team/a, region: ap-northeast-1 }",
        "    seoul: { repositoryName: team/a }",
        "  ecr:images:",
        "    web: { context: app, repositories: [private/pets] }",
      ].join("\n"),
    );
    placeOf = (urn, rule) => configLocations(folder, "org/ecr/dev")(urn, rule)?.replace(/^.*Pulumi\./, "Pulumi.");
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const urn = (types: string, name: string) => `urn:pulumi:dev::ecr::${types}::${name}`;

  it("is the setting, found by the repository's name in AWS, or the entry if the setting is absent", () => {
    const policy = urn("ecr:index:PrivateRepository$aws:ecr/repository:Repository", "petclinic");
    assert.equal(
      placeOf(policy, "ecr-lifecycle-policy"),
      "Pulumi.dev.yaml:3:57 ecr:privateRepositories.pets.lifecyclePolicy",
    );
    assert.equal(placeOf(policy, "ecr-stack-images-kept"), placeOf(policy, "ecr-lifecycle-policy"));
    const other = urn("ecr:index:PrivateRepository$aws:ecr/repository:Repository", "petclinic-pr");
    assert.equal(
      placeOf(other, "ecr-lifecycle-policy"),
      "Pulumi.dev.yaml:4:19 ecr:privateRepositories.petclinic-pr.lifecyclePolicy",
    );
    assert.equal(placeOf(other, "ecr-repository-names"), "Pulumi.dev.yaml:4:19 ecr:privateRepositories.petclinic-pr");
  });

  it("is the entry of the resource's own region if several have the same name", () => {
    for (const [name, key] of Object.entries({ "team/a": "seoul", "team/a@ap-northeast-1": "tokyo" })) {
      const repository = urn("ecr:index:PrivateRepository$aws:ecr/repository:Repository", name);
      assert.match(placeOf(repository, "ecr-repository-names") ?? "", new RegExp(` ecr:privateRepositories\\.${key}$`));
    }
  });

  it("is the image's entry for resources made from an image, and undefined if the config does not describe it", () => {
    const image = urn("ecr:index:ContainerImage$docker:index/image:Image", "web-src-0123456789abcdef");
    assert.equal(placeOf(image, "ecr-image-platforms"), "Pulumi.dev.yaml:8:10 ecr:images.web.platform");
    assert.equal(placeOf(urn("aws:ecr/repository:Repository", "petclinic"), "ecr-lifecycle-policy"), undefined);
    assert.equal(placeOf(urn("ecr:index:PublicRepository$x", "petclinic"), "ecr-access"), undefined);
    assert.equal(configLocations(folder, "none")(image, "x"), undefined);
  });

  it("is printed below each finding", () => {
    const finding = {
      urn: urn("ecr:index:PrivateRepository$x:y:Z", "petclinic"),
      level: "mandatory",
      message: "Add one.",
    };
    const rules = [{ pack: "p", rule: "ecr-lifecycle-policy", passed: 0, violations: [finding], unjudged: [] }];
    assert.match(
      policyReportText(rules, placeOf),
      /\n {4}Add one\.\n {4}In this project: Pulumi\.dev\.yaml:3:57 ecr:privateRepositories\.pets\.lifecyclePolicy$/,
    );
  });
});
