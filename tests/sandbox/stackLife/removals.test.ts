import assert from "node:assert/strict";
import { itInFull } from "../tools";
import { LiveProject } from "./liveProject";

describe("stack life: an entry that is removed, moved or changed irreversibly", function () {
  this.timeout(900_000);
  let project: LiveProject;
  let url: string;
  const shop = { encryption: "aes256", access: { pullFrom: ["210987654321"] } };
  const other = { other: { encryption: "aes256" } };

  before(async () => {
    project = new LiveProject();
    await project.init();
    project.configure({ privateRepositories: { shop, ...other } });
    await project.up();
    url = (await project.outputs()).privateRepositories["shop"]?.url ?? "";
    await project.push(url, "1.0.0");
    await project.push(url, "1.1.0");
  });
  after(async () => {
    await project.must(
      "sh",
      "-c",
      "for name in shop other; do aws ecr delete-repository --force --repository-name $name; done; true",
    );
    project.remove();
  });

  /** Preview and update must both fail with this message, and change nothing in AWS. */
  async function refused(config: Record<string, unknown>, message: RegExp): Promise<string> {
    const before = await project.images("shop");
    assert.equal(before.length, 2);
    project.configure(config);
    let said = "";
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const { code, output } = await project.pulumi(...command);
      assert.notEqual(code, 0, output);
      assert.match(output, message);
      said = output;
    }
    assert.deepEqual(await project.images("shop"), before);
    await project.aws("ecr", "get-lifecycle-policy", "--repository-name", "shop");
    await project.aws("ecr", "get-repository-policy", "--repository-name", "shop");
    return said;
  }

  it("is rejected while the repository holds images, with their number and how to keep it", async () => {
    const said = await refused(
      { privateRepositories: other },
      /ecr:privateRepositories: found "shop"\. No entry describes the repository "shop" in ap-northeast-2 any more, so it would be deleted: it holds 2 images, the newest 1\.1\.0 of \d{4}-\d\d-\d\d\./,
    );
    assert.match(said, /under another key: repositoryName: shop/);
  });

  it("is rejected for a new name, encryption, region, provider region or key; reverting changes nothing", async () => {
    const cases: [Record<string, unknown>, RegExp][] = [
      [
        { privateRepositories: { shop: { ...shop, repositoryName: "store" }, ...other } },
        /the repository "shop" in ap-northeast-2/,
      ],
      [
        { privateRepositories: { shop: { ...shop, encryption: "kms" }, ...other } },
        /privateRepositories\.shop\.encryption: found "kms"\. /,
      ],
      [
        { privateRepositories: { shop: { ...shop, region: "eu-west-1" }, ...other } },
        /privateRepositories\.shop\.region/,
      ],
      [{ "aws:region": "eu-west-1", privateRepositories: { shop, ...other } }, /privateRepositories\.shop\.region/],
      [
        { privateRepositories: { shop: { ...shop, encryption: "kms", createKey: true }, ...other } },
        /privateRepositories\.shop\.encryption/,
      ],
    ];
    for (const [config, message] of cases) await refused(config, message);
    project.configure({ privateRepositories: { shop, ...other } });
    await project.mustPulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    await project.mustBeSettled();
  });

  it("deletes an empty repository right away", async () => {
    project.configure({ privateRepositories: { shop } });
    await project.up();
    assert.deepEqual(await project.repositories(), ["shop"]);
  });

  it("leaves the repository in AWS when retainOnDelete was applied first, as the message says", async () => {
    project.configure({ privateRepositories: { shop: { ...shop, retainOnDelete: true } } });
    await project.up();
    project.configure({});
    await project.up();
    assert.equal((await project.images("shop")).length, 2);
    await project.aws("ecr", "get-lifecycle-policy", "--repository-name", "shop");
    await project.mustBeSettled();
  });

  itInFull(
    "is adopted again by import, and deleted with its images once forceDelete is applied, as the preview says",
    async () => {
      const back = { ...shop, import: { repository: "shop", repositoryPolicy: true } };
      project.configure({ privateRepositories: { shop: back } });
      await project.up();
      project.configure({ privateRepositories: { shop: { ...shop, forceDelete: true } } });
      await project.up();
      assert.equal((await project.images("shop")).length, 2);
      project.configure({});
      const preview = await project.mustPulumi("preview");
      assert.match(
        preview.output,
        /the repository "shop".*would be deleted, which the state's forceDelete allows: it holds 2 images/,
      );
      await project.up();
      assert.deepEqual(await project.repositories(), []);
    },
  );

  it("does not delete a repository's own key, even if the repository is empty", async () => {
    project.configure({ privateRepositories: { vault: { createKey: true } } });
    await project.up();
    const { repositories } = await project.aws<{ repositories: { encryptionConfiguration: { kmsKey: string } }[] }>(
      ...["ecr", "describe-repositories", "--repository-names", "vault"],
    );
    project.configure({ privateRepositories: { vault: {} } });
    const { code, output } = await project.pulumi("up", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.match(output, /privateRepositories\.vault\.createKey: .* the key would be deleted/);
    const { KeyMetadata } = await project.aws<{ KeyMetadata: { KeyState: string } }>(
      ...["kms", "describe-key", "--key-id", repositories[0]?.encryptionConfiguration.kmsKey ?? ""],
    );
    assert.equal(KeyMetadata.KeyState, "Enabled");
    project.configure({});
    await project.up();
  });

  it("with retainOnDelete is neither replaced nor left with an unmanaged policy, until the option is off", async () => {
    const kept = { encryption: "aes256", access: { pullFrom: ["210987654321"] }, retainOnDelete: true };
    project.configure({ privateRepositories: { kept } });
    await project.up();
    project.configure({ privateRepositories: { kept: { encryption: "kms", retainOnDelete: true } } });
    const { code, output } = await project.pulumi("up", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.match(output, /privateRepositories\.kept\.access: .* its policy would stay in AWS/);
    assert.match(output, /privateRepositories\.kept\.encryption: found "kms"\. /);
    // As the message says.
    project.configure({ privateRepositories: { kept: { ...kept, retainOnDelete: false } } });
    await project.up();
    project.configure({ privateRepositories: { kept: { encryption: "aes256" } } });
    await project.up();
    const { stderr } = await project.run("aws", ["ecr", "get-repository-policy", "--repository-name", "kept"]);
    assert.match(stderr, /RepositoryPolicyNotFoundException/);
    project.configure({});
    await project.up();
  });

  itInFull("does not import a second time when `import` stays and the region is added later", async () => {
    await project.must("aws", "ecr", "create-repository", "--repository-name", "legacy");
    const legacy = { encryption: "aes256", import: "legacy", forceDelete: true };
    project.configure({ privateRepositories: { legacy } });
    await project.up();
    project.configure({ privateRepositories: { legacy: { ...legacy, region: "ap-northeast-2" } } });
    await project.mustPulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    assert.deepEqual(await project.repositories(), ["legacy"]);
    project.configure({});
    await project.up();
  });
});
