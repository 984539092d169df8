import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { bundle } from "../../cli/bundledCli";
import { TestProject } from "../program/project";

/** Repositories created elsewhere, with settings that this project would not choose. */
describe("adopt: existing repositories of an account", function () {
  this.timeout(600_000);
  let project: TestProject;
  let cli = "";
  let ownKey = "";
  const ecr = (service: "ecr" | "ecr-public", ...args: string[]) =>
    project.aws<Record<string, unknown>>(service, ...args);

  before(async () => {
    cli = await bundle();
    project = new TestProject();
    const policy = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage" }],
    };
    const rule = {
      rulePriority: 5,
      selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 9 },
      action: { type: "expire" },
    };
    await ecr("ecr", "create-repository", "--repository-name", "old/mutable", "--tags", "Key=team,Value=shop");
    await ecr(
      "ecr",
      "set-repository-policy",
      "--repository-name",
      "old/mutable",
      "--policy-text",
      JSON.stringify(policy),
    );
    await ecr(
      ...(["ecr", "create-repository", "--repository-name", "old/kms", "--encryption-configuration"] as const),
      ...["encryptionType=KMS", "--image-scanning-configuration", "scanOnPush=true"],
      ...["--image-tag-mutability", "IMMUTABLE_WITH_EXCLUSION"],
      ...["--image-tag-mutability-exclusion-filters", "filterType=WILDCARD,filter=latest"],
    );
    const lifecycle = ["--lifecycle-policy-text", JSON.stringify({ rules: [rule] })];
    await ecr("ecr", "put-lifecycle-policy", "--repository-name", "old/kms", ...lifecycle);
    await ecr("ecr", "create-repository", "--repository-name", "new/one");
    const { KeyMetadata } = await project.aws<{ KeyMetadata: { Arn: string } }>("kms", "create-key");
    ownKey = KeyMetadata.Arn;
    await ecr(
      ...(["ecr", "create-repository", "--repository-name", "old/own-key", "--encryption-configuration"] as const),
      `encryptionType=KMS,kmsKey=${ownKey}`,
    );
    await ecr("ecr", "create-repository", "--repository-name", "old/odd", "--tags", JSON.stringify(oddTags));
    await ecr(
      "ecr",
      "set-repository-policy",
      "--repository-name",
      "old/odd",
      "--policy-text",
      JSON.stringify(oddPolicy),
    );
    await ecr("ecr", "create-repository", "--repository-name", "old/odd", "--region", "eu-west-1");
    await ecr("ecr", "create-repository", "--repository-name", "old/odd-eu-west-1");
    const catalog = ["--catalog-data", JSON.stringify({ description: "yes", operatingSystems: ["Linux"], aboutText })];
    await ecr(
      "ecr-public",
      "create-repository",
      "--repository-name",
      "old/public",
      ...catalog,
      "--region",
      "us-east-1",
    );
  });
  after(() => project?.remove());

  const oddTags = ["yes", "1_000", "2020-01-01"].map((each) => ({ Key: each, Value: each }));
  const oddPolicy = {
    Version: "2012-10-17",
    Statement: [
      { Sid: "same", Effect: "Deny", NotPrincipal: { AWS: "arn:aws:iam::123456789012:root" }, Action: "ecr:Delete*" },
      {
        Sid: "same",
        Effect: "Allow",
        Principal: { AWS: "123456789012" },
        NotAction: "ecr:PutImage",
        Condition: { Null: { "aws:PrincipalOrgID": false }, NumericLessThan: { "aws:MultiFactorAuthAge": 60 } },
      },
    ],
  };
  const aboutText = "# Title\n\n    code  \nend\u0085of\u2028line\ttab\n::warning::x\n";

  /** Everything that AWS reports about the existing repositories. */
  const described = async () => {
    const repositories = await ecr("ecr", "describe-repositories");
    const far = await ecr("ecr", "describe-repositories", "--region", "eu-west-1");
    const odd = await ecr("ecr", "get-repository-policy", "--repository-name", "old/odd");
    const policy = await ecr("ecr", "get-repository-policy", "--repository-name", "old/mutable");
    const lifecycle = await ecr("ecr", "get-lifecycle-policy", "--repository-name", "old/kms");
    const catalog = await ecr(
      "ecr-public",
      "get-repository-catalog-data",
      "--repository-name",
      "old/public",
      "--region",
      "us-east-1",
    );
    return { repositories, far, odd, policy, lifecycle: JSON.parse(String(lifecycle["lifecyclePolicyText"])), catalog };
  };

  it("are written to the config, imported by the next update, and left unchanged", async () => {
    const before = await described();
    const command = [
      cli,
      "adopt",
      "legacy",
      "--filter",
      "old/*",
      "--public",
      "--region",
      "ap-northeast-2",
      "eu-west-1",
    ];
    const adopted = await project.run("node", command);
    assert.equal(adopted.code, 0, adopted.output);
    assert.match(adopted.output, /Found 6 private and 1 public repositories\./);
    assert.match(
      adopted.output,
      /- encryption: aes256 \(usual: kms; a change is not possible: .*\): private\/old\/mutable, /m,
    );
    assert.match(adopted.output, /Wrote Pulumi\.legacy\.yaml and policies\/config\/legacy\.json/);
    const written = project.read("Pulumi.legacy.yaml");
    assert.doesNotMatch(written, /new\/one/);
    assert.deepEqual(written.match(/kmsKey: .*/g), [`kmsKey: ${ownKey}`], "AWS's own key is not named");

    await project.must("pulumi", "stack", "init", "legacy", "--non-interactive");
    const pulumi = (...args: string[]) => project.run("pulumi", [...args, "--stack", "legacy", "--non-interactive"]);
    const update = await pulumi("up", "--yes", "--skip-preview");
    assert.equal(update.code, 0, update.output);
    assert.match(update.output, /aws:ecr:Repository .*imported/);
    assert.doesNotMatch(update.output, /deleted|replaced|updated/);
    const after = await pulumi("preview", "--expect-no-changes", "--refresh");
    assert.equal(after.code, 0, after.output);
    assert.deepEqual(await described(), before);
  });

  it("do not overwrite an existing file, and write none when no repository matches", async () => {
    const again = await project.run("node", [cli, "adopt", "legacy"]);
    assert.equal(again.code, 1, again.output);
    assert.match(again.output, /Pulumi\.legacy\.yaml already exists and is left unchanged/);
    const none = await project.run("node", [cli, "adopt", "other", "--filter", "none/*"]);
    assert.equal(none.code, 2, none.output);
    assert.ok(!fs.existsSync(path.join(project.directory, "Pulumi.other.yaml")));
  });

  it("are written to the project's stackConfigDir", async () => {
    fs.appendFileSync(path.join(project.directory, "Pulumi.yaml"), "\nstackConfigDir: stacks\n");
    const adopted = await project.run("node", [cli, "adopt", "elsewhere", "--filter", "old/odd"]);
    assert.equal(adopted.code, 0, adopted.output);
    assert.match(project.read("stacks/Pulumi.elsewhere.yaml"), /import: /);
  });
});
