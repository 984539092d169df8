import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { rules } from "../../../policies/rules";
import { TestProject } from "../program/project";
import { fullTests } from "../tools";
import { type PublishedPack, PulumiCloud } from "./pulumiCloud";

const root = path.resolve(__dirname, "../../..");

/** Breaks `ecr-encryption-minimum` with the pack's default config. */
const program = `
const aws = require("@pulumi/aws");
new aws.ecr.Repository("shop", { name: "shop", region: "us-east-1" });
`;

describe("the policy pack with pulumi policy publish", function () {
  this.timeout(300_000);
  let project: TestProject;
  let cloud: PulumiCloud;
  let unpacked: string;

  before(async () => {
    project = new TestProject();
    cloud = await PulumiCloud.start();
  });
  after(() => {
    cloud?.close();
    project?.remove();
  });

  const publish = async (folder: string): Promise<PublishedPack> => {
    const env = {
      PULUMI_BACKEND_URL: cloud.address,
      PULUMI_ACCESS_TOKEN: "pul-token",
      PULUMI_CREDENTIALS_PATH: path.join(project.directory, "credentials"),
    };
    const { code, output } = await project.run(
      "pulumi",
      ["policy", "publish", "acme", "--non-interactive"],
      env,
      folder,
    );
    assert.equal(code, 0, output);
    return cloud.published.at(-1) ?? assert.fail(output);
  };
  const filesOf = ({ tarball }: PublishedPack) =>
    execFileSync("tar", ["-tzf", "-"], { input: tarball, encoding: "utf8" }).trim().split("\n").sort();

  it("goes to an organization with all its rules, and only the files that it needs in its tarball", async () => {
    const pack = await publish("policies");
    assert.ok(pack.complete);
    assert.equal(pack.organization, "acme");
    assert.equal(pack.description.name, "amazon-ecr");
    assert.equal(pack.description.versionTag, "0.1.0");
    assert.deepEqual(
      Object.fromEntries(pack.description.policies.map(({ name, enforcementLevel }) => [name, enforcementLevel])),
      Object.fromEntries(rules.map(({ name, enforcementLevel }) => [name, enforcementLevel ?? "mandatory"])),
    );
    const configs = fs.readdirSync(path.join(root, "policies", "config")).map((file) => `package/config/${file}`);
    const others = ["PulumiPolicy.yaml", "README.md", "bin/index.js", "package.json"].map((file) => `package/${file}`);
    assert.deepEqual(filesOf(pack), [...configs, ...others].sort());
    const folder = path.join(project.directory, "unpacked");
    fs.mkdirSync(folder);
    execFileSync("tar", ["-xzf", "-", "-C", folder], { input: pack.tarball });
    unpacked = path.join(folder, "package");
  });

  it("checks the organization's stacks when installed as Pulumi does it, away from the repository", async () => {
    // As the language host does; with TEST_FULL=1 from the registry.
    if (fullTests) {
      const folder = path.relative(project.directory, unpacked);
      const { code, output } = await project.run("npm", ["install", "--loglevel=error"], {}, folder);
      assert.equal(code, 0, output);
    } else {
      fs.symlinkSync(path.join(root, "node_modules"), path.join(unpacked, "node_modules"));
    }
    const folder = path.join(project.directory, "stack");
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: stack\nruntime: nodejs\nmain: index.js\n");
    fs.writeFileSync(path.join(folder, "index.js"), program);
    const run = (...args: string[]) => project.run("pulumi", [...args, "--non-interactive"], {}, "stack");
    assert.equal((await run("stack", "init", "dev")).code, 0);
    const { code, output } = await run("preview", "--policy-pack", unpacked);
    assert.notEqual(code, 0, output);
    assert.match(output, /amazon-ecr@v0\.1\.0/);
    assert.match(output, /\[mandatory.*\] *ecr-encryption-minimum/);
  });

  it("can be published from the npm package, too", async () => {
    const [first] = cloud.published;
    const pack = await publish(path.relative(project.directory, unpacked));
    assert.deepEqual(filesOf(pack), filesOf(first ?? assert.fail()));
    assert.deepEqual(pack.description, first?.description);
  });
});
