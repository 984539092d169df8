import assert from "node:assert/strict";
import { ECRClient, PutReplicationConfigurationCommand } from "@aws-sdk/client-ecr";
import { readRegistry } from "../../../cli/adopt/readRegistry";
import { bundle } from "../../cli/bundledCli";
import { TestProject } from "../program/project";

const away = "eu-west-1";

/** A registry set up with only the AWS CLI, in two regions. */
describe("adopt: existing registry settings of an account", function () {
  this.timeout(900_000);
  let project: TestProject;
  let cli = "";
  let [key, role, secret] = ["", "", ""];

  const ecr = (operation: string, ...args: string[]) => project.aws<Record<string, unknown>>("ecr", operation, ...args);
  const put = (operation: string, input: object, region = "ap-northeast-2") =>
    project.must("aws", "ecr", operation, "--region", region, "--cli-input-json", JSON.stringify(input));
  const pulumi = (...args: string[]) =>
    project.run("pulumi", [...args, "--stack", "legacy", "--non-interactive", "--color", "never"]);
  const allow = (principal: object, action: string | string[], more: object = {}) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Sid: "One", Effect: "Allow", Principal: principal, Action: action, ...more }],
    });

  before(async () => {
    cli = await bundle();
    project = new TestProject();
    ({
      KeyMetadata: { Arn: key },
    } = await project.aws<{ KeyMetadata: { Arn: string } }>("kms", "create-key"));
    ({
      Role: { Arn: role },
    } = await project.aws<{ Role: { Arn: string } }>(
      ...(["iam", "create-role", "--role-name", "registry", "--assume-role-policy-document"] as const),
      allow({ Service: "ecr.amazonaws.com" }, "sts:AssumeRole"),
    ));
    ({ ARN: secret } = await project.aws<{ ARN: string }>(
      ...(["secretsmanager", "create-secret", "--name", "ecr-pullthroughcache/hub", "--secret-string"] as const),
      JSON.stringify({ username: "pets", accessToken: "the-token" }),
    ));
    await fill();
  });
  after(() => project?.remove());

  async function fill(): Promise<void> {
    const { account } = project;
    const wildcard = (filter: string) => ({ filter, filterType: "WILDCARD" });
    await put("create-repository", { repositoryName: "old/app" });
    await put("put-registry-policy", {
      policyText: allow({ AWS: "arn:aws:iam::210987654321:root" }, ["ecr:ReplicateImage", "ecr:CreateRepository"], {
        Resource: `arn:aws:ecr:ap-northeast-2:${account}:repository/*`,
      }),
    });
    await put("put-registry-scanning-configuration", {
      scanType: "ENHANCED",
      rules: [
        { scanFrequency: "CONTINUOUS_SCAN", repositoryFilters: [wildcard("prod*"), wildcard("base")] },
        { scanFrequency: "SCAN_ON_PUSH", repositoryFilters: [wildcard("old/*")] },
      ],
    });
    await put("put-replication-configuration", {
      replicationConfiguration: {
        rules: [
          {
            destinations: [{ region: "us-east-1", registryId: account }],
            repositoryFilters: [{ filter: "prod/", filterType: "PREFIX_MATCH" }],
          },
          {
            destinations: ["us-east-1", "us-west-2"].map((region) => ({ region, registryId: "210987654321" })),
          },
        ],
      },
    });
    const golden = "210987654321.dkr.ecr.us-east-1.amazonaws.com";
    for (const rule of [
      { ecrRepositoryPrefix: "quay", upstreamRegistryUrl: "quay.io" },
      { ecrRepositoryPrefix: "hub", upstreamRegistryUrl: "registry-1.docker.io", credentialArn: secret },
      { ecrRepositoryPrefix: "golden", upstreamRegistryUrl: golden, customRoleArn: role },
    ]) {
      await put("create-pull-through-cache-rule", rule);
    }
    const rules = [
      {
        rulePriority: 7,
        selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 9 },
        action: { type: "expire" },
      },
    ];
    await put("create-repository-creation-template", { prefix: "ROOT", appliedFor: ["CREATE_ON_PUSH"] });
    await put("create-repository-creation-template", {
      prefix: "team/a",
      description: "Repositories of team a",
      appliedFor: ["REPLICATION", "PULL_THROUGH_CACHE"],
      encryptionConfiguration: { encryptionType: "KMS", kmsKey: key },
      imageTagMutability: "MUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [wildcard("v*")],
      lifecyclePolicy: JSON.stringify({ rules }),
      repositoryPolicy: allow({ AWS: "210987654321" }, "ecr:BatchGetImage"),
      resourceTags: [{ Key: "team", Value: "a" }],
      customRoleArn: role,
    });
    await put("put-account-setting", { name: "BLOB_MOUNTING", value: "ENABLED" });
    await put("register-pull-time-update-exclusion", { principalArn: role });
    const signingProfileArn = `arn:aws:signer:ap-northeast-2:${account}:/signing-profiles/pets`;
    await put("put-signing-configuration", { signingConfiguration: { rules: [{ signingProfileArn }] } });
    await put(
      "create-pull-through-cache-rule",
      { ecrRepositoryPrefix: "k8s", upstreamRegistryUrl: "registry.k8s.io" },
      away,
    );
    const destinations = [{ region: "us-east-1", registryId: account }];
    await replicateDeletions({ rules: [{ destinations, deleteReplication: { enabled: true } }] });
  }

  const client = () =>
    new ECRClient({
      region: away,
      credentials: { accessKeyId: project.account, secretAccessKey: process.env["AWS_SECRET_ACCESS_KEY"] ?? "" },
    });

  /** Replaces the request's body, because neither the AWS CLI nor the SDK accepts `deleteReplication`. */
  async function replicateDeletions(replicationConfiguration: object): Promise<void> {
    const command = new PutReplicationConfigurationCommand({ replicationConfiguration: { rules: [] } });
    command.middlewareStack.add(
      (next) => (args) => {
        (args.request as { body: string }).body = JSON.stringify({ replicationConfiguration });
        return next(args);
      },
      { step: "build", priority: "high" },
    );
    await client().send(command);
  }

  /** Everything that AWS reports about both registries. */
  const described = async () => {
    const questions = [
      ...[["describe-registry"], ["get-registry-scanning-configuration"], ["describe-pull-through-cache-rules"]],
      ...[["describe-repository-creation-templates"], ["list-pull-time-update-exclusions"], ["describe-repositories"]],
      ...["BASIC_SCAN_TYPE_VERSION", "REGISTRY_POLICY_SCOPE", "BLOB_MOUNTING"].map((name) => [
        ...["get-account-setting", "--name", name],
      ]),
    ];
    const own = [["get-registry-policy"], ["get-signing-configuration"]];
    const answers: unknown[] = [];
    for (const [operation = "", ...args] of [...questions, ...own]) answers.push(await ecr(operation, ...args));
    for (const [operation = "", ...args] of questions) answers.push(await ecr(operation, ...args, "--region", away));
    // The AWS CLI does not show whether deletions are replicated.
    return [...answers, (await readRegistry(client(), away)).replication];
  };

  it("are written to the config, imported by the next update without further changes, and left unchanged", async () => {
    const before = await described();
    const regions = ["--region", "ap-northeast-2", away];
    const adopted = await project.run("node", [cli, "adopt", "legacy", ...regions]);
    assert.equal(adopted.code, 0, adopted.output);
    const { output } = adopted;
    assert.match(
      output,
      /^Found settings of the registry in ap-northeast-2: policy, scanning, replication, 3 pullThroughCache, 2 creationTemplates, accountSettings, 1 pullTimeExclusions\.$/m,
    );
    assert.match(
      output,
      /^- scanning: enhanced, only old\/\*, prod\*, base \(usual: every image on push; a change is in place\)/m,
    );
    assert.match(output, /^- registry\/eu-west-1: replication: it replicates deletions, which the AWS provider/m);
    assert.match(output, /^- registry\/ap-northeast-2: signing: 1 rule, which/m);

    await project.must("pulumi", "stack", "init", "legacy", "--non-interactive");
    const update = await pulumi("up", "--yes", "--skip-preview");
    assert.equal(update.code, 0, update.output);
    assert.doesNotMatch(update.output, /deleted|replaced|updated/);
    const made = [...update.output.matchAll(/^ \+ +(\S+) (\S+) created/gm)].map(([, type]) => type);
    assert.deepEqual(
      [...new Set(made)].filter((type) => type?.startsWith("aws:")),
      [],
      update.output,
    );
    assert.match(update.output, /= 18 imported/);
    const after = await pulumi("preview", "--expect-no-changes", "--refresh");
    assert.equal(after.code, 0, after.output);
    assert.deepEqual(await described(), before);
  });

  it("are left out with --filter unless requested, and can be written alone", async () => {
    const sections = async (...flags: string[]) => {
      const printed = await project.run("node", [cli, "adopt", "other", "--print", ...flags]);
      assert.equal(printed.code, 0, printed.output);
      return [...printed.stdout.matchAll(/^ {2}ecr:(\w+):/gm)].map(([, section]) => section);
    };
    assert.deepEqual(await sections("--filter", "old/*"), ["privateRepositories"]);
    assert.deepEqual(await sections("--filter", "old/*", "--registry"), ["registries", "privateRepositories"]);
    assert.deepEqual(await sections("--no-registry"), ["privateRepositories"]);
    assert.deepEqual(await sections("--no-repositories"), ["registries"]);
  });

  it("allow a new cache rule while import is still in the file", async () => {
    const before = project.read("Pulumi.legacy.yaml");
    project.write("Pulumi.legacy.yaml", before.replace(/^( +- upstream: )quay$/m, "$1quay\n$1ecr-public"));
    const { code, output } = await pulumi("preview");
    assert.equal(code, 0, output);
    assert.match(output, /^ \+ +aws:ecr:PullThroughCacheRule ap-northeast-2-ecr-public create/m);
    assert.match(output, /^Resources:\n {4}\+ 1 to create\n {4}\d+ unchanged$/m);
    project.write("Pulumi.legacy.yaml", before);
  });

  it("are shown as drift by the preview after a manual change", async () => {
    await put("put-registry-scanning-configuration", { scanType: "BASIC", rules: [] });
    const drift = await pulumi("preview", "--refresh", "--expect-no-changes");
    assert.notEqual(drift.code, 0, drift.output);
    assert.match(
      drift.output,
      /^ ~ +aws:ecr:RegistryScanningConfiguration ap-northeast-2 update \[diff: ~rules,scanType\]/m,
    );
    assert.match(drift.output, /^Resources:\n {4}~ 1 to update\n {4}\d+ unchanged$/m);
  });
});
