import assert from "node:assert/strict";
import { parse } from "yaml";
import { adoptedConfig } from "../../cli/adopt/adoptedConfig";
import type { DescribedPrivateRepository, DescribedPublicRepository } from "../../cli/adopt/readRepositories";
import { adoptedStackFile } from "../../cli/adopt/stackFile";
import { nextSteps, summary } from "../../cli/adopt/summary";
import { checkConfig } from "../../config/checkConfig";

const region = "eu-west-1";
const ownKey = `arn:aws:kms:${region}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const awsKey = `arn:aws:kms:${region}:123456789012:key/00000000-12ab-34cd-56ef-1234567890ab`;

/** A repository exactly as this project would create it. */
function repository(more: Partial<DescribedPrivateRepository> = {}): DescribedPrivateRepository {
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

describe("adopt: config for existing repositories", () => {
  const of = (repositories: DescribedPrivateRepository[], publics: DescribedPublicRepository[] = []) =>
    adoptedConfig({ private: repositories, public: publics }, region, (key) => key === ownKey);

  it("omits settings that match the project's defaults and adds an import", () => {
    const { privateRepositories, remarks, warnings } = of([repository()]);
    assert.deepEqual(privateRepositories, {
      "team/app": { lifecyclePolicy: { rules: [rule] }, import: "team/app" },
    });
    assert.deepEqual([remarks, warnings], [[], []]);
  });

  it("writes settings that differ and says what changing each would do", () => {
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
      remarks.map(({ setting, found, defaultValue, change }) => [setting, found, defaultValue, change]),
      [
        ["encryption", "aes256", "kms", "not possible: it is fixed when a repository is created"],
        ["imageTagMutability", "MUTABLE", "IMMUTABLE", "in place"],
        ["scanOnPush", "false", "true", "in place"],
        ["lifecyclePolicy", "none", "service", "in place"],
      ],
    );
  });

  it("writes a customer-managed key and exclusion filters, but never AWS's own key", () => {
    const { privateRepositories } = of([
      repository({ name: "one", kmsKey: ownKey }),
      repository({ name: "two", imageTagMutability: "IMMUTABLE_WITH_EXCLUSION", exclusionFilters: ["latest"] }),
    ]);
    assert.equal(privateRepositories["one"]?.["kmsKey"], ownKey);
    assert.equal("kmsKey" in (privateRepositories["two"] ?? {}), false);
    assert.deepEqual(privateRepositories["two"]?.["exclusionFilters"], ["latest"]);
  });

  it("keeps repositories with the same name in two regions apart", () => {
    const { privateRepositories } = of([repository(), repository({ region: "us-east-1" })]);
    assert.deepEqual(
      Object.entries(privateRepositories).map(([key, entry]) => [key, entry["region"], entry["import"]]),
      [
        ["team/app", undefined, "team/app"],
        ["team/app-us-east-1", "us-east-1", "team/app"],
      ],
    );
  });

  it("gives every repository a unique key that the config accepts", () => {
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

  it("warns about a policy that it cannot reproduce exactly", () => {
    const policy = (document: object) => repository({ name: "p", repositoryPolicy: JSON.stringify(document) });
    const old = of([policy({ Version: "2008-10-17", Id: "old", Statement: [statement] })]).warnings;
    assert.match(old[0] ?? "", /^private\/p: its policy has the version 2008-10-17/);
    assert.match(old[1] ?? "", /^private\/p: its policy's Id "old" is removed/);
    const unread = of([policy({ Statement: 7 })]);
    assert.match(unread.warnings[0] ?? "", /^private\/p: its policy cannot be read; it stays unchanged/);
    assert.equal(unread.privateRepositories["p"]?.["import"], "p");
  });

  it("warns that a policy is rewritten when it has another letter case or duplicates", () => {
    const warningsOf = (Action: string[], AWS: string | string[] = "210987654321") =>
      of([repository({ repositoryPolicy: policyWith({ AWS }, Action) })]).warnings;
    const policyWith = (Principal: object, Action: string[]) =>
      JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Principal, Action } });
    assert.match(
      warningsOf(["ecr:batchgetimage"]).join(),
      /^private\/team\/app: its policy is rewritten by the first update/,
    );
    assert.match(warningsOf(["ecr:BatchGetImage", "ecr:BatchGetImage"]).join(), /its policy is rewritten/);
    assert.match(
      warningsOf(["ecr:Get*"], ["210987654321", "arn:aws:iam::210987654321:root"]).join(),
      /its policy is rewritten/,
    );
    assert.deepEqual(warningsOf(["ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]), []);
  });

  it("keeps a repository's name under a different key after `import` is removed from the file", () => {
    const found = [repository(), repository({ region: "us-east-1" }), repository({ name: "secure" })];
    const names = Object.entries(of(found, [{ ...publicOne({}), name: "constructor" }]).privateRepositories);
    assert.deepEqual(
      names.map(([key, { repositoryName = key }]) => repositoryName),
      ["team/app", "team/app", "secure"],
    );
    const { publicRepositories } = of([], [{ ...publicOne({}), name: "constructor" }]);
    assert.equal(publicRepositories["constructor-repository"]?.["repositoryName"], "constructor");
  });

  it("writes a lifecycle policy as one line of JSON where Pulumi's config would lose leading whitespace of a description", () => {
    for (const description of [" two:\nlines", "\nlate", "\tin"]) {
      const text = JSON.stringify({ rules: [{ ...rule, description }] });
      assert.equal(
        of([repository({ lifecyclePolicy: text })]).privateRepositories["team/app"]?.["lifecyclePolicy"],
        text,
      );
    }
    const text = JSON.stringify({ rules: [{ ...rule, description: " a line\tof text" }] });
    const kept = of([repository({ lifecyclePolicy: text })]).privateRepositories["team/app"];
    assert.deepEqual(kept?.["lifecyclePolicy"], JSON.parse(text));
  });

  it("produces a file that the program accepts, public repositories included", () => {
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
    assert.match(text, /^# The settings that AWS has\./);
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

  const publicOne = (catalogData: DescribedPublicRepository["catalogData"]) => ({
    ...{ name: "p", repositoryPolicy: undefined, hasLogo: false, tags: {} },
    catalogData,
  });
  const written = (config: ReturnType<typeof adoptedConfig>) =>
    adoptedStackFile(config, { region, account: "012345678901" });

  it("reads the same under Pulumi's YAML 1.1: no string becomes a number, a boolean or a date", () => {
    const odd = ["yes", "on", "n", "0777", "1_000", "1:30", "0b1", "2020-01-01", "~", "=", ".5", "1e3", "0x1F", ""];
    const tags = Object.fromEntries(odd.map((each) => [each, each]));
    const config = of([repository({ tags }), ...odd.slice(0, 8).map((name) => repository({ name }))]);
    const { config: values } = parse(written(config), { version: "1.1" }) as { config: Record<string, unknown> };
    assert.deepEqual(values["ecr:privateRepositories"], config.privateRepositories);
  });

  it("writes Markdown as a literal block, and quotes text that Pulumi's parser would reject", () => {
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

  it("warns about values that Pulumi's config cannot express", () => {
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

  it("summarizes by setting, however many repositories there are", () => {
    const many = Array.from({ length: 1000 }, (_, index) => repository({ name: `r${index}`, scanOnPush: false }));
    const lines = summary(of(many)).split("\n");
    assert.deepEqual(lines, [
      "Found 1,000 private and 0 public repositories.",
      "",
      "Kept as found, although this project's defaults differ:",
      "- scanOnPush: false (usual: true; a change is in place): private/r0, private/r1, private/r2, private/r3, private/r4 and 995 more",
    ]);
  });
});

describe("adopt: next steps", () => {
  const typed = (inSandbox: boolean) =>
    [...nextSteps(["legacy"], inSandbox).matchAll(/^ {2}(.*?)(?: +#.*)?$/gm)].map(([, command]) => command);

  it("prints commands that reach the account where the repositories were found", () => {
    const commands = ["npx pulumi stack init legacy", "npm run preview -- legacy", "npm run up -- legacy"];
    assert.deepEqual(typed(false), commands);
    assert.deepEqual(
      typed(true),
      commands.map((command) => `npm run sandbox -- ${command}`),
    );
  });
});
