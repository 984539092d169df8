import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";

const root = path.resolve(__dirname, "../../..");

function tracked(...patterns: string[]): string[] {
  return execFileSync("git", ["ls-files", "--", ...patterns], { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter((file) => file !== "" && fs.existsSync(path.join(root, file)));
}

/** Functions of node:child_process that pass a string to a shell. */
const shellFunctions = new Set(["exec", "execSync"]);

const shells = new Set(["sh", "bash", "dash", "zsh", "/bin/sh", "/bin/bash"]);

/** Whether a call or an argument list is `sh -c` with a non-literal script, where outside text could get in. */
function composesScript(node: ts.Node): boolean {
  const own = ts.isArrayLiteralExpression(node) ? node.elements : ts.isCallExpression(node) ? node.arguments : [];
  const program =
    ts.isArrayLiteralExpression(node) && ts.isCallExpression(node.parent) ? node.parent.arguments[0] : undefined;
  const words = program === undefined || program === node ? [...own] : [program, ...own];
  return words.some((word, index) => {
    const [flag, script] = words.slice(index + 1);
    const isShell = ts.isStringLiteral(word) && shells.has(word.text);
    return (
      isShell && flag && ts.isStringLiteral(flag) && flag.text === "-c" && !(script && ts.isStringLiteralLike(script))
    );
  });
}

/**
 * Where a source starts a shell: an import of such a function, a call through the module, the option `shell`, or a
 * composed script.
 */
function shellUses(name: string, text: string): string[] {
  // Parsing them all takes seconds.
  if (!/child_process|\bshell\b|sh"/.test(text)) return [];
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const modules = new Set<string>();
  const visit = (node: ts.Node): void => {
    const report = () => found.push(`${name}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
    if (ts.isImportDeclaration(node) && /^["'](node:)?child_process["']$/.test(node.moduleSpecifier.getText())) {
      const bindings = node.importClause?.namedBindings;
      if (node.importClause?.name) modules.add(node.importClause.name.text);
      if (bindings && ts.isNamespaceImport(bindings)) modules.add(bindings.name.text);
      if (bindings && ts.isNamedImports(bindings)) {
        if (bindings.elements.some((each) => shellFunctions.has((each.propertyName ?? each.name).text))) report();
      }
    }
    if (ts.isPropertyAccessExpression(node) && shellFunctions.has(node.name.text)) {
      const from = node.expression.getText();
      if (modules.has(from) || /child_process["']\)$/.test(from)) report();
    }
    if (ts.isPropertyAssignment(node) && /^["']?shell["']?$/.test(node.name.getText())) {
      if (node.initializer.kind !== ts.SyntaxKind.FalseKeyword) report();
    }
    if (composesScript(node)) report();
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe("programs are started without a shell", () => {
  it("in every source file, except the listed ones", () => {
    const files = tracked("*.ts", "*.mjs", "*.cjs", "*.js");
    assert.ok(files.includes("sandbox/system/commands.ts") && files.includes("start.cjs"));
    const found = files.flatMap((file) => shellUses(file, fs.readFileSync(path.join(root, file), "utf8")));
    // Documented commands are scripts and run as such; so are shell pipes and shell completion.
    const documented =
      /^tests\/(sandbox\/(consumers\/consumer|docs\/commands\.test|faults\/advisedProject|stackLife\/import\.test)|ecr\/docker\/pushCommands\.test)\.ts:/;
    // A fixed script, which gets the program to start in arguments and variables.
    const keeper = /^sandbox\/buildkit\/buildkitd\.ts:/;
    const typed = /^tests\/(cli\/commands|sandbox\/cli\/bootstrap|sandbox\/system\/interruption)\.test\.ts:/;
    assert.deepEqual(
      found.filter((place) => ![documented, keeper, typed].some((each) => each.test(place))),
      [],
    );
  });

  it("and a source file that starts a shell is detected", () => {
    for (const text of [
      'import { execSync } from "node:child_process";',
      'import { exec as run } from "child_process";',
      'import * as processes from "node:child_process";\nprocesses.exec("ls");',
      'require("node:child_process").execSync("ls");',
      'spawn("ls", [], { shell: true });',
      'spawn("ls", [], { "shell": "/bin/bash" });',
      'spawn("sh", ["-c", "ls " + folder]);',
      'run("flock", ["file", "bash", "-c", script]);',
    ]) {
      assert.equal(shellUses("a.ts", text).length, 1, text);
    }
    assert.deepEqual(
      shellUses("a.ts", '/a/.exec("a"); spawn("ls", [], { shell: false }); spawn("sh", ["-c", "ls"]);'),
      [],
    );
  });
});

interface Manifest {
  private?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

interface Locked extends Manifest {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  inBundle?: boolean;
}

describe("dependencies", () => {
  const lock = JSON.parse(fs.readFileSync(path.join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, Locked>;
  };

  const exact = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
  /** A published package allows its users' programs newer versions. */
  const exactOrNewer = /^\^?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

  it("have exact versions (in published packages also ^), the same as in the lockfile", () => {
    const manifests = tracked("package.json", "*/package.json").filter(
      (file) => path.dirname(file) in lock.packages || file === "package.json",
    );
    assert.ok(manifests.length >= 5, manifests.join());
    for (const file of manifests) {
      const manifest = JSON.parse(fs.readFileSync(path.join(root, file), "utf8")) as Manifest;
      const locked = lock.packages[file === "package.json" ? "" : path.dirname(file)];
      for (const section of ["dependencies", "devDependencies"] as const) {
        assert.deepEqual(locked?.[section], manifest[section], `${file}: ${section}; run npm install`);
        for (const [name, version] of Object.entries(manifest[section] ?? {})) {
          assert.match(version, manifest.private ? exact : exactOrNewer, `${file}: ${name}`);
        }
      }
    }
  });

  it("have a SHA-512 checksum each, and an HTTPS URL", () => {
    const packages = Object.entries(lock.packages).filter(
      ([name, { link, inBundle }]) => name.includes("node_modules/") && !link && !inBundle,
    );
    assert.ok(packages.length > 300);
    for (const [name, { resolved = "", integrity = "" }] of packages) {
      assert.match(integrity, /^sha512-/, name);
      if (resolved !== "") assert.equal(new URL(resolved).protocol, "https:", name);
    }
  });
});
