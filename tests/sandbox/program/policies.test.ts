import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { lifecycleSnapshotText } from "../../../ecr/lifecyclePolicy";
import { rules } from "../../../policies/rules";
import { TestProject } from "./project";

/** Plain resources, as in any stack, that break every mandatory rule. */
const program = (account: string) => `
import * as aws from "@pulumi/aws";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

const region = "us-east-1";
const pattern = (rulePriority: number, tag: string) => ({
  rulePriority,
  selection: { tagStatus: "tagged", tagPatternList: [tag], countType: "imageCountMoreThan", countNumber: 5 },
  action: { type: "expire" },
});
const statement = (Principal: unknown, Action: string) => ({ Effect: "Allow", Principal, Action });
const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

// Deleted at once, never rotated.
const key = new aws.kms.Key("key", { deletionWindowInDays: 7, enableKeyRotation: false, region });
new aws.ecr.Repository("keyed", {
  name: "keyed",
  encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: key.arn }],
  imageTagMutability: "IMMUTABLE",
  imageScanningConfiguration: { scanOnPush: true },
  region,
}, { provider: new aws.Provider("own", { region, allowedAccountIds: ["${account}"] }) });
const bare = new aws.ecr.Repository("bare", { name: "bare", forceDelete: true, region });
new aws.ecr.Repository("far", {
  name: "far",
  encryptionConfigurations: [
    { encryptionType: "KMS", kmsKey: "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab" },
  ],
  imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
  imageTagMutabilityExclusionFilters: [{ filter: "v*", filterType: "WILDCARD" }],
  imageScanningConfiguration: { scanOnPush: true },
  region,
});
const lifecycle = JSON.stringify({ rules: [pattern(1, "v*"), pattern(2, "v1*")] });
new aws.ecr.LifecyclePolicy("lifecycle", { repository: bare.name, policy: lifecycle, region });
new aws.ecr.RepositoryPolicy("open", {
  repository: bare.name,
  policy: policy(statement("*", "ecr:*"), statement({ AWS: "arn:aws:iam::210987654321:root" }, "ecr:PutImage")),
  region,
});
new aws.iam.Role("ci", {
  name: "ci",
  assumeRolePolicy: policy(statement({ Federated: "token.actions.githubusercontent.com" }, "sts:AssumeRoleWithWebIdentity")),
});
new aws.ecrpublic.Repository("published", { repositoryName: "published" }, {
  provider: new aws.Provider("global", { region: "us-east-1" }),
});
new aws.ecr.PullThroughCacheRule("cache", { ecrRepositoryPrefix: "cache", upstreamRegistryUrl: "ghcr.io", region });
new aws.ecr.ReplicationConfiguration("replication", {
  replicationConfiguration: { rules: [{ destinations: [{ region: "eu-west-1", registryId: "210987654321" }] }] },
  region,
});
new aws.lambda.Function("runs", {
  packageType: "Image",
  imageUri: "123456789012.dkr.ecr.us-east-1.amazonaws.com/bare:latest",
  role: "arn:aws:iam::123456789012:role/runs",
  region,
});
new docker.Image("latest", {
  imageName: "public.ecr.aws/a1b2c3d4/published:latest",
  build: { context: "app", platform: "linux/amd64", args: { NODE_IMAGE: "node:22", NPM_TOKEN: "hunter2" } },
});
new docker.Image("moving", {
  imageName: "${account}.dkr.ecr.us-east-1.amazonaws.com/keyed:latest",
  build: { context: "app", platform: "linux/amd64", args: { NODE_IMAGE: "sandbox.local/node:22" } },
});
// What a stand-in does not have: these two reach the policies as the program writes them.
new pulumi.CustomResource("docker-build:index:Image", "anyPlatform", { context: { location: "app" }, push: false });
new pulumi.CustomResource("aws-native:ecr:Repository", "unseen", { repositoryName: "unseen" });
// A role of a policy that AWS wrote, a public one, and a secret value: no way past the rules.
new aws.iam.RolePolicyAttachment("power", {
  role: "ci",
  policyArn: "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser",
});
new aws.ecr.Repository("secret", { name: "secret", imageTagMutability: pulumi.secret("MUTABLE"), region });
// Only read: it is another stack's to set right.
aws.ecr.Repository.get("shared", "shared", {}, { provider: new aws.Provider("other", { region }) });
`;

/** A provider that accepts every input unchanged, in place of providers without a stand-in in the sandbox. */
const passThroughProvider = `#!/usr/bin/env node
const provider = require("@pulumi/pulumi/provider");
provider.main({ version: "0.0.1", check: async (urn, olds, news) => ({ inputs: news }) }, process.argv.slice(2));
`;

/** Each mandatory rule and what it says about that program. */
const expected: Readonly<Record<string, RegExp>> = {
  "ecr-encryption-minimum": /repository "bare" has AES256/,
  "ecr-encryption-key": /The key is in eu-west-1, the repository in us-east-1/,
  "ecr-key-settings": /KMS key "key" of repository "keyed" does not rotate/,
  "ecr-tag-immutability": /has "v\*", which allows the release tag "v0\.0\.0" to move/,
  "ecr-moving-tags": /moving tag "latest", but repository "keyed" does not allow this tag to move/,
  "ecr-lifecycle-policy": /repository "keyed" has no lifecycle policy/,
  "ecr-lifecycle-document": /policy\.rules\[1\]: this rule of repository "bare" never acts/,
  "ecr-lifecycle-limits": /no rule expires untagged images/,
  "ecr-release-tags-kept": /deletes an image tagged "v0\.0\.0"/,
  "ecr-access-not-public": /the policy of repository "bare" grants access to anyone/,
  "ecr-access-actions": /Action ecr:\* is a wildcard/,
  "ecr-access-accounts": /account 210987654321, which is not on the list/,
  "ecr-access-push": /allows account 210987654321 to push/,
  "ecr-push-roles": /attachment "power" has the AWS managed policy AmazonEC2ContainerRegistryPowerUser/,
  "ecr-push-trust": /trusts every subject of token\.actions/,
  "ecr-image-scanning": /repository "secret" is not scanned on push/,
  "ecr-public-names": /public repository "published" allows anyone to pull/,
  "ecr-public-catalog-data": /catalogData\.description: not set/,
  "ecr-build-arguments": /build\.args\.NPM_TOKEN: its name looks like a secret/,
  "ecr-image-bases": /is built on "node:22"/,
  "ecr-image-sources": /image "latest" is built here: its Dockerfile has/,
  "ecr-image-platforms": /platforms: not set in image "anyPlatform"/,
  "ecr-image-tags": /as "latest" only/,
  "ecr-image-consumers": /Function "runs" runs .*:latest/,
  "ecr-deletion-protection": /forceDelete: repository "bare"/,
  "ecr-repository-names": /does not follow the pattern for names/,
  "ecr-required-tags": /public repository "published" has no tags/,
  "ecr-pull-through-caches": /caches images of "ghcr\.io"/,
  "ecr-other-providers": /"unseen" is aws-native:ecr:Repository, whose settings no rule of this pack reads/,
  "ecr-replication-destinations": /images are replicated to "eu-west-1"/,
};

/** The repository `bare` before the program above: no lifecycle policy, and seven releases, one of them deployed. */
const snapshot = lifecycleSnapshotText({
  version: 1,
  takenAt: new Date(),
  repositories: [
    {
      name: "bare",
      registryId: "123456789012",
      region: "us-east-1",
      uri: "123456789012.dkr.ecr.us-east-1.amazonaws.com/bare",
      images: [0, 1, 2, 3, 4, 5, 6].map((age) => ({
        digest: `sha256:${String(age).repeat(64)}`,
        tags: [`v1.0.${9 - age}`],
        pushedAt: new Date(Date.now() - age * 24 * 60 * 60 * 1000),
      })),
      deployed: [{ digest: `sha256:${"6".repeat(64)}`, by: "ECS task definition web:7" }],
      unknown: [],
    },
  ],
});

/** Installs the provider in the project under both names. @returns the lines of Pulumi.yaml that declare it. */
function passThrough(project: TestProject): string {
  return ["docker-build", "aws-native"]
    .map((name) => {
      const executable = path.join(project.directory, `pulumi-resource-${name}`);
      fs.writeFileSync(executable, passThroughProvider, { mode: 0o755 });
      return `    - name: ${name}\n      path: .\n`;
    })
    .join("");
}

describe("policies in a real preview", function () {
  this.timeout(900_000);
  let project: TestProject;

  before(async () => {
    project = new TestProject();
    await project.init();
  });
  after(() => project.remove());

  const preview = (config: string) =>
    project.pulumi("preview", "--policy-pack", "policies", "--policy-pack-config", config);

  it("let the reference job pass with its own policy config", async () => {
    const result = await preview("policies/config/local.json");
    assert.equal(result.code, 0, result.output);
    assert.match(result.output, /Policies:/);
  });

  it("with parameters for an unknown rule fail with the engine's own message, which the docs explain", async () => {
    project.write("misspelt.json", JSON.stringify({ "ecr-lifecycle-polici": { exempt: ["a"] } }));
    const result = await preview("misspelt.json");
    assert.notEqual(result.code, 0);
    assert.match(result.output, /invalid enforcement level ""/);
    const docs = fs.readFileSync(path.resolve(__dirname, "../../../docs/troubleshooting.md"), "utf8");
    assert.match(docs, /^\| `invalid enforcement level ""` \| .*names a rule that the pack does not have/m);
  });

  it("accept the lab's settings with lab.json, and reject them with dev.json", async () => {
    const values = project.read("Pulumi.local.yaml");
    project.edit(
      "Pulumi.local.yaml",
      "imageTagMutability: IMMUTABLE_WITH_EXCLUSION\n      exclusionFilters: [latest]",
      "imageTagMutability: MUTABLE",
    );
    const allowed = await preview("policies/config/lab.json");
    assert.equal(allowed.code, 0, allowed.output);
    const refused = await preview("policies/config/dev.json");
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /\[mandatory\].*ecr-tag-immutability.*\(.*petclinic\)/);
    project.write("Pulumi.local.yaml", values);
  });

  it("report plain resources under each mandatory rule by name, and apply exceptions", async () => {
    project.write("index.ts", program(project.account));
    project.edit("Pulumi.yaml", "  providers:\n", `  providers:\n${passThrough(project)}\n`);
    await project.must("aws", "ecr", "create-repository", "--repository-name", "shared", "--region", "us-east-1");
    const farUrn = "urn:pulumi:local::ecr::aws:ecr/repository:Repository::far";
    const exceptions = [
      { rule: "ecr-lifecycle-policy", resource: "unneeded", expires: "9999-12-31" },
      { rule: "ecr-lifecycle-policy", resource: farUrn, expires: "9999-12-31" },
      { rule: "ecr-image-*", resource: "mov*", expires: "9999-12-31" },
      { rule: "ecr-deletion-protection", resource: "bare", expires: "2020-01-01" },
      { rule: "ecr-scan-on-push", resource: "secret", expires: "9999-12-31" },
    ].map((each) => ({ ...each, reason: "a test" }));
    const config = {
      "ecr-repository-names": { pattern: "[a-z]{4,}" },
      "ecr-exceptions": { exceptions },
      "ecr-image-sources": { copiesOf: ["210987654321.dkr.ecr.*"] },
      "ecr-lifecycle-changes": { snapshot: "snapshot.json" },
      "ecr-cost-budget": { monthlyBudget: 5 },
      "ecr-scan-on-push": { enforcementLevel: "remediate" },
    };
    project.write("snapshot.json", snapshot);
    project.write("config.json", JSON.stringify(config));
    const { code, output } = await preview("config.json");
    assert.notEqual(code, 0, output);
    for (const [rule, message] of Object.entries(expected)) {
      assert.match(output, new RegExp(`\\[mandatory\\].* ${rule} `), `${rule} said nothing:\n${output}`);
      assert.match(output, message);
      const severity = rules.find(({ name }) => name === rule)?.severity;
      assert.match(output, new RegExp(`\\[mandatory\\] \\[severity: ${severity}\\] +${rule} `));
    }
    assert.doesNotMatch(output, /repository "far" has no lifecycle policy|image "moving" is built on/);
    assert.match(output, /forceDelete: repository "bare".* expired after 2020-01-01\./);
    assert.match(output, /\[advisory\].*ecr-exceptions-in-use[\s\S]*for "bare".*expired after 2020-01-01/);
    // The remediation fixes one repository; the other has an exception.
    assert.match(output, /\[remediate\] +ecr-scan-on-push +\(1 resource\)/);
    assert.doesNotMatch(output, /repository "bare" is not scanned on push/);
    assert.match(output, /attachment "power" has the AWS managed policy AmazonEC2ContainerRegistryPowerUser/);
    assert.match(output, /imageTagMutability: repository "secret" has/);
    assert.doesNotMatch(output, /"shared"/);
    assert.match(output, /\[advisory\].*ecr-exceptions-in-use[\s\S]*for "unneeded".*excuses nothing/);
    assert.match(
      output,
      /\[advisory\].* ecr-lifecycle-changes [\s\S]*expires 2 images of repository "bare" .* \(v1\.0\.4, v1\.0\.3\), 1 of them deployed/,
    );
    assert.match(output, /\[advisory\].* ecr-cost-budget [\s\S]*the stack has no such output/);
    assert.ok(!output.includes("hunter2"), "a secret is shown");
  });

  it("are all covered above, except advisory and disabled ones", () => {
    const mandatory = rules.filter((rule) => rule.enforcementLevel === "mandatory").map(({ name }) => name);
    assert.deepEqual(Object.keys(expected).sort(), mandatory.sort());
  });

  it("reject an unknown parameter and a value of the wrong type", async () => {
    for (const [config, message] of [
      [{ "ecr-image-scanning": { enhancd: true } }, /ecr-image-scanning\.enhancd.*has no parameter "enhancd"/],
      [{ "ecr-lifecycle-limits": { untaggedMaxDays: "x" } }, /untaggedMaxDays/],
    ] as const) {
      project.write("config.json", JSON.stringify(config));
      const { code, output } = await preview("config.json");
      assert.notEqual(code, 0, output);
      assert.match(output, message);
    }
  });
});
