import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../../sandbox/paths";
import { type Result, TestProject } from "../program/project";
import { fullTests } from "../tools";

/**
 * Faults around a run of the whole program: its network, its repositories, its stack, one after the other in one stack. All
 * but the first take minutes: TEST_FULL=1.
 */
describe("faults: of the program's surroundings", function () {
  this.timeout(120_000);
  let project: TestProject;
  let values: string;

  before(async () => {
    project = new TestProject();
    // One repository and its image say what there is to say.
    values = project
      .read("Pulumi.local.yaml")
      .replace(/ {2}ecr:publicRepositories:\n(?: {4}.*\n)+/, "")
      .replace("[private/petclinic, public/petclinic]", "[private/petclinic]");
    project.write("Pulumi.local.yaml", values);
    await project.init();
  });
  after(async () => {
    await project.mustPulumi("destroy", "--yes", "--skip-preview");
    project.remove();
  });

  /** `npm run up -- local`, which says what to do. */
  const up = (env: NodeJS.ProcessEnv = {}): Promise<Result> =>
    project.run(
      process.execPath,
      [path.join(projectRoot, "cli", "bin", "ecr.cjs"), "up", "local", "--yes", "--skip-preview", "--non-interactive"],
      env,
    );
  const repositories = async () => {
    const answer = await project.aws<{ repositories: { repositoryName: string }[] }>("ecr", "describe-repositories");
    return answer.repositories.map(({ repositoryName }) => repositoryName);
  };

  it("no network: what was tried, where, and what to do; nothing is made", async () => {
    const { code, output } = await up({ AWS_ENDPOINT_URL: "http://127.0.0.1:9" });
    assert.notEqual(code, 0);
    assert.match(
      output,
      /exceeded maximum number of attempts, 3, .*is the service at http:\/\/127\.0\.0\.1:9 .*running\?/,
    );
    assert.match(output, /What to do:\n(?:- .*\n)*- Something could not be reached, .*run the same command again\./);
    assert.deepEqual(await repositories(), []);
  });

  it("a repository made by hand: how to adopt it, which then works", async function () {
    if (!fullTests) this.skip();
    await project.must("aws", "ecr", "create-repository", "--repository-name", "petclinic");
    const refused = await up();
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /RepositoryAlreadyExistsException: The repository with name 'petclinic'/);
    assert.match(refused.output, /To adopt it, write `import: <its name>` .* in Pulumi\.local\.yaml/);
    project.edit("Pulumi.local.yaml", "forceDelete: true", "forceDelete: true\n      import: petclinic");
    await project.up();
    project.write("Pulumi.local.yaml", values);
    const { code, output } = await project.pulumi("preview", "--expect-no-changes");
    assert.equal(code, 0, output);
  });

  it("two updates at once: one ends well, the other says that it has to wait", async function () {
    if (!fullTests) this.skip();
    const both = await Promise.all([up(), up()]);
    assert.deepEqual(both.map(({ code }) => code === 0).sort(), [false, true]);
    const refused = both.find(({ code }) => code !== 0);
    assert.match(refused?.output ?? "", /the stack is currently locked by 1 lock/);
    assert.match(refused?.output ?? "", /What to do:\n- Another update of this stack runs: wait for it\./);
  });

  it("a repository deleted by hand: the command of the message makes it all again", async function () {
    if (!fullTests) this.skip();
    await project.must("aws", "ecr", "delete-repository", "--repository-name", "petclinic", "--force");
    const { code, output } = await up();
    assert.notEqual(code, 0);
    const [, glob = ""] = /Fix: push it again with `pulumi up --refresh --replace '([^']+)'`/.exec(output) ?? [];
    await project.mustPulumi("up", "--yes", "--skip-preview", "--refresh", "--replace", glob);
    assert.deepEqual(await repositories(), ["petclinic"]);
    const outputs = await project.outputs();
    const { imageDetails } = await project.aws<{ imageDetails: { imageDigest: string }[] }>(
      ...["ecr", "describe-images", "--repository-name", "petclinic"],
    );
    assert.deepEqual(
      imageDetails.map(({ imageDigest }) => imageDigest),
      [outputs.images["petclinic"]?.digest],
    );
  });

  it("a state file that was cut short: nothing is changed, and the last whole copy is beside it", async function () {
    if (!fullTests) this.skip();
    const file = project.stateFile;
    const whole = fs.readFileSync(file);
    fs.writeFileSync(file, whole.subarray(0, whole.length / 2));
    const { code, output } = await up();
    assert.notEqual(code, 0);
    assert.match(output, /failed to load checkpoint.*unexpected end of JSON input/);
    assert.match(output, /What to do:\n- The stack's state cannot be read\..*local\.json\.bak` over `local\.json`/);
    fs.copyFileSync(`${file}.bak`, file);
    await project.mustPulumi("refresh", "--yes", "--skip-preview");
    const preview = await project.pulumi("preview", "--expect-no-changes");
    assert.equal(preview.code, 0, preview.output);
  });
});
