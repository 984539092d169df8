import assert from "node:assert/strict";
import { TestProject } from "./project";
import { imagesIn, pushOneImage } from "./pushedImages";

const region = "ap-northeast-2";
const place = ["--region", region];

/** Follows the error message to the letter, from the first preview to a stack without pending changes. */
describe("importing a repository whose encryption differs from the program's", function () {
  this.timeout(900_000);
  let project: TestProject;
  let salt: string;
  let key: string;

  before(async () => {
    project = new TestProject();
    await project.init();
    salt = project.read("Pulumi.local.yaml").replace(/^[\s\S]*(?=encryptionsalt:)/, "");
    const { KeyMetadata } = await project.aws<{ KeyMetadata: { Arn: string } }>("kms", "create-key", ...place);
    key = KeyMetadata.Arn;
    await project.aws("ecr", "create-repository", "--repository-name", "console", ...place);
    await project.aws(
      ...["ecr", "create-repository", "--repository-name", "theirs", ...place],
      ...["--encryption-configuration", `encryptionType=KMS,kmsKey=${key}`],
    );
    for (const name of ["console", "theirs"]) await pushOneImage(project, { name, region });
  });
  after(() => project?.remove());

  const write = (settings: { console: string; theirs: string }) =>
    project.write(
      "Pulumi.local.yaml",
      [
        "config:",
        `  aws:region: ${region}`,
        "  ecr:privateRepositories:",
        `    console: { ${settings.console} }`,
        `    theirs: { ${settings.theirs} }`,
        salt,
      ].join("\n"),
    );

  it("fails in the first preview, says what to write, and registers nothing", async () => {
    write({ console: "import: console", theirs: "import: theirs, encryption: aes256" });
    const refused = await project.pulumi("preview");
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.output,
      /PrivateRepository "(?:console|theirs)": 1 fault\n +- encryption: found "(?:kms|aes256)"\. The repository "(?:console|theirs)" is encrypted with (?:AES256|KMS), which is fixed when a repository is created\. Write encryption: /,
    );
    assert.doesNotMatch(refused.output, /aws:ecr:|node_modules/);
    const forced = await project.pulumi("up", "--yes", "--skip-preview");
    assert.notEqual(forced.code, 0);
    assert.deepEqual(
      Object.keys(await project.resources()).filter((urn) => urn.includes("aws:ecr")),
      [],
    );
  });

  it("rejects the name of a repository that does not exist", async () => {
    write({ console: "import: consolle, encryption: aes256", theirs: "import: theirs" });
    const refused = await project.pulumi("preview");
    assert.match(
      refused.output,
      /- import: found "consolle"\. There is no repository of this name in the provider's region\. /,
    );
  });

  it("succeeds as the error says, and plans nothing once `import` is removed", async () => {
    write({
      console: "import: console, encryption: aes256",
      theirs: `import: theirs, encryption: kms, kmsKey: "${key}"`,
    });
    const { output } = await project.mustPulumi("preview");
    assert.match(output, /2 to import/);
    assert.doesNotMatch(output, /replace/);
    await project.up();
    write({
      console: "repositoryName: console, encryption: aes256",
      theirs: `repositoryName: theirs, encryption: kms, kmsKey: "${key}"`,
    });
    await project.mustPulumi("preview", "--expect-no-changes");
    for (const name of ["console", "theirs"]) assert.equal((await imagesIn(project, { name, region })).length, 1);
  });
});
