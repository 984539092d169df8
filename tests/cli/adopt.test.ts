import assert from "node:assert/strict";
import { parse } from "yaml";
import { adoptedConfig } from "../../cli/adopt/adoptedConfig";
import type { PrivateFound, PublicFound } from "../../cli/adopt/readRepositories";
import { adoptedStackFile } from "../../cli/adopt/stackFile";
import { summary } from "../../cli/adopt/summary";
import { readTerraformState, removedBlocks } from "../../cli/adopt/terraform";
import { checkConfig } from "../../config/checkConfig";

const region = "eu-west-1";
const ownKey = `arn:aws:kms:${region}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const awsKey = `arn:aws:kms:${region}:123456789012:key/00000000-12ab-34cd-56ef-1234567890ab`;

/** A repository as the project itself would make it. */
function repository(more: Partial<PrivateFound> = {}): PrivateFound {
  return {
    name: "team/app",
    region,
    encryptionType: "KMS",
    kmsKey: awsKey,
    imageTagMutability: "IMMUTABLE",
    exclusionFilters: [],
    scanOnPush: true,
    repositoryPolicy: undefined,
    lifecyclePolicy: JSON.stringify({ rules: [rule] }),
    tags: {},
    ...more,
  };
}
const rule = {
  rulePriority: 1,
  selection: { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: 5 },
  action: { type: "expire" },
};
const statement = { Sid: "pull", Effect: "Allow", Principal: "*", Action: ["ecr:BatchGetImage"] };

describe("adopt: the config of repositories that are there", () => {
  const of = (repositories: PrivateFound[], publics: PublicFound[] = []) =>
    adoptedConfig({ private: repositories, public: publics }, region, (key) => key === ownKey);

  it("writes nothing that the project does by itself, and imports", () => {
    const { privateRepositories, remarks, warnings } = of([repository()]);
    assert.deepEqual(privateRepositories, {
      "team/app": { lifecyclePolicy: { rules: [rule] }, import: "team/app" },
    });
    assert.deepEqual([remarks, warnings], [[], []]);
  });

  it("writes what is otherwise, and says what a change would do", () => {
    const { privateRepositories, remarks } = of([
      repository({
        encryptionType: "AES256",
        kmsKey: undefined,
        imageTagMutability: "MUTABLE",
        scanOnPush: false,
        lifecyclePolicy: undefined,
        tags: { team: "shop" },
        repositoryPolicy: JSON.stringify({ Version: "2012-10-17", Statement: statement }),
      }),
    ]);
    assert.deepEqual(privateRepositories["team/app"], {
      encryption: "aes256",
      imageTagMutability: "MUTABLE",
      scanOnPush: false,
      lifecyclePolicy: false,
      access: { statements: [statement] },
      tags: { team: "shop" },
      import: { repository: "team/app", repositoryPolicy: true },
    });
    assert.deepEqual(
      remarks.map(({ setting, found, usual, change }) => [setting, found, usual, change]),
      [
        ["encryption", "aes256", "kms", "not possible: it is fixed when a repository is created"],
        ["imageTagMutability", "MUTABLE", "IMMUTABLE", "in place"],
        ["scanOnPush", "false", "true", "in place"],
        ["lifecyclePolicy", "none", "service", "in place"],
      ],
    );
  });

  it("names a customer's key and filters, and never AWS's own key", () => {
    const { privateRepositories } = of([
      repository({ name: "one", kmsKey: ownKey }),
      repository({ name: "two", imageTagMutability: "IMMUTABLE_WITH_EXCLUSION", exclusionFilters: ["latest"] }),
    ]);
    assert.equal(privateRepositories["one"]?.["kmsKey"], ownKey);
    assert.equal("kmsKey" in (privateRepositories["two"] ?? {}), false);
    assert.deepEqual(privateRepositories["two"]?.["exclusionFilters"], ["latest"]);
  });

  it("keeps repositories of one name in two regions apart", () => {
    const { privateRepositories } = of([repository(), repository({ region: "us-east-1" })]);
    assert.deepEqual(
      Object.entries(privateRepositories).map(([key, entry]) => [key, entry["region"], entry["import"]]),
      [
        ["team/app", undefined, "team/app"],
        ["team/app-us-east-1", "us-east-1", "team/app"],
      ],
    );
  });

  it("says what it cannot write down as it is", () => {
    const policy = (document: object) => repository({ name: "p", repositoryPolicy: JSON.stringify(document) });
    const old = of([policy({ Version: "2008-10-17", Id: "old", Statement: [statement] })]).warnings;
    assert.match(old[0] ?? "", /^private\/p: its policy has the version 2008-10-17/);
    assert.match(old[1] ?? "", /^private\/p: its policy's Id "old" goes/);
    const unread = of([policy({ Statement: 7 })]);
    assert.match(unread.warnings[0] ?? "", /^private\/p: its policy cannot be read, and stays as it is/);
    assert.equal(unread.privateRepositories["p"]?.["import"], "p");
  });

  it("is a file that the program takes, with public repositories as they are", () => {
    const config = of(
      [repository({ repositoryPolicy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }) })],
      [
        {
          name: "tools/app",
          repositoryPolicy: undefined,
          catalogData: { description: "Tools", architectures: [], operatingSystems: ["Linux"] },
          hasLogo: true,
          tags: {},
        },
      ],
    );
    const text = adoptedStackFile(config, { region, account: "012345678901" });
    assert.match(text, /^# Repositories as they were found\./);
    assert.match(text, /import: \{ repository: team\/app, repositoryPolicy: true \}/);
    const { config: values } = parse(text) as { config: Record<string, unknown> };
    assert.deepEqual(values["aws:allowedAccountIds"], ["012345678901"]);
    assert.deepEqual(values["ecr:publicRepositories"], {
      "tools/app": { catalogData: { description: "Tools", operatingSystems: ["Linux"] }, import: "tools/app" },
    });
    const texts = Object.entries(values).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    assert.deepEqual(checkConfig(Object.fromEntries(texts), "ecr", region).faults ?? [], []);
    assert.match(config.warnings[0] ?? "", /^public\/tools\/app: its logo stays/);
  });

  it("is summed up by setting, however many repositories there are", () => {
    const many = Array.from({ length: 1000 }, (_, index) => repository({ name: `r${index}`, scanOnPush: false }));
    const lines = summary(of(many)).split("\n");
    assert.deepEqual(lines, [
      "Found 1,000 private and 0 public repositories.",
      "",
      "Written down as it is; this project would set otherwise:",
      "- scanOnPush: false (usual: true; a change is in place): private/r0, private/r1, private/r2, private/r3, private/r4 and 995 more",
    ]);
  });
});

describe("adopt: what Terraform has", () => {
  const state = {
    version: 4,
    resources: [
      { mode: "managed", type: "aws_ecr_repository", name: "this", instances: [{ attributes: { name: "team/app" } }] },
      {
        module: 'module.shop["eu"]',
        mode: "managed",
        type: "aws_ecr_lifecycle_policy",
        name: "this",
        instances: [{ index_key: "a", attributes: { repository: "team/app" } }],
      },
      {
        mode: "managed",
        type: "aws_ecrpublic_repository",
        name: "p",
        instances: [{ attributes: { repository_name: "tools" } }],
      },
      { mode: "data", type: "aws_ecr_repository", name: "other", instances: [{ attributes: { name: "other" } }] },
      { mode: "managed", type: "aws_s3_bucket", name: "b", instances: [{ attributes: { name: "b" } }] },
    ],
  };

  it("are the repositories that it manages, and all of its ECR resources are let go without being destroyed", () => {
    const { repositories, addresses } = readTerraformState(JSON.stringify(state), "terraform.tfstate");
    assert.deepEqual([...repositories], ["team/app", "tools"]);
    assert.deepEqual(addresses, [
      "aws_ecr_repository.this",
      "module.shop.aws_ecr_lifecycle_policy.this",
      "aws_ecrpublic_repository.p",
    ]);
    assert.equal(
      removedBlocks(addresses.slice(1, 2)),
      "removed {\n  from = module.shop.aws_ecr_lifecycle_policy.this\n\n  lifecycle {\n    destroy = false\n  }\n}",
    );
  });

  it("is refused when it is no state", () => {
    assert.throws(() => readTerraformState("{", "x"), /^Error: x: is not JSON: .*terraform state pull/);
    for (const text of ["[]", "null", '{"version":3,"resources":[]}', '{"version":4}']) {
      assert.throws(() => readTerraformState(text, "x"), /^Error: x: is not a Terraform state of version 4/);
    }
  });
});
