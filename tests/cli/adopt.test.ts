import assert from "node:assert/strict";
import { parse } from "yaml";
import { adoptedConfig } from "../../cli/adopt/adoptedConfig";
import type { PrivateFound, PublicFound } from "../../cli/adopt/readRepositories";
import { adoptedStackFile } from "../../cli/adopt/stackFile";
import { nextSteps, summary } from "../../cli/adopt/summary";
import { isManaged, lettingGo, readTerraformState, removedBlocks, terraformText } from "../../cli/adopt/terraform";
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

  it("loses none to another one's key, and gives no key that the config cannot have", () => {
    const found = [
      repository({ region: "us-east-1" }),
      repository(),
      repository({ name: "team/app-us-east-1" }),
      repository({ name: "constructor" }),
      repository({ name: "secure" }),
    ];
    const { privateRepositories } = of(found);
    assert.deepEqual(
      Object.entries(privateRepositories).map(([key, entry]) => [key, entry["region"], entry["import"]]),
      [
        ["team/app-us-east-1-2", "us-east-1", "team/app"],
        ["team/app", undefined, "team/app"],
        ["team/app-us-east-1", undefined, "team/app-us-east-1"],
        ["constructor-repository", undefined, "constructor"],
        ["secure-repository", undefined, "secure"],
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

  const publicOne = (catalogData: PublicFound["catalogData"]) => ({
    ...{ name: "p", repositoryPolicy: undefined, hasLogo: false, tags: {} },
    catalogData,
  });
  const written = (config: ReturnType<typeof adoptedConfig>) =>
    adoptedStackFile(config, { region, account: "012345678901" });

  it("is the same to Pulumi, which reads YAML 1.1: no string becomes a number, a boolean or a date", () => {
    const odd = ["yes", "on", "n", "0777", "1_000", "1:30", "0b1", "2020-01-01", "~", "=", ".5", "1e3", "0x1F", ""];
    const tags = Object.fromEntries(odd.map((each) => [each, each]));
    const config = of([repository({ tags }), ...odd.slice(0, 8).map((name) => repository({ name }))]);
    const { config: values } = parse(written(config), { version: "1.1" }) as { config: Record<string, unknown> };
    assert.deepEqual(values["ecr:privateRepositories"], config.privateRepositories);
  });

  it("has texts in one piece: Markdown as it is, and what Pulumi's reader refuses between double quotes", () => {
    const markdown = `# Title\n\n    code\n- ${"word ".repeat(60)}  \nend: #1\n`;
    const odd = "a\u0085b\u2028c\u007fd\u202ee\tf\r\n::warning::x\n##[error]\n \nend\u001b[31m";
    const config = of([], [publicOne({ aboutText: markdown, usageText: odd })]);
    const text = written(config);
    assert.ok(
      text.includes(`aboutText: |\n          # Title\n\n              code\n          - ${"word ".repeat(60)}  \n`),
      text,
    );
    assert.match(text, /^ +usageText: "a\\u0085b\\u2028c\\u007fd\\u202ee\\tf\\r\\n::warning::x\\n.*end\\e\[31m"$/m);
    const { config: values } = parse(text) as { config: Record<string, unknown> };
    assert.deepEqual(values["ecr:publicRepositories"], config.publicRepositories);
    assert.deepEqual(config.warnings, []);
  });

  it("says what Pulumi's config has no words for", () => {
    const { privateRepositories, publicRepositories, warnings } = of(
      [repository({ tags: { secure: "yes" } })],
      [publicOne({ aboutText: " \n\tText" })],
    );
    assert.equal("tags" in (privateRepositories["team/app"] ?? {}), false);
    assert.deepEqual(publicRepositories["p"]?.["catalogData"], { aboutText: "Text" });
    assert.match(warnings[0] ?? "", /^private\/team\/app: its only tag is "secure", /);
    assert.match(warnings[1] ?? "", /^public\/p: its aboutText begins with a blank line or a tab; /);
    assert.deepEqual(of([repository({ tags: { secure: "yes", team: "a" } })]).warnings, []);
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

  const read = (resources: object[]) =>
    readTerraformState(JSON.stringify({ version: 4, resources }), "terraform.tfstate");
  const resource = (type: string, attributes: object, more: object = {}, key?: string | number) => ({
    ...{ mode: "managed", type, name: "this", ...more },
    instances: [{ ...(key !== undefined && { index_key: key }), attributes }],
  });

  it("are the repositories that it manages, and they and their policies are let go without being destroyed", () => {
    const terraform = readTerraformState(JSON.stringify(state), "terraform.tfstate");
    assert.deepEqual(
      [isManaged(terraform, "private", "team/app", region), isManaged(terraform, "public", "tools")],
      [true, true],
    );
    assert.deepEqual(
      [isManaged(terraform, "private", "other", region), isManaged(terraform, "public", "team/app")],
      [false, false],
      "data sources, and another kind",
    );
    const { resources, left } = lettingGo(terraform, [
      { kind: "private", name: "team/app", region },
      { kind: "public", name: "tools" },
    ]);
    assert.deepEqual(left, []);
    assert.deepEqual(resources, [
      "aws_ecr_repository.this",
      "module.shop.aws_ecr_lifecycle_policy.this",
      "aws_ecrpublic_repository.p",
    ]);
    assert.equal(
      removedBlocks(resources.slice(1, 2)),
      "removed {\n  from = module.shop.aws_ecr_lifecycle_policy.this\n\n  lifecycle {\n    destroy = false\n  }\n}",
    );
  });

  it("keeps the registry's settings, and every repository that was not adopted", () => {
    const terraform = read([
      resource("aws_ecr_repository", { name: "app", arn: `arn:aws:ecr:${region}:123456789012:repository/app` }),
      resource("aws_ecr_repository", { name: "far", region: "us-east-1" }, { name: "far" }),
      resource("aws_ecr_repository_policy", { repository: "far" }, { name: "far" }),
      resource("aws_ecrpublic_repository", { repository_name: "app" }, { name: "public" }),
      resource("aws_ecr_registry_policy", { policy: "{}" }),
      resource("aws_ecr_pull_through_cache_rule", { ecr_repository_prefix: "app" }),
    ]);
    assert.equal(isManaged(terraform, "private", "far", region), false, "one of this name in another region");
    const text = terraformText(lettingGo(terraform, [{ kind: "private", name: "app", region }]));
    assert.deepEqual(text.match(/from = .*/g), ["from = aws_ecr_repository.this"]);
    assert.match(text, /^In Terraform's state, but not adopted .*:\n- private\/far \(us-east-1\)\n- public\/app\n/);
  });

  it("lets go by instance where a resource is adopted in part, whatever its keys", () => {
    const at = (module: string, name: string, key?: string | number) =>
      resource("aws_ecr_repository", { name, region }, { module }, key);
    const keyed = (name: string, key: string) => `module.${name}[${JSON.stringify(key)}]`;
    const adopted = ["a", "b", "c", "n"].map((name) => ({ kind: "private" as const, name, region }));
    const { resources, instances } = lettingGo(
      read([
        at(keyed("whole", 'x]["y.z'), "a"),
        at(keyed("whole", "other"), "b", 0),
        at(`module.top[0].${keyed("part", "it's")}`, "c", "k.1"),
        at(`module.top[1].${keyed("part", "it's")}`, "stays"),
        { ...at("module.none", "none"), instances: [] },
        { ...at("module.null", "none"), instances: [null, { attributes: null }] },
        at("module.count", "n", 3),
      ]),
      adopted,
    );
    assert.deepEqual(resources, ["module.whole.aws_ecr_repository.this", "module.count.aws_ecr_repository.this"]);
    assert.deepEqual(instances, ['module.top[0].module.part["it\'s"].aws_ecr_repository.this["k.1"]']);
    const text = terraformText({ resources: [], instances, left: [] });
    assert.match(
      text,
      /\nterraform state rm 'module\.top\[0\]\.module\.part\["it'\\''s"\]\.aws_ecr_repository\.this\["k\.1"\]'$/,
    );
    assert.equal(terraformText(lettingGo([], adopted)), "", "without Terraform there is nothing to say");
  });

  it("is refused when it is no state", () => {
    assert.throws(() => readTerraformState("{", "x"), /^Error: x: is not JSON: .*terraform state pull/);
    for (const text of ["[]", "null", '{"version":3,"resources":[]}', '{"version":4}']) {
      assert.throws(() => readTerraformState(text, "x"), /^Error: x: is not a Terraform state of version 4/);
    }
  });
});

describe("adopt: what comes next", () => {
  const typed = (inSandbox: boolean) =>
    [...nextSteps("legacy", inSandbox).matchAll(/^ {2}(.*?)(?: +#.*)?$/gm)].map(([, command]) => command);

  it("are commands that reach the account where the repositories were found", () => {
    const commands = ["npx pulumi stack init legacy", "npm run preview -- legacy", "npm run up -- legacy"];
    assert.deepEqual(typed(false), commands);
    assert.deepEqual(
      typed(true),
      commands.map((command) => `npm run sandbox -- ${command}`),
    );
  });
});
