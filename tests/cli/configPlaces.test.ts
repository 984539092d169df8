import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type ConfigPlaces, configPlaces } from "../../cli/configPlaces";
import { policyReportText } from "../../cli/policyReport/text";

describe("where the config describes what a policy is about", () => {
  let folder: string;
  let placeOf: ConfigPlaces;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-places-"));
    fs.writeFileSync(
      path.join(folder, "Pulumi.dev.yaml"),
      [
        "config:",
        "  ecr:privateRepositories:",
        "    pets: { repositoryName: petclinic, lifecyclePolicy: false }",
        "    petclinic-pr: {}",
        "  ecr:images:",
        "    web: { context: app, repositories: [private/pets] }",
      ].join("\n"),
    );
    placeOf = (urn, rule) => configPlaces(folder, "org/ecr/dev")(urn, rule)?.replace(/^.*Pulumi\./, "Pulumi.");
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const urn = (types: string, name: string) => `urn:pulumi:dev::ecr::${types}::${name}`;

  it("is the setting, by the repository's name in AWS, or its entry where the setting is not written", () => {
    const policy = urn("ecr:index:PrivateRepository$aws:ecr/repository:Repository", "petclinic");
    assert.equal(
      placeOf(policy, "ecr-lifecycle-policy"),
      "Pulumi.dev.yaml:3:57 ecr:privateRepositories.pets.lifecyclePolicy",
    );
    const other = urn("ecr:index:PrivateRepository$aws:ecr/repository:Repository", "petclinic-pr");
    assert.equal(
      placeOf(other, "ecr-lifecycle-policy"),
      "Pulumi.dev.yaml:4:19 ecr:privateRepositories.petclinic-pr.lifecyclePolicy",
    );
    assert.equal(placeOf(other, "ecr-repository-names"), "Pulumi.dev.yaml:4:19 ecr:privateRepositories.petclinic-pr");
  });

  it("is that of an image for what is made of it, and none of what the config does not describe", () => {
    const image = urn("ecr:index:ContainerImage$docker:index/image:Image", "web-src-0123456789abcdef");
    assert.equal(placeOf(image, "ecr-image-platforms"), "Pulumi.dev.yaml:6:10 ecr:images.web.platform");
    assert.equal(placeOf(urn("aws:ecr/repository:Repository", "petclinic"), "ecr-lifecycle-policy"), undefined);
    assert.equal(placeOf(urn("ecr:index:PublicRepository$x", "petclinic"), "ecr-access"), undefined);
    assert.equal(configPlaces(folder, "none")(image, "x"), undefined);
  });

  it("stands below each finding", () => {
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
