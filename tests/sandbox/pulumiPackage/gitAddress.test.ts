import * as assert from "node:assert/strict";
import * as path from "node:path";
import { parse } from "yaml";
import { runOrThrow } from "../../../sandbox/system/commands";
import { scratchClone } from "../cli/scratchClone";
import { GitServer } from "../gitServer";
import { removeTemporary } from "../temporary";
import { describeInFull } from "../tools";
import { PackageProgram } from "./packageProgram";
import { yamlLanguageHost } from "./pulumiTools";

/** Not the version of provider/package.json: a fork has its own versions. */
const version = "1.4.0";
const address = `git.example.com/org/amazon-ecr/provider@${version}`;

describeInFull("the package ecr from a Git URL", function () {
  this.timeout(900_000);
  let program: PackageProgram;
  let server: GitServer;

  before(async () => {
    program = new PackageProgram(path.dirname(await yamlLanguageHost()));
    const clone = await scratchClone();
    await runOrThrow("git", ["tag", `v${version}`], { cwd: clone });
    server = await GitServer.start(clone, "amazon-ecr");
    program.write("Pulumi.yaml", "name: shop\nruntime: yaml\n");
    program.write("app/Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
    await program.mustPulumi("stack", "init", "dev");
  });
  after(async () => {
    server?.close();
    // Hundreds of megabytes in the Pulumi home that all tests share.
    await program?.pulumi("plugin", "rm", "resource", "git.example.com_org_amazon-ecr.git_provider", "--all", "--yes");
    await program?.remove();
    removeTemporary();
  });

  it("is cloned at a version, installed and built by `pulumi package add` alone", async () => {
    Object.assign(program.env, server.env);
    await program.mustPulumi("package", "add", `https://${address}`);
    for (const name of Object.keys(server.env)) delete program.env[name];
    const added = parse(program.clone.read("consumer/Pulumi.yaml")) as { packages: Record<string, string> };
    assert.deepEqual(added.packages, { ecr: address });
  });

  it("creates repositories and images", async () => {
    program.write(
      "Pulumi.yaml",
      `name: shop
runtime: yaml
packages: { ecr: ${address} }
config: { aws:region: us-east-1 }
resources:
  shop:
    type: ecr:PrivateRepository
    properties: { exclusionFilters: [latest] }
  image:
    type: ecr:ContainerImage
    properties: { context: app, repositories: ["$\{shop}"], tags: [latest] }
outputs:
  reference: $\{image.reference}
`,
    );
    await program.mustPulumi("up", "--yes", "--skip-preview");
    await program.mustPulumi("preview", "--expect-no-changes");
    assert.match((await program.outputs())["reference"] ?? "", /\/shop@sha256:/);
    const { imageDetails } = await program.clone.aws<{ imageDetails: { imageTags: string[] }[] }>(
      ...["ecr", "describe-images", "--region", "us-east-1", "--repository-name", "shop"],
    );
    assert.ok(imageDetails.some(({ imageTags }) => imageTags.includes("latest")));
  });
});
