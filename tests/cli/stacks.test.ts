import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { bundle, environmentIn } from "./bundledCli";

/** Says with what it was started, in place of a sandbox. */
const standIn =
  'console.log("sandbox:", process.argv.slice(2).join(" ").replaceAll(process.execPath, "node")); process.exitCode = 2;';

describe("the stack that a command is about", function () {
  this.timeout(120_000);
  let project: string;
  let cli: string;
  before(async () => {
    cli = await bundle();
  });
  beforeEach(() => {
    project = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "ecr-stacks-")));
    for (const folder of ["sandbox", "policies/config", "below"])
      fs.mkdirSync(path.join(project, folder), { recursive: true });
    fs.writeFileSync(path.join(project, "Pulumi.yaml"), "name: ecr\n");
    fs.writeFileSync(path.join(project, "sandbox/bootstrap.mjs"), standIn);
    for (const stack of ["dev", "local"]) {
      fs.writeFileSync(path.join(project, `Pulumi.${stack}.yaml`), "config: {}\n");
      fs.writeFileSync(path.join(project, `policies/config/${stack}.json`), "{}");
    }
  });
  afterEach(() => fs.rmSync(project, { recursive: true }));

  const run = (args: string[], more: NodeJS.ProcessEnv = {}) =>
    spawnSync(process.execPath, [cli, ...args], {
      cwd: path.join(project, "below"),
      encoding: "utf8",
      env: { ...environmentIn(project), ...more },
    });

  const commands = {
    cost: ["cost"],
    lifecycle: ["lifecycle", "preview"],
    report: ["report"],
    sbom: ["sbom"],
  };

  for (const [name, args] of Object.entries(commands)) {
    it(`${name}: is the sandbox's where none is selected, and the command goes there and says so`, () => {
      fs.mkdirSync(path.join(project, ".sandbox"));
      const { status, stdout, stderr } = run(args);
      assert.equal(stdout, `sandbox: run -- node ${cli} ${args.join(" ")} --stack local\n`);
      assert.equal(stderr, `local: no stack is selected, so this is the sandbox's, in ${project}/.sandbox\n`);
      assert.equal(status, 2);
    });

    it(`${name}: is refused before Pulumi is asked where there is none of the name, with those that there are`, () => {
      const { status, stderr } = run([...args, "--stack", "locl"]);
      assert.match(stderr, /^there is no environment "locl": did you mean "local"\? write one of dev, local,/);
      assert.equal(status, 1);
    });
  }

  it("is the sandbox's by its name, for previews and updates and policies too", () => {
    fs.mkdirSync(path.join(project, ".sandbox"));
    for (const args of [
      ["cost", "--stack", "local"],
      ["preview", "local", "--diff"],
      ["policies", "--stack", "local"],
    ]) {
      const { stdout, stderr } = run(args);
      assert.equal(stdout, `sandbox: run -- node ${cli} ${args.join(" ")}\n`);
      assert.equal(stderr, `local: the sandbox's stack, in ${project}/.sandbox\n`);
    }
  });

  it("says how to get a sandbox where there is none, and which stacks there are where none is selected", () => {
    assert.match(run(["cost", "--stack", "local"]).stderr, /there is no sandbox here\. Run `npm run local` first\./);
    assert.match(run(["cost"]).stderr, /^no stack is selected\. Name one with --stack: dev, local\.\n$/);
  });

  it("is the one that `pulumi stack select` chose", () => {
    fs.mkdirSync(path.join(project, ".sandbox"));
    const hash = createHash("sha1").update(path.join(project, "Pulumi.yaml")).digest("hex");
    fs.mkdirSync(path.join(project, ".pulumi/workspaces"), { recursive: true });
    fs.writeFileSync(path.join(project, `.pulumi/workspaces/ecr-${hash}-workspace.json`), '{"stack":"dev"}');
    const { stdout, stderr } = run(["cost"]);
    assert.equal(stdout, "");
    // Nothing is on PATH here.
    assert.match(stderr, /^pulumi stack output --json .* failed:\nspawn pulumi ENOENT\nPulumi's CLI is not there\./);
  });

  it("has what Pulumi said, and what to do: the network, or the stacks that there are", () => {
    fs.mkdirSync(path.join(project, "node_modules/.bin"), { recursive: true });
    const says = (text: string) => {
      const pulumi = path.join(project, "below/node_modules/.bin/pulumi");
      fs.mkdirSync(path.dirname(pulumi), { recursive: true });
      fs.writeFileSync(pulumi, `#!/bin/sh\necho "${text}" >&2\nexit 255\n`, { mode: 0o755 });
      return run(["cost", "--stack", "dev"], { PATH: "/usr/bin:/bin" }).stderr;
    };
    assert.match(
      says("Downloading pulumi... fetch failed"),
      /fetch failed\nPulumi's CLI could not be downloaded: look at the network\.\n$/,
    );
    assert.match(
      says("error: no stack named 'dev' found"),
      /'dev' found\nName the stack with --stack: dev, local\.\n$/,
    );
    assert.match(says("error: getting secrets manager"), /secrets manager\n$/);
  });

  it("is asked for by name where it is missing, with those that there are", () => {
    const { status, stderr } = run(["up"]);
    assert.deepEqual([stderr, status], ["up: name an environment: dev, local.\n", 1]);
    assert.match(run(["up", "devv"]).stderr, /no environment "devv": did you mean "dev"\?/);
  });
});
