import assert from "node:assert/strict";
import { TestProject } from "./project";

describe("environments with the real CLI", function () {
  this.timeout(900_000);
  let project: TestProject;

  before(async () => {
    project = new TestProject();
    await project.init();
  });
  after(async () => {
    await project.pulumi("destroy", "--yes", "--skip-preview");
    project.remove();
  });

  it("create a repository with its own customer key, and then plan no change", async () => {
    project.write(
      "Pulumi.local.yaml",
      `${project
        .read("Pulumi.local.yaml")
        .split("\n")
        .filter((line) => line.startsWith("encryptionsalt"))
        .join("\n")}
config:
  aws:region: eu-west-1
  ecr:privateRepositories:
    vets:
      repositoryName: team/vets
      createKey: true
      exclusionFilters: [stable]
  ecr:tags: { team: vets }
`,
    );
    const policies = ["--policy-pack", "policies", "--policy-pack-config", "policies/config/customer-key.json"];
    project.write(
      "policies/config/customer-key.json",
      JSON.stringify({ "ecr-encryption-minimum": { minimum: "customer-key" } }),
    );
    // The pack does not allow the exclusion filter `stable`. The encryption policy has nothing to report.
    const refused = await project.pulumi("preview", ...policies);
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /ecr-tag-immutability/);
    assert.doesNotMatch(refused.output, /\[mandatory\].*ecr-encryption-minimum/);

    project.edit("Pulumi.local.yaml", "[stable]", "[latest]");
    await project.mustPulumi("up", "--yes", "--skip-preview", ...policies);
    const { repositories } = await project.aws<{
      repositories: { repositoryArn: string; encryptionConfiguration: { encryptionType: string; kmsKey: string } }[];
    }>("ecr", "describe-repositories", "--region", "eu-west-1");
    const [repository] = repositories;
    assert.equal(repository?.repositoryArn, `arn:aws:ecr:eu-west-1:${project.account}:repository/team/vets`);
    assert.equal(repository?.encryptionConfiguration.encryptionType, "KMS");
    const { kmsKey } = repository.encryptionConfiguration;
    const rotation = await project.aws<{ KeyRotationEnabled: boolean }>(
      ...["kms", "get-key-rotation-status", "--key-id", kmsKey, "--region", "eu-west-1"],
    );
    assert.equal(rotation.KeyRotationEnabled, true);
    const { Aliases } = await project.aws<{ Aliases: { AliasName: string; TargetKeyId: string }[] }>(
      ...["kms", "list-aliases", "--region", "eu-west-1"],
    );
    const alias = Aliases.find(({ AliasName }) => AliasName === "alias/ecr/team/vets");
    assert.ok(alias && kmsKey.endsWith(alias.TargetKeyId));

    await project.mustPulumi("preview", "--expect-no-changes");
    await project.mustPulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes");
  });

  it("reject an account that the config does not allow", async () => {
    project.edit(
      "Pulumi.local.yaml",
      "aws:region: eu-west-1",
      'aws:region: eu-west-1\n  aws:allowedAccountIds: ["111122223333"]',
    );
    const result = await project.pulumi("preview");
    assert.notEqual(result.code, 0);
    assert.match(result.output, new RegExp(`account.*${project.account}|${project.account}.*not allowed`, "i"));
    project.edit("Pulumi.local.yaml", '\n  aws:allowedAccountIds: ["111122223333"]', "");
  });

  it("preview dev with its own policy config in an empty account", async () => {
    await project.must("pulumi", "stack", "init", "dev", "--non-interactive");
    const result = await project.run(
      "pulumi",
      [
        ...["preview", "--stack", "dev", "--non-interactive"],
        ...["--policy-pack", "policies", "--policy-pack-config", "policies/config/dev.json"],
      ],
      // The account that Pulumi.dev.yaml allows.
      { AWS_ACCESS_KEY_ID: "123456789012" },
    );
    assert.equal(result.code, 0, result.output);
    assert.match(result.output, /\+ 11 to create/);
  });
});
