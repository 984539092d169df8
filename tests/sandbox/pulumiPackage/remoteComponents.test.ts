import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { PackageProgram } from "./packageProgram";

/** A remote component with inputs and outputs, like every language's generated classes. */
const remote = `
const pulumi = require("@pulumi/pulumi");
class Remote extends pulumi.ComponentResource {
  constructor(type, name, inputs = {}, opts = {}) {
    const outputs = { arn: undefined, url: undefined, roleName: undefined };
    super("ecr:index:" + type, name, { ...outputs, ...inputs }, { ...opts, version: "0.1.0" }, true);
  }
}
`;

describe("components of the package ecr from another program", function () {
  this.timeout(300_000);
  let program: PackageProgram;
  before(async () => {
    program = new PackageProgram();
    program.write(
      "Pulumi.yaml",
      `name: consumer
runtime: { name: nodejs, options: { typescript: false } }
packages:
  ecr: ${program.package}
`,
    );
    program.write("package.json", '{ "main": "index.js" }');
    program.write("index.js", remote);
    await program.mustPulumi("stack", "init", "local");
  });
  after(() => program.remove());

  const write = (...lines: string[]) => program.write("index.js", [remote, ...lines].join("\n"));
  const refused = async () => {
    const { code, output } = await program.pulumi("preview");
    assert.notEqual(code, 0, output);
    const made = (await program.resources()).filter(({ type }) => type !== "pulumi:pulumi:Stack");
    assert.deepEqual(
      made.map(({ urn }) => urn),
      [],
    );
    return output;
  };

  it("are rejected with every error, in the package's property names, before anything is created", async () => {
    write(
      'const wrong = { repositoryName: "Pets", scanOnPsh: true, lifecycleRules: [{ images: "untagged", expireAfterDays: 0 }] };',
      'new Remote("PrivateRepository", "pets", wrong);',
    );
    const unknown = await refused();
    assert.match(
      unknown,
      /PrivateRepository "pets": 1 fault\n\s+- scanOnPsh: found true\. .* Did you mean "scanOnPush"\?/,
    );
    write(
      'const wrong = { repositoryName: "Pets", lifecycleRules: [{ images: "untagged", expireAfterDays: 0 }] };',
      'new Remote("PrivateRepository", "pets", wrong);',
    );
    const output = await refused();
    assert.match(
      output,
      /ecr:index:PrivateRepository resource 'pets' has a problem: PrivateRepository "pets": 2 faults/,
    );
    assert.match(output, /- repositoryName: found "Pets"\. .* Write "pets"\./);
    assert.match(output, /- lifecycleRules\[0\]\.expireAfterDays: found 0\. /);
    assert.doesNotMatch(output, /components\.js/);
  });

  it("accept outputs that are unknown in a preview, and say where they must be known", async () => {
    write(
      'const shop = new Remote("PrivateRepository", "shop");',
      'const role = new Remote("PushRole", "release", { repositories: [shop.arn], createProvider: true, github: [{ repository: "octo-org/shop", branches: ["main"] }] });',
      'new Remote("PrivateRepository", "pets", { repositoryName: role.roleName.apply((name) => name.toLowerCase()) });',
      "exports.url = shop.url;",
    );
    const { output } = await program.mustPulumi("preview");
    assert.match(output, /aws:ecr:Repository pets/);
    await program.mustPulumi("up", "--yes", "--skip-preview");
    await program.mustPulumi("preview", "--expect-no-changes");
    const names = (await program.resources()).flatMap(({ type, outputs }) =>
      type === "aws:ecr/repository:Repository" ? [String(outputs?.["name"])] : [],
    );
    assert.deepEqual(names.length, 2);
    assert.match(names.find((name) => name !== "shop") ?? "", /^release-[0-9a-f]+$/);
    const role = (await program.resources()).find(({ type }) => type === "aws:iam/rolePolicy:RolePolicy");
    assert.match(String(role?.inputs?.["policy"]), new RegExp(`:${program.clone.account}:repository/shop`));
    await program.mustPulumi("destroy", "--yes", "--skip-preview");
    write(
      'const shop = new Remote("PrivateRepository", "shop");',
      'new Remote("PrivateRepository", "pets", { exclusionFilters: [shop.url] });',
    );
    assert.match(await refused(), /- exclusionFilters\[0\]: found nothing\. Must be known before the update/);
  });

  it("fail alone for an error found only in the update, without a stack trace", async () => {
    write(
      'const shop = new Remote("PrivateRepository", "shop");',
      'new Remote("PrivateRepository", "pets", { repositoryName: shop.arn });',
      'new Remote("PushRole", "release", { repositories: [shop.arn], createProvider: true, github: [{ repository: "octo-org/shop", branches: ["main"] }] });',
    );
    const { code, output } = await program.pulumi("up", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.match(output, /resource 'pets' has a problem: PrivateRepository "pets": 1 fault\n\s+- repositoryName: /);
    assert.doesNotMatch(output, /resource 'release' has a problem: .*repositoryName|components\.js/);
    await program.mustPulumi("destroy", "--yes", "--skip-preview");
  });

  it("support aliases and providers like every component", async () => {
    write('new Remote("PrivateRepository", "shop");');
    await program.mustPulumi("up", "--yes", "--skip-preview");
    const renamed =
      'new Remote("PrivateRepository", "store", { repositoryName: "shop" }, { aliases: [{ name: "shop" }] });';
    write(renamed);
    await program.mustPulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    write(
      renamed,
      'const far = new (require("@pulumi/aws").Provider)("far", { region: "us-east-1" });',
      'new Remote("PrivateRepository", "pets", {}, { providers: [far] });',
    );
    await program.mustPulumi("up", "--yes", "--skip-preview");
    const regions = (await program.resources()).flatMap(({ type, outputs }) =>
      type === "aws:ecr/repository:Repository" ? [[outputs?.["name"], outputs?.["region"]]] : [],
    );
    assert.deepEqual(regions.sort(), [
      ["pets", "us-east-1"],
      ["shop", "ap-northeast-2"],
    ]);
    await program.mustPulumi("destroy", "--yes", "--skip-preview");
  });

  it("report once, in the package's property names, what only AWS can tell", async () => {
    const scanning = ["--scan-type", "ENHANCED", "--rules", "[]"];
    await program.clone.must("aws", "ecr", "put-registry-scanning-configuration", ...scanning);
    write('new Remote("Registry", "first");');
    const [, diagnostics = ""] = (await refused()).split("Diagnostics:");
    assert.deepEqual(diagnostics.match(/Registry "first": 1 fault\n\s+- scanning: .*/g)?.length, 1, diagnostics);
    assert.match(diagnostics, /Write leaveScanning: true if another stack or team manages them/);
  });

  it("allow one registry in the whole program, and leave no process behind", async () => {
    write(
      'const first = new Remote("Registry", "first", { leaveScanning: true });',
      'new Remote("Registry", "second", { leaveScanning: true }, { dependsOn: first });',
    );
    assert.match(await refused(), /Registry "second": 1 fault\n\s+- region: .*"first" already has the one of account/);
    const running = fs
      .readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => commandLine(pid).includes(`${program.package}/components.js`));
    assert.deepEqual(running, []);
  });
});

function commandLine(pid: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    // It ended while we looked.
    return "";
  }
}
