import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { newcomersEnvironment } from "../cli/scratchClone";
import { TestProject } from "../program/project";
import { removeTemporary, temporaryDirectory } from "../temporary";
import { fullTests } from "../tools";
import { install, manifestOf, packed } from "./installed";

const root = path.resolve(__dirname, "../../..");

const manifest = manifestOf(
  "shop",
  ["ecr-components", "ecr-sandbox"],
  ["@pulumi/aws", "@pulumi/docker", "@pulumi/pulumi", "@types/node", "typescript"],
);

const program = `import { ContainerImage, PrivateRepository } from "ecr-components";

const repository = new PrivateRepository("shop", { exclusionFilters: ["latest"], forceDelete: true });
const image = new ContainerImage("shop", {
  context: "app",
  repositories: [repository],
  tags: ["latest"],
  args: { NODE_IMAGE: "sandbox.local/node:22" },
});
export const { reference, tag } = image;
`;

/** A local AWS for somebody else's project, without this repository and the sandbox that the tests run in. */
describe("the sandbox as a package", function () {
  this.timeout(1_800_000);
  let project: TestProject;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    project = new TestProject(undefined, []);
    fs.rmSync(path.join(project.directory, "docker-config"), { recursive: true });
    project.write("package.json", manifest);
    const plugins = "plugins: { providers: [{ name: ecr, path: ./node_modules/ecr-components/provider }] }";
    project.write("Pulumi.yaml", `name: shop\nruntime: nodejs\n${plugins}\n`);
    project.write("index.ts", program);
    fs.cpSync(path.join(root, "app"), path.join(project.directory, "app"), { recursive: true });
    await install(project.directory, await packed(["ecr-components", "ecr-sandbox"], temporaryDirectory()));
    env = await newcomersEnvironment();
  });
  after(async () => {
    await sandbox("down");
    project.remove();
    removeTemporary();
  });

  /** Runs it in a newcomer's environment, without the variables of the sandbox that this test runs in. */
  const sandbox = async (...args: string[]) => {
    const names = Object.keys(project.env).map((name) => [name, undefined] as const);
    const clean = { ...Object.fromEntries(names), ...env } as NodeJS.ProcessEnv;
    return project.run("node", ["node_modules/ecr-sandbox/dist/ecr-sandbox.mjs", ...args], clean);
  };
  const must = async (...args: string[]) => {
    const result = await sandbox(...args);
    assert.equal(result.code, 0, `${args.join(" ")}\n${result.output}`);
    return result.stdout;
  };

  it("answers help, version and a wrong option before anything is started", async () => {
    assert.match(await must("--help"), /^Usage: npx ecr-sandbox COMMAND/);
    assert.equal((await must("--version")).trim(), "0.1.0");
    const wrong = await sandbox("status", "--jsn");
    assert.equal(wrong.code, 1);
    assert.match(wrong.output, /--json/);
    assert.equal(fs.existsSync(path.join(project.directory, ".sandbox")), false);
    if (fullTests) assert.ok(fs.existsSync(path.join(project.directory, "node_modules/.bin/ecr-sandbox")));
  });

  it("deploys the project to its own local AWS, with an image that is built, pushed and found by digest", async () => {
    await must("pulumi", "stack", "init", "local", "--non-interactive");
    await must("pulumi", "config", "set", "aws:region", "ap-northeast-2");
    await must("pulumi", "up", "--yes", "--skip-preview", "--non-interactive");
    const { reference, tag } = JSON.parse(await must("pulumi", "stack", "output", "--json"));
    const images = JSON.parse(
      await must(...["aws", "ecr", "describe-images", "--repository-name", "shop", "--output", "json"]),
    );
    assert.equal(images.imageDetails.length, 1);
    assert.deepEqual(images.imageDetails[0].imageTags.sort(), ["latest", tag].sort());
    assert.ok(reference.endsWith(`@${images.imageDetails[0].imageDigest}`));
    await must("pulumi", "preview", "--expect-no-changes", "--non-interactive");
  });

  it("keeps everything below the project, reports what runs, and removes it", async () => {
    assert.ok(fs.existsSync(path.join(project.directory, ".sandbox", "state")));
    assert.match(await must("status"), /gateway/i);
    assert.match(await must("down"), /The sandbox is gone/);
    assert.equal(fs.existsSync(path.join(project.directory, ".sandbox")), false);
  });
});
