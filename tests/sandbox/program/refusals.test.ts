import assert from "node:assert/strict";
import * as path from "node:path";
import { TestProject } from "./project";

/** What bad input gets: one clear error that names property, value, rule and fix, before anything is created. */
describe("bad input with the real CLI", function () {
  this.timeout(60_000);
  let project: TestProject;
  let values: string;

  before(async () => {
    project = new TestProject();
    await project.init();
    values = project.read("Pulumi.local.yaml");
  });
  beforeEach(() => project.write("Pulumi.local.yaml", values));
  after(() => project.remove());

  const mustBeEmpty = async () => {
    assert.deepEqual(await project.aws("ecr", "describe-repositories"), { repositories: [] });
    assert.deepEqual(await project.aws("ecr-public", "describe-repositories", "--region", "us-east-1"), {
      repositories: [],
    });
  };

  for (const [what, from, to, message] of [
    [
      "a repository name that ECR refuses",
      "encryption: aes256",
      "encryption: aes256\n      repositoryName: Pet_Clinic",
      /ecr:privateRepositories\.petclinic\.repositoryName: "Pet_Clinic" — .*lower-case.* Fix: /,
    ],
    [
      "filters without *_WITH_EXCLUSION",
      "IMMUTABLE_WITH_EXCLUSION",
      "IMMUTABLE",
      /exclusionFilters: \[.*latest.*\] — ECR refuses exclusion filters with IMMUTABLE\. Fix: /,
    ],
    [
      "*_WITH_EXCLUSION without filters",
      "exclusionFilters: [latest]",
      "exclusionFilters: []",
      /exclusionFilters: \[\] — IMMUTABLE_WITH_EXCLUSION needs 1 to 5 exclusion filters.* Fix: /,
    ],
    [
      "a KMS key with AES256",
      "encryption: aes256",
      "encryption: aes256\n      kmsKey: alias/mine",
      /kmsKey: "alias\/mine" — AES256 takes no KMS key\. Fix: /,
    ],
    [
      "a lifecycle document that ECR refuses",
      "forceDelete: true",
      "forceDelete: true\n      lifecyclePolicy: { rules: [] }",
      /lifecyclePolicy\.rules: \[\] — .* Fix: /,
    ],
    [
      "a build context that is not there",
      "context: app",
      "context: no-such-folder",
      /context: "no-such-folder" — the build context must be a folder that exists\. Fix: /,
    ],
    [
      "a Dockerfile that is not there",
      "context: app",
      "context: app\n      dockerfile: app/Containerfile",
      /dockerfile: "app\/Containerfile" — the Dockerfile must be a file that exists\. Fix: /,
    ],
    [
      "a region that ECR Public lacks",
      "forceDestroy: true",
      "forceDestroy: true\n      region: ap-northeast-2",
      /region: "ap-northeast-2" — .*us-east-1.* Fix: /,
    ],
    [
      "an unknown config key",
      "encryption: aes256",
      "encrypton: aes256",
      /ecr:privateRepositories\.petclinic\.encrypton: "aes256" — unknown key\. Fix: /,
    ],
    [
      "a wrong type in the config",
      "forceDelete: true",
      "forceDelete: 1",
      /ecr:privateRepositories\.petclinic\.forceDelete: 1 — .*expected boolean.* Fix: /,
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      project.edit("Pulumi.local.yaml", from, to);
      const result = await project.pulumi("up", "--yes", "--skip-preview");
      assert.notEqual(result.code, 0);
      assert.match(result.output, message);
      assert.ok(!result.output.includes("node_modules"), `a stack trace was shown:\n${result.output}`);
      await mustBeEmpty();
    });
  }

  it("refuses to begin when Docker is not running", async () => {
    const socket = `unix://${path.join(project.directory, "no.sock")}`;
    const result = await project.run(
      "pulumi",
      ["up", "--yes", "--skip-preview", "--stack", "local", "--non-interactive"],
      {
        DOCKER_HOST: socket,
      },
    );
    assert.notEqual(result.code, 0);
    assert.match(result.output, /docker: "unix:.*no\.sock" — .*none answers there.* Fix: start Docker/s);
    await mustBeEmpty();
  });

  it("says what to set when there are no credentials", async () => {
    const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    const result = await project.run("pulumi", ["preview", "--stack", "local", "--non-interactive"], none);
    assert.notEqual(result.code, 0);
    assert.match(result.output, /credential/i);
    assert.match(result.output, /AWS_ACCESS_KEY_ID|aws configure|profile/i);
  });

  it("says which region to set when there is none", async () => {
    project.edit("Pulumi.local.yaml", "  aws:region: ap-northeast-2\n", "");
    const result = await project.run("pulumi", ["preview", "--stack", "local", "--non-interactive"], {
      AWS_REGION: undefined,
      AWS_DEFAULT_REGION: undefined,
    });
    assert.notEqual(result.code, 0);
    assert.match(result.output, /aws:region|AWS_REGION/);
  });
});
