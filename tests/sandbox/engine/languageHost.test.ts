import assert from "node:assert/strict";
import * as fs from "node:fs";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { Scratch, tsconfig } from "./scratch";

const program = `
import * as pulumi from "@pulumi/pulumi";
const config = new pulumi.Config();
export const message = pulumi.interpolate\`\${config.require("greeting")} from \${pulumi.getProject()}/\${pulumi.getStack()}\`;
export const password = config.requireSecret("password");
export const dryRun = pulumi.runtime.isDryRun();
export const processTitle = process.title;
const text: string = "printed by the program";
console.log(text);
`;

const pack = `
const { PolicyPack } = require("@pulumi/policy");
const pulumi = require("@pulumi/pulumi");
new PolicyPack("scratch-pack", { enforcementLevel: "mandatory", policies: [{
  name: "says-what-it-sees",
  description: "A stack policy that always reports",
  configSchema: { properties: { word: { type: "string", default: "none" } } },
  validateStack(args, report) {
    const greeting = new pulumi.Config("scratch").require("greeting");
    report([pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack(), greeting, args.getConfig().word].join("|"));
  },
}] });
`;

describe("language host", function () {
  this.timeout(900_000);
  let scratch: Scratch;

  before(async function () {
    // If the user's cache is empty, this builds the CLI.
    this.timeout(900_000);
    scratch = await Scratch.create();
    scratch.write("program/index.ts", program);
    scratch.write("pack/PulumiPolicy.yaml", "runtime: nodejs\nmain: bin/index.js\n");
    scratch.write(
      "pack/package.json",
      JSON.stringify({ name: "scratch-pack", version: "0.0.1", main: "bin/index.js" }),
    );
    scratch.write("pack/bin/index.js", pack);
    await scratch.succeed(["stack", "init", "dev"]);
    await scratch.succeed(["config", "set", "greeting", "hello"]);
    await scratch.succeed(["config", "set", "--secret", "password", "open sesame"]);
  });

  afterEach(() => {
    scratch.write("program/index.ts", program);
    scratch.write("program/Pulumi.yaml", "name: scratch\nruntime: nodejs\n");
  });

  after(() => scratch.remove());

  it("previews, updates, reports outputs and destroys a TypeScript program", async () => {
    const preview = await scratch.succeed(["preview"]);
    assert.match(preview.output, /dryRun *: true/);
    assert.match(preview.output, /printed by the program/);
    await scratch.succeed(["up", "--yes", "--skip-preview"]);
    const outputs = JSON.parse((await scratch.succeed(["stack", "output", "--json", "--show-secrets"])).stdout);
    assert.equal(outputs.message, "hello from scratch/dev");
    assert.equal(outputs.password, "open sesame");
    assert.equal(outputs.dryRun, false);
    const hidden = JSON.parse((await scratch.succeed(["stack", "output", "--json"])).stdout);
    assert.equal(hidden.password, "[secret]");
    await scratch.succeed(["refresh", "--yes", "--skip-preview"]);
    await scratch.succeed(["destroy", "--yes", "--skip-preview"]);
  });

  it("loads the function serializer only when a program serializes a function", async () => {
    scratch.write(
      "program/Pulumi.yaml",
      "name: scratch\nmain: plain.js\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
    );
    scratch.write(
      "program/plain.js",
      `const pulumi = require("@pulumi/pulumi");
       const loaded = () => require.resolve("typescript") in require.cache;
       const atFirst = loaded();
       const answer = 42;
       module.exports = (async () => {
         const { text } = await pulumi.runtime.serializeFunction(() => answer);
         await pulumi.runtime.computeCodePaths();
         return { atFirst, text, inTheEnd: loaded() };
       })();`,
    );
    await scratch.succeed(["up", "--yes", "--skip-preview"]);
    const outputs = JSON.parse((await scratch.succeed(["stack", "output", "--json"])).stdout);
    assert.equal(outputs.atFirst, false);
    assert.match(outputs.text, /return \(\(\) => answer\)|answer: 42/);
    assert.equal(outputs.inTheEnd, true);
    await scratch.succeed(["destroy", "--yes", "--skip-preview"]);
  });

  it("passes the runtime options on to Node and the SDK", async () => {
    const options = (lines: string) => `name: scratch\nruntime:\n  name: nodejs\n  options:\n${lines}`;
    scratch.write("program/Pulumi.yaml", options(`    nodeargs: --title="two words"\n    tsconfig: other.json\n`));
    const missing = await scratch.pulumi(["preview"]);
    assert.notEqual(missing.code, 0);
    assert.match(missing.output, /tsconfig path was set to other\.json but the file was not found/);
    scratch.write("program/other.json", tsconfig);
    assert.match((await scratch.succeed(["preview"])).output, /processTitle: "two words"/);
    // Node itself only strips types, and does not support enums.
    scratch.write("program/index.ts", "enum Kind { One }\nexport const kind = Kind.One;\n");
    await scratch.succeed(["preview"]);
    scratch.write("program/Pulumi.yaml", options("    typescript: false\n"));
    assert.match((await scratch.pulumi(["preview"])).output, /SyntaxError/);
    scratch.write("program/Pulumi.yaml", options("    typscript: false\n    nodeargs: 7\n"));
    const refused = await scratch.pulumi(["preview"]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /typscript: not an option of this language host/);
    assert.match(refused.output, /nodeargs: 7 is not a string/);
  });

  it("reports an exception once, with its location, and fails", async () => {
    scratch.write("program/index.ts", 'throw new Error("no such region");');
    const { code, output } = await scratch.pulumi(["preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /Error: no such region\n *at .*index\.ts:1/);
    assert.doesNotMatch(output, /ended with exit code/, "an error that the program reported is not reported again");
    scratch.write("program/index.ts", "process.exit(7);");
    const silent = await scratch.pulumi(["preview"]);
    assert.notEqual(silent.code, 0);
    assert.match(silent.output, /the program ended with exit code 7/);
  });

  it("answers `pulumi about` with runtime, plugins and dependencies", async () => {
    const { stdout } = await scratch.succeed(["about", "--json"]);
    const about = JSON.parse(stdout);
    assert.equal(about.errors.length, 0, about.errors.join("\n"));
    assert.equal(about.runtime.version, process.version);
    const versionOf = (name: string) => require(`${name}/package.json`).version as string;
    const dependencies = about.dependencies.map((d: { name: string; version: string }) => `${d.name} ${d.version}`);
    assert.deepEqual(
      dependencies,
      ["@pulumi/aws", "@pulumi/pulumi"].map((name) => `${name} ${versionOf(name)}`),
    );
    const plugins = about.plugins.map((p: { name: string; version: string }) => `${p.name} ${p.version}`);
    assert.ok(plugins.includes(`aws ${versionOf("@pulumi/aws")}`), plugins.join(", "));
  });

  it("lets a mandatory policy stop a preview, and gives it the stack, its config and the pack's config", async () => {
    const stopped = await scratch.pulumi(["preview", "--policy-pack", "../pack"]);
    assert.notEqual(stopped.code, 0);
    assert.match(stopped.output, /\[mandatory\] +says-what-it-sees/);
    assert.match(stopped.output, /organization\|scratch\|dev\|hello\|none/);
    const config = { "says-what-it-sees": { word: "given", enforcementLevel: "advisory" } };
    scratch.write("pack.json", JSON.stringify(config));
    const passed = await scratch.succeed([
      "preview",
      "--policy-pack",
      "../pack",
      "--policy-pack-config",
      "../pack.json",
    ]);
    assert.match(passed.output, /\[advisory\] +says-what-it-sees/);
    assert.match(passed.output, /organization\|scratch\|dev\|hello\|given/);
  });

  it("loads ts-node only for policy packs written in TypeScript, and gives its runner the runtime options", async () => {
    const pack = (typed: string) => `const { PolicyPack } = require("@pulumi/policy");
      ${typed}
      const tsNode = Object.keys(require.cache).some((file) => /ts-node.dist/.test(file));
      const seen = ["ts-node", tsNode, "limit", Error.stackTraceLimit === 99].join(" ");
      const validateStack = (_, report) => report(seen);
      new PolicyPack("p", { policies: [{ name: "whether", description: "-", enforcementLevel: "advisory", validateStack }] });`;
    const typed = "// @ts-nocheck\nenum Kind { One }; void (Kind.One satisfies Kind);";
    for (const [file, content, isLoaded] of [
      ["index.js", pack(""), false],
      ["index.ts", `// @ts-nocheck\n${pack(typed)}`, true],
      ["index.cts", `// @ts-nocheck\n${pack(typed)}`, true],
    ] as const) {
      // Pulumi's own host puts them after the runner, where they have no effect on Node.
      const options = "  options: { nodeargs: --stack-trace-limit=99 }";
      scratch.write("whether/PulumiPolicy.yaml", `runtime:\n  name: nodejs\n${options}\nmain: ${file}\n`);
      scratch.write("whether/package.json", JSON.stringify({ name: "whether", version: "0.0.1", main: file }));
      scratch.write(`whether/${file}`, content);
      const { output } = await scratch.succeed(["preview", "--policy-pack", "../whether"]);
      assert.match(output, new RegExp(`ts-node ${isLoaded} limit false`), file);
    }
  });

  it("reports why a policy pack does not start", async () => {
    scratch.write("broken/PulumiPolicy.yaml", "runtime: nodejs\n");
    scratch.write("broken/package.json", JSON.stringify({ name: "broken", version: "0.0.1" }));
    scratch.write("broken/index.js", 'throw new Error("no rules here");');
    const thrown = await scratch.pulumi(["preview", "--policy-pack", "../broken"]);
    assert.notEqual(thrown.code, 0);
    assert.match(thrown.output, /Error: no rules here/);
    assert.match(thrown.output, /policy pack .*broken ended \(exit code 32\) while starting/);
    scratch.write("broken/index.js", `console.log("loading");${pack}`);
    const chatty = await scratch.pulumi(["preview", "--policy-pack", "../broken"]);
    assert.notEqual(chatty.code, 0);
    assert.match(chatty.output, /the first line of its output must be its port, but is "loading"/);
  });

  it("installs dependencies with npm and reports a failure", async () => {
    scratch.write("empty/Pulumi.yaml", "name: empty\nruntime: nodejs\n");
    scratch.write("empty/package.json", JSON.stringify({ name: "empty", version: "1.0.0" }));
    const directory = `${scratch.directory}/empty`;
    assert.match((await scratch.succeed(["install"], directory)).output, /up to date/);
    scratch.write(
      "empty/package.json",
      JSON.stringify({ name: "empty", dependencies: { nowhere: "file:../nowhere" } }),
    );
    const failed = await scratch.pulumi(["install"], directory);
    assert.notEqual(failed.code, 0);
    assert.match(failed.output, /npm ci in .*empty ended with exit code 1/);
  });

  it("installs and builds a whole npm workspace for a program in one of its folders", async () => {
    const manifest = (folder: string, content: object) =>
      scratch.write(`space/${folder}package.json`, JSON.stringify({ version: "1.0.0", ...content }));
    manifest("", {
      name: "space",
      workspaces: ["program", "other"],
      scripts: { prepare: "cat other/name > prepared" },
    });
    manifest("program/", { name: "program" });
    manifest("other/", { name: "other" });
    scratch.write("space/other/name", "other");
    scratch.write("space/program/Pulumi.yaml", "name: program\nruntime: nodejs\n");
    await scratch.succeed(["install"], `${scratch.directory}/space/program`);
    assert.deepEqual(fs.readdirSync(`${scratch.directory}/space/node_modules`).sort(), [
      ".package-lock.json",
      "other",
      "program",
    ]);
    assert.equal(fs.readFileSync(`${scratch.directory}/space/prepared`, "utf8"), "other");
  });

  it("leaves no process behind when the CLI is killed during an update", async () => {
    scratch.write(
      "program/index.ts",
      `import { spawn } from "node:child_process";
       spawn("sleep", ["300"], { stdio: "ignore" });
       for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
       export const never = new Promise((resolve) => setTimeout(resolve, 300_000));`,
    );
    const child = scratch.start(["up", "--yes", "--skip-preview", "--policy-pack", "../pack"]);
    const running = (part: string) => scratch.processes().some((line) => line.includes(part));
    await until("program, pack and what the program started run", () =>
      ["pulumi-language-nodejs", "run-policy-pack", "cmd/run/", "sleep 300"].every(running),
    );
    child.kill("SIGKILL");
    await until("all processes are gone", () => scratch.processes().length === 0);
    await scratch.succeed(["cancel", "--yes"]);
    scratch.write("program/index.ts", program);
    await scratch.succeed(["up", "--yes", "--skip-preview"]);
    assert.deepEqual(scratch.processes(), [], "and an undisturbed run leaves none either");

    async function until(what: string, condition: () => boolean): Promise<void> {
      if (!(await waitUntil(condition, 60_000))) {
        assert.fail(`not within a minute: ${what}. Processes: ${scratch.processes().join("\n")}`);
      }
    }
  });
});
