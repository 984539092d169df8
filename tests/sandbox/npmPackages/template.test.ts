import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { runOrThrow } from "../../../sandbox/system/commands";
import { GitServer } from "../gitServer";
import { TestProject } from "../program/project";
import { removeTemporary, temporaryDirectory } from "../temporary";
import { fullTests } from "../tools";
import { install, linkTarballs, packed } from "./installed";

const root = path.resolve(__dirname, "../../..");

/** A newcomer's first minutes, from an empty folder. */
describe("the template with pulumi new", function () {
  this.timeout(1_800_000);
  let project: TestProject;
  let tarballs: Record<string, string>;
  let template: string;

  before(async () => {
    project = new TestProject(undefined, []);
    fs.rmSync(path.join(project.directory, "docker-config"), { recursive: true });
    tarballs = await packed(["ecr-components", "ecr-policies"], temporaryDirectory());
    template = path.join(temporaryDirectory(), "template");
    fs.cpSync(path.join(root, "template"), template, { recursive: true });
    // Nothing is published yet.
    linkTarballs(template, tarballs);
  });
  after(() => {
    project.remove();
    removeTemporary();
  });

  const folder = "shop";
  const options = ["--yes", "--name", "shop", "--description", "The shop's images"];
  const run = (command: string, ...args: string[]) => project.run(command, args, {}, folder);
  const must = async (command: string, ...args: string[]) => {
    const result = await run(command, ...args);
    assert.equal(result.code, 0, `${command} ${args.join(" ")}\n${result.output}`);
    return result.output;
  };

  it("creates a project of a dozen files in an empty folder, and asks only for its region", async () => {
    fs.mkdirSync(path.join(project.directory, folder));
    await must("pulumi", "new", template, ...options, "--stack", "dev", ...(fullTests ? [] : ["--generate-only"]));
    if (!fullTests) {
      await install(path.join(project.directory, folder), tarballs);
      await must("pulumi", "stack", "init", "dev", "--non-interactive");
      await must("pulumi", "config", "set", "aws:region", "us-east-1");
    }
    const made = ["node_modules", "state", "package-lock.json"];
    const files = fs
      .readdirSync(path.join(project.directory, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => !made.includes(file.split(path.sep)[0] ?? ""))
      .filter((file) => fs.statSync(path.join(project.directory, folder, file)).isFile());
    assert.deepEqual(files.sort(), [
      ".github/workflows/preview.yml",
      ".gitignore",
      "Pulumi.dev.yaml",
      "Pulumi.yaml",
      "README.md",
      "app/Dockerfile",
      "app/server.js",
      "index.ts",
      "package.json",
      "policies.json",
      "provider/pulumi-resource-ecr",
      "tsconfig.json",
    ]);
    for (const file of files) assert.doesNotMatch(project.read(`${folder}/${file}`), /\$\{(PROJECT|DESCRIPTION)\}/);
    assert.ok(project.read(`${folder}/index.ts`).trim().split("\n").length <= 20);
    assert.match(project.read(`${folder}/Pulumi.dev.yaml`), /aws:region: us-east-1/);
  });

  it("creates the same project from a Git URL at a version", async () => {
    const repository = path.dirname(template);
    const git = (...args: string[]) => runOrThrow("git", args, { cwd: repository });
    await git("init", "--quiet");
    await git("add", "--all");
    await git("-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "--message", "All");
    await git("tag", "v0.1.0");
    const server = await GitServer.start(repository, "amazon-ecr");
    try {
      const other = path.join(project.directory, "other");
      fs.mkdirSync(other);
      const address = "https://git.example.com/org/amazon-ecr/tree/v0.1.0/template";
      const args = ["new", address, ...options, "--generate-only"];
      const { code, output } = await project.run("pulumi", args, server.env, "other");
      assert.equal(code, 0, output);
      const made = fs.readdirSync(other, { recursive: true, encoding: "utf8" }).sort();
      assert.ok(made.includes("provider/pulumi-resource-ecr"));
      for (const file of made.filter((each) => fs.statSync(path.join(other, each)).isFile())) {
        // Pulumi records where a project comes from.
        const content = project.read(`other/${file}`).replace(address, template);
        assert.equal(content, project.read(`${folder}/${file}`), file);
      }
      assert.ok(fs.statSync(path.join(other, "provider/pulumi-resource-ecr")).mode & 0o100);
    } finally {
      server.close();
    }
  });

  it("compiles, and previews a repository and its image with the policy pack", async () => {
    await must("npx", "--no-install", "tsc");
    const output = await must("npm", "run", "preview", "--", "--stack", "dev", "--non-interactive");
    assert.match(output, /✅ amazon-ecr@v0\.1\.0/);
    assert.match(output, /aws:ecr:Repository shop create/);
    assert.match(output, /docker:index:Image shop-src-[0-9a-f]{16} create/);
    assert.match(output, /ecr:index:ImageTags shop create/);
  });

  it("is rejected by the pack once it breaks a rule", async () => {
    project.edit(`${folder}/index.ts`, "exclusionFilters:", 'encryption: "aes256",\n  exclusionFilters:');
    const { code, output } = await run("npm", "run", "preview", "--", "--stack", "dev", "--non-interactive");
    assert.notEqual(code, 0);
    assert.match(output, /ecr-encryption-minimum/);
  });
});
