import assert from "node:assert/strict";
import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import { bundle } from "../../cli/bundledCli";
import { TestProject } from "../program/project";
import { describeInFull } from "../tools";

const count = 1_000;

describeInFull(`adopt: an account with ${count} repositories`, function () {
  this.timeout(3_600_000);
  let project: TestProject;
  let cli = "";

  before(async () => {
    cli = await bundle();
    project = new TestProject();
    const numbers = Array.from({ length: count }, (_, index) => index);
    while (numbers.length > 0) await Promise.all(numbers.splice(0, 20).map(make));
  });
  after(() => project?.remove());

  const ecr = () =>
    new ECRClient({
      region: "ap-northeast-2",
      credentials: { accessKeyId: project.account, secretAccessKey: process.env["AWS_SECRET_ACCESS_KEY"] ?? "" },
    });

  /** Creates a repository as teams do by hand, with settings that vary from one to the next. */
  async function make(index: number): Promise<void> {
    const client = ecr();
    const repositoryName = `team-${index % 7}/service-${index}`;
    await client.send(
      new CreateRepositoryCommand({
        repositoryName,
        imageTagMutability: index % 2 === 0 ? "MUTABLE" : "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: index % 3 === 0 },
        encryptionConfiguration: { encryptionType: index % 5 === 0 ? "KMS" : "AES256" },
        tags: index % 4 === 0 ? [{ Key: "team", Value: `team-${index % 7}` }] : [],
      }),
    );
    if (index % 3 === 0) {
      const selection = { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: 1 + (index % 50) };
      const rules = [{ rulePriority: 1, selection, action: { type: "expire" } }];
      const lifecyclePolicyText = JSON.stringify({ rules });
      await client.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }));
    }
    if (index % 10 === 0) {
      const principal = { AWS: "arn:aws:iam::210987654321:root" };
      const statement = { Sid: "Pull", Effect: "Allow", Principal: principal, Action: "ecr:BatchGetImage" };
      const policyText = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
      await client.send(new SetRepositoryPolicyCommand({ repositoryName, policyText }));
    }
  }

  it("is written to the config completely, imported by one update per file, and the next preview is empty", async () => {
    const adopted = await project.run("node", [cli, "adopt", "legacy"]);
    assert.equal(adopted.code, 0, adopted.output);
    assert.match(adopted.output, /Found 1,000 private and 0 public repositories\./);
    const environments = [...adopted.output.matchAll(/^Wrote Pulumi\.([\w-]+)\.yaml/gm)].map(([, name = ""]) => name);
    assert.ok(environments.length < 5, adopted.output);
    let imported = 0;
    for (const environment of environments) {
      await project.must("pulumi", "stack", "init", environment, "--non-interactive");
      const pulumi = (...args: string[]) =>
        project.run("pulumi", [...args, "--stack", environment, "--non-interactive"]);
      const up = await pulumi("up", "--yes", "--skip-preview");
      assert.equal(up.code, 0, up.output.slice(-5_000));
      imported += Number(/= (\d+) imported/.exec(up.output)?.[1]);
      assert.doesNotMatch(up.output, /replaced|deleted|updated/);
      const preview = await pulumi("preview", "--expect-no-changes");
      assert.equal(preview.code, 0, preview.output.slice(-5_000));
    }
    assert.equal(imported, count + count / 10, "repositories, and the policies of every tenth");
    const { repositories = [] } = await ecr().send(new DescribeRepositoriesCommand({ maxResults: 1_000 }));
    assert.equal(repositories.length, count);
  });
});
