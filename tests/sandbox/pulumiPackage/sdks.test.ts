import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { runOrThrow } from "../../../sandbox/system/commands";
import { temporaryDirectory } from "../temporary";
import { fullTests } from "../tools";
import { documentedProgram, PackageProgram } from "./packageProgram";
import { sdkGenerator } from "./pulumiTools";

const root = path.resolve(__dirname, "../../..");
const strict: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  ignoreDeprecations: "5.0",
  skipLibCheck: true,
  types: [],
  typeRoots: [],
};

describe("SDKs of the package ecr", function () {
  this.timeout(900_000);
  let folder: string;

  before(async function () {
    if (!fullTests) this.skip();
    folder = temporaryDirectory();
    // In its own folder: the generator reads any Pulumi.yaml that it finds.
    await runOrThrow(await sdkGenerator(), [path.join(root, "provider", "schema.json"), folder], { cwd: folder });
    fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  });
  after(() => folder === undefined || fs.rmSync(folder, { recursive: true, force: true }));

  /** Compiles sources, and fails with the compiler's diagnostics. */
  const compile = (files: string[], options: ts.CompilerOptions = {}) => {
    const program = ts.createProgram(files, { ...strict, ...options });
    const found = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
    assert.equal(ts.formatDiagnostics(found, ts.createCompilerHost({})), "");
  };
  const sourcesBelow = (place: string, extension: string) =>
    fs
      .readdirSync(place, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(extension) && !file.includes("node_modules"))
      .map((file) => path.join(place, file));

  it("compile in strict TypeScript, and do the documented job in a separate program", async () => {
    const sdk = path.join(folder, "nodejs");
    compile(sourcesBelow(sdk, ".ts"), { outDir: path.join(sdk, "bin"), declaration: true });
    fs.copyFileSync(path.join(sdk, "package.json"), path.join(sdk, "bin", "package.json"));
    const program = new PackageProgram();
    try {
      const packages = path.join(program.directory, "node_modules", "@pulumi");
      fs.mkdirSync(packages, { recursive: true });
      fs.symlinkSync(sdk, path.join(packages, "ecr"));
      fs.symlinkSync(path.join(root, "node_modules", "@pulumi", "pulumi"), path.join(packages, "pulumi"));
      const runtime = "runtime: { name: nodejs, options: { typescript: false } }";
      program.write("Pulumi.yaml", `name: ecr\n${runtime}\nmain: index.js\npackages:\n  ecr: ${program.package}\n`);
      program.write("package.json", '{ "main": "index.js" }');
      const documented = documentedProgram("ts");
      const image = '{ context: "app",';
      assert.ok(documented.includes(image));
      program.write("index.ts", documented.replace(image, `${image} args: { NODE_IMAGE: "sandbox.local/node:22" },`));
      compile([path.join(program.directory, "index.ts")]);
      await program.run("cp", "-r", path.join(program.clone.directory, "app"), ".");
      await program.mustPulumi("stack", "init", "local");
      await program.mustPulumi("up", "--yes", "--skip-preview");
      await program.mustPulumi("preview", "--expect-no-changes");
      assert.match((await program.outputs())["reference"] ?? "", /\/petclinic@sha256:[0-9a-f]{64}$/);
    } finally {
      await program.remove();
    }
  });

  it("compile in Go", async () => {
    const sdk = path.join(folder, "go", "ecr");
    const tools = path.join(root, "tests", "sandbox", "pulumiTools");
    // With the dependencies that the generator itself was built with, and their checksums.
    const required = fs.readFileSync(path.join(tools, "go.mod"), "utf8");
    const name = "module example.com/pulumi-ecr/sdk/go/ecr";
    fs.writeFileSync(path.join(sdk, "go.mod"), required.replace(/^module .*$/m, name));
    fs.copyFileSync(path.join(tools, "go.sum"), path.join(sdk, "go.sum"));
    const env = { ...process.env, GOFLAGS: "-mod=mod", GOWORK: "off", CGO_ENABLED: "0" };
    await runOrThrow("go", ["build", "./..."], { cwd: sdk, env });
  });

  it("compile in Python", async () => {
    await runOrThrow("python3", ["-m", "compileall", "-q", path.join(folder, "python")], { cwd: folder });
    const init = fs.readFileSync(path.join(folder, "python", "pulumi_ecr", "container_image.py"), "utf8");
    assert.match(init, /repositories: Sequence\[/);
  });
});
