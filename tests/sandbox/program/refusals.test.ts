import assert from "node:assert/strict";
import * as path from "node:path";
import { TestProject } from "./project";

/** Bad input gets one clear error that names property, value, rule and fix, before anything is created. */
describe("bad input with the real CLI", function () {
  this.timeout(900_000);
  let project: TestProject;
  let values: string;
  /** The salt of the stack's passphrase, with its key. */
  let salt: string;

  before(async () => {
    project = new TestProject();
    await project.init();
    values = project.read("Pulumi.local.yaml");
    salt = values.slice(values.indexOf("encryptionsalt:"));
  });
  beforeEach(() => project.write("Pulumi.local.yaml", values));
  after(() => project.remove());

  const mustBeEmpty = async () => {
    assert.deepEqual(await project.aws("ecr", "describe-repositories"), { repositories: [] });
    assert.deepEqual(await project.aws("ecr-public", "describe-repositories", "--region", "us-east-1"), {
      repositories: [],
    });
  };

  for (const [what, config, messages] of [
    [
      "everything that ECR or Docker would refuse",
      `
  ecr:privateRepositories:
    name: { repositoryName: Pet_Clinic }
    filters: { imageTagMutability: IMMUTABLE, exclusionFilters: [latest] }
    none: { imageTagMutability: IMMUTABLE_WITH_EXCLUSION, exclusionFilters: [] }
    key: { encryption: aes256, kmsKey: alias/mine }
    lifecycle: { lifecyclePolicy: { rules: [] } }
  ecr:publicRepositories:
    region: { region: ap-northeast-2 }
  ecr:images:
    context: { context: no-such-folder, repositories: [private/key] }
    dockerfile: { context: app, dockerfile: app/Containerfile, repositories: [private/key] }
`,
      [
        /ecr:privateRepositories\.name\.repositoryName: found "Pet_Clinic"\. .*lower-case.* /,
        /filters\.exclusionFilters: found \[.*latest.*\]\. ECR does not accept exclusion filters with IMMUTABLE\. /,
        /none\.exclusionFilters: found \[\]\. IMMUTABLE_WITH_EXCLUSION needs 1 to 5 exclusion filters.* /,
        /key\.kmsKey: found "alias\/mine"\. AES256 does not use a KMS key\. /,
        /lifecycle\.lifecyclePolicy\.rules: found \[\]\. .* /,
        /region\.region: found "ap-northeast-2"\. .*us-east-1.* /,
        /context\.context: found "no-such-folder"\. The build context must be a folder that exists\. /,
        /dockerfile\.dockerfile: found "app\/Containerfile"\. The Dockerfile must be a file that exists\. /,
      ],
    ],
    [
      "every unknown key and wrong type",
      `
  ecr:privateRepositories:
    unknown: { encrypton: aes256 }
    type: { forceDelete: 1 }
`,
      [
        /ecr:privateRepositories\.unknown\.encrypton: found "aes256"\. Unknown key\. Did you mean "encryption"\? /,
        /Pulumi\.local\.yaml:\d+:\d+ ecr:privateRepositories\.type\.forceDelete: found 1\. Must be true or false, without quotes\. /,
      ],
    ],
  ] as const) {
    it(`reports ${what}, all at once`, async () => {
      project.write("Pulumi.local.yaml", `config:\n  aws:region: ap-northeast-2${config}${salt}`);
      const result = await project.pulumi("up", "--yes", "--skip-preview");
      assert.notEqual(result.code, 0);
      for (const message of messages) assert.match(result.output, message);
      assert.ok(!result.output.includes("node_modules"), `a stack trace was shown:\n${result.output}`);
      await mustBeEmpty();
    });
  }

  it("creates nothing when Docker is not running", async () => {
    const socket = `unix://${path.join(project.directory, "no.sock")}`;
    // With its preview: only then is it known whether there is something to build.
    const result = await project.run("pulumi", ["up", "--yes", "--stack", "local", "--non-interactive"], {
      DOCKER_HOST: socket,
    });
    assert.notEqual(result.code, 0);
    assert.match(result.output, /docker: found "unix:.*no\.sock"\. .*none answers there.* Start Docker/s);
    await mustBeEmpty();
  });

  it("says what to set when there are no credentials", async () => {
    const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    const result = await project.run("pulumi", ["preview", "--stack", "local", "--non-interactive"], none);
    assert.notEqual(result.code, 0);
    assert.match(result.output, /credential/i);
    assert.match(result.output, /AWS_ACCESS_KEY_ID|aws configure|profile/i);
  });

  it("says what to set when there is no region", async () => {
    project.edit("Pulumi.local.yaml", "  aws:region: ap-northeast-2\n", "");
    const result = await project.run("pulumi", ["preview", "--stack", "local", "--non-interactive"], {
      AWS_REGION: undefined,
      AWS_DEFAULT_REGION: undefined,
    });
    assert.notEqual(result.code, 0);
    assert.match(result.output, /aws:region|AWS_REGION/);
  });
});
