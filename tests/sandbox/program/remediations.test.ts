import assert from "node:assert/strict";
import { rules } from "../../../policies/rules";
import { TestProject } from "./project";

/** Resources for each remediation to fix, and some for it to leave alone. */
const program = (account: string) => `
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const region = "us-east-1";
const own = new aws.ecr.Repository("own", {
  name: "own",
  imageTagMutability: "MUTABLE",
  imageScanningConfiguration: { scanOnPush: false },
  tags: { owner: "", purpose: pulumi.secret("demo") },
  region,
});
const rule = (rulePriority: number, tagPrefix: string) => ({
  rulePriority,
  selection: { tagStatus: "tagged", tagPrefixList: [tagPrefix], countType: "imageCountMoreThan", countNumber: 5 },
  action: { type: "expire" },
});
new aws.ecr.LifecyclePolicy("own", { repository: own.name, policy: JSON.stringify({ rules: [rule(7, "a")] }), region });
// Nothing to do: it has what is asked for.
new aws.ecr.Repository("right", {
  name: "right",
  imageTagMutability: "IMMUTABLE",
  imageScanningConfiguration: { scanOnPush: true },
  tags: { owner: "somebody" },
  region,
});
const full = JSON.stringify({ rules: Array.from({ length: 50 }, (_, index) => rule(index + 1, "p" + index + "-")) });
new aws.ecr.LifecyclePolicy("right", { repository: "right", policy: full, region }, { dependsOn: [own] });
new aws.ecr.RepositoryCreationTemplate("template", {
  prefix: "team",
  appliedFors: ["CREATE_ON_PUSH"],
  customRoleArn: "arn:aws:iam::${account}:role/templates",
  region,
});
// With a tag whose value is not known in the first preview.
new aws.ecr.Repository("later", { name: "later", tags: { from: own.arn }, region });
new aws.ecrpublic.Repository("open", { repositoryName: "open" }, { provider: new aws.Provider("global", { region }) });
`;

/** The rules that have a remediation. */
const remediating = rules.filter((rule) => "remediateResource" in rule).map(({ name }) => name);
const parameters: Readonly<Record<string, object>> = {
  "ecr-required-tags": { required: ["owner"], defaults: { owner: "team" } },
};

describe("remediations through the real CLI", function () {
  this.timeout(900_000);
  let project: TestProject;
  const pack = ["--policy-pack", "policies", "--policy-pack-config", "config.json"];

  before(async () => {
    project = new TestProject();
    await project.init();
    project.write("index.ts", program(project.account));
    const off = Object.fromEntries(rules.map(({ name }) => [name, { enforcementLevel: "disabled" }]));
    const on = remediating.map((name) => [name, { enforcementLevel: "remediate", ...parameters[name] }]);
    project.write("config.json", JSON.stringify({ ...off, ...Object.fromEntries(on) }));
  });
  after(() => project.remove());

  it("exist for four rules", () => {
    assert.deepEqual(remediating, [
      "ecr-tag-immutability",
      "ecr-lifecycle-limits",
      "ecr-scan-on-push",
      "ecr-required-tags",
    ]);
  });

  it("are made in a preview too, even with unknown values", async () => {
    const { output } = await project.pulumi("preview", "--diff", ...pack);
    assert.match(output, /\[remediate\] {2}ecr-required-tags {2}\(aws:ecr:Repository: later\)/);
    assert.doesNotMatch(output, /not set in/);
  });

  it("reach AWS, and leave no change to plan", async () => {
    const up = await project.pulumi("up", "--yes", "--skip-preview", ...pack);
    // The lifecycle policy with 50 rules has no room for another: it is reported, and everything else is fixed.
    assert.match(up.output, /ecr-lifecycle-limits[\s\S]*no rule expires untagged images/);
    project.edit("index.ts", "{ length: 50 }", "{ length: 49 }");
    await project.mustPulumi("up", "--yes", "--skip-preview", ...pack);

    const region = ["--region", "us-east-1"];
    const { repositories } = await project.aws<{ repositories: Record<string, unknown>[] }>(
      ...["ecr", "describe-repositories", "--repository-names", "own", ...region],
    );
    assert.equal(repositories[0]?.["imageTagMutability"], "IMMUTABLE");
    assert.deepEqual(repositories[0]?.["imageScanningConfiguration"], { scanOnPush: true });
    const tagsOf = async (service: string, arn: unknown) => {
      const { tags } = await project.aws<{ tags: { Key: string; Value: string }[] }>(
        ...[service, "list-tags-for-resource", "--resource-arn", String(arn), ...region],
      );
      return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
    };
    assert.deepEqual(await tagsOf("ecr", repositories[0]?.["repositoryArn"]), { owner: "team", purpose: "demo" });
    for (const [name, count] of [
      ["own", 2],
      ["right", 50],
    ] as const) {
      const { lifecyclePolicyText } = await project.aws<{ lifecyclePolicyText: string }>(
        ...["ecr", "get-lifecycle-policy", "--repository-name", name, ...region],
      );
      const { rules: written } = JSON.parse(lifecyclePolicyText) as { rules: { selection: { tagStatus: string } }[] };
      assert.equal(written.length, count);
      assert.equal(written[0]?.selection.tagStatus, "untagged");
    }
    const { repositoryCreationTemplates } = await project.aws<{
      repositoryCreationTemplates: Record<string, unknown>[];
    }>(...["ecr", "describe-repository-creation-templates", ...region]);
    const [template] = repositoryCreationTemplates;
    assert.equal(template?.["imageTagMutability"], "IMMUTABLE");
    assert.deepEqual(template?.["resourceTags"], [{ Key: "owner", Value: "team" }]);
    assert.match(String(template?.["lifecyclePolicy"]), /"tagStatus":"untagged"/);
    const published = await project.aws<{ repositories: { repositoryArn: string }[] }>(
      ...["ecr-public", "describe-repositories", ...region],
    );
    assert.deepEqual(await tagsOf("ecr-public", published.repositories[0]?.repositoryArn), { owner: "team" });

    const next = await project.pulumi("preview", "--expect-no-changes", "--diff", ...pack);
    assert.equal(next.code, 0, next.output);
  });

  it("satisfy `pulumi policy analyze`, which checks the stack and its state file without the program", async () => {
    const analyze = (...args: string[]) =>
      project.run("pulumi", ["policy", "analyze", "--non-interactive", "--policy-pack", "policies", ...args]);
    const config = ["--policy-pack-config", "config.json"];
    const state = await project.must("pulumi", "stack", "export", "--stack", "local");
    project.write("state.json", state);
    project.write("index.ts", "throw new Error('the program is not run');");
    for (const what of [
      ["--stack", "local"],
      ["--file", "state.json"],
    ]) {
      const right = await analyze(...what, ...config);
      assert.equal(right.code, 0, right.output);
      const judged = await analyze(...what);
      assert.notEqual(judged.code, 0, judged.output);
      assert.match(judged.output, /ecr-encryption-minimum[\s\S]*repository "own" has/);
      assert.doesNotMatch(judged.output, /cannot be read as an IAM policy/);
    }
  });
});

describe("remediations of properties under ignoreChanges", function () {
  this.timeout(900_000);
  let project: TestProject;
  before(async () => {
    project = new TestProject();
    await project.init();
  });
  after(() => project.remove());

  it("are skipped and reported, so that the state does not differ from AWS", async () => {
    project.write(
      "index.ts",
      `import * as aws from "@pulumi/aws";
new aws.ecr.Repository("kept", { name: "kept", imageTagMutability: "MUTABLE", region: "us-east-1" }, { ignoreChanges: ["imageTagMutability"] });
`,
    );
    await project.mustPulumi("up", "--yes", "--skip-preview");
    const off = Object.fromEntries(rules.map(({ name }) => [name, { enforcementLevel: "disabled" }]));
    const config = { ...off, "ecr-tag-immutability": { enforcementLevel: "remediate" } };
    project.write("config.json", JSON.stringify(config));
    const pack = ["--policy-pack", "policies", "--policy-pack-config", "config.json"];
    const up = await project.pulumi("up", "--yes", "--skip-preview", ...pack);
    assert.notEqual(up.code, 0, up.output);
    assert.match(up.output, /ecr-tag-immutability[\s\S]*repository "kept" has "MUTABLE" tags/);
    const state = JSON.parse(await project.must("pulumi", "stack", "export", "--stack", "local")) as {
      deployment: { resources: { urn: string; inputs?: Record<string, unknown> }[] };
    };
    const kept = state.deployment.resources.find(({ urn }) => urn.endsWith("::kept"));
    assert.equal(kept?.inputs?.["imageTagMutability"], "MUTABLE");
  });
});
