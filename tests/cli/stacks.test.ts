import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { bundle, environmentIn } from "./bundledCli";

/** Stands in for the sandbox and prints its arguments. */
const standIn =
  'console.log("sandbox:", process.argv.slice(2).join(" ").replaceAll(process.execPath, "node")); process.exitCode = 2;';

describe("stack that a command works on", function () {
  this.timeout(120_000);
  let project: string;
  let cli: string;
  before(async () => {
    cli = await bundle();
  });
  beforeEach(() => {
    project = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "ecr-stacks-")));
    for (const folder of ["sandbox", "policies/config", "below"]) {
      fs.mkdirSync(path.join(project, folder), { recursive: true });
    }
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
    it(`${name}: is the sandbox's if none is selected, and the command says so and runs there`, () => {
      fs.mkdirSync(path.join(project, ".sandbox"));
      const { status, stdout, stderr } = run(args);
      assert.equal(stdout, `sandbox: run -- node ${cli} ${args.join(" ")} --stack local\n`);
      assert.equal(stderr, `local: no stack is selected, so the sandbox's is used, in ${project}/.sandbox\n`);
      assert.equal(status, 2);
    });

    it(`${name}: is refused before Pulumi is called if it does not exist, with a list of those that do`, () => {
      const { status, stderr } = run([...args, "--stack", "locl"]);
      assert.match(stderr, /^there is no environment "locl"\. Did you mean "local"\? Write one of dev, local,/);
      assert.equal(status, 1);
    });
  }

  it("is the sandbox's if named, for preview and policies too", () => {
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

  it("says how to get a sandbox if there is none, and lists the stacks if none is selected", () => {
    assert.match(run(["cost", "--stack", "local"]).stderr, /there is no sandbox here\. Run `npm run local` first\./);
    assert.match(
      run(["cost"]).stderr,
      /^--stack: found nothing, and no stack is selected\. Must be one of dev, local\.\n$/,
    );
  });

  it("is the one that `pulumi stack select` chose", () => {
    fs.mkdirSync(path.join(project, ".sandbox"));
    const hash = createHash("sha1").update(path.join(project, "Pulumi.yaml")).digest("hex");
    fs.mkdirSync(path.join(project, ".pulumi/workspaces"), { recursive: true });
    fs.writeFileSync(path.join(project, `.pulumi/workspaces/ecr-${hash}-workspace.json`), '{"stack":"dev"}');
    const { stdout, stderr } = run(["cost"]);
    assert.equal(stdout, "");
    // The PATH is empty here.
    assert.match(
      stderr,
      /^pulumi stack output --json .* failed:\nspawn pulumi ENOENT\nPulumi's CLI is not installed\./,
    );
  });

  it("adds advice to Pulumi's error: check the network, or which stacks there are", () => {
    fs.mkdirSync(path.join(project, "node_modules/.bin"), { recursive: true });
    const says = (text: string) => {
      const pulumi = path.join(project, "below/node_modules/.bin/pulumi");
      fs.mkdirSync(path.dirname(pulumi), { recursive: true });
      fs.writeFileSync(pulumi, `#!/bin/sh\necho "${text}" >&2\nexit 255\n`, { mode: 0o755 });
      return run(["cost", "--stack", "dev"], { PATH: "/usr/bin:/bin" }).stderr;
    };
    assert.match(
      says("Downloading pulumi... fetch failed"),
      /fetch failed\nPulumi's CLI could not be downloaded: check the network\.\n$/,
    );
    assert.match(
      says("error: no stack named 'dev' found"),
      /'dev' found\nName the stack with --stack: dev, local\.\n$/,
    );
    assert.match(says("error: getting secrets manager"), /secrets manager\n$/);
  });

  it("must be named for `up`, with a list of the environments", () => {
    const { status, stderr } = run(["up"]);
    assert.deepEqual([stderr, status], ["up: found no environment. Must be one of dev, local.\n", 1]);
    assert.match(run(["up", "devv"]).stderr, /no environment "devv"\. Did you mean "dev"\?/);
  });
});
