import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { root } from "./markdown";

/** The folders that a folder's sources may import from, besides their own. Only tests/ may import everything. */
const arrows: Record<string, readonly string[]> = {
  "index.ts": ["components", "config", "outputs"],
  config: ["components", "ecr", "outputs"],
  outputs: ["components", "ecr"],
  components: ["ecr", "oci"],
  oci: ["ecr"],
  ecr: [],
  policies: ["ecr"],
  // `validate` checks config as the program does.
  cli: ["config", "ecr"],
  provider: ["components", "ecr", "oci"],
  // Its stand-ins speak the same protocol as the project's own provider.
  sandbox: ["ecr", "provider"],
  consumers: ["outputs"],
  bench: ["components", "ecr", "oci", "policies", "sandbox"],
  docs: ["cli", "config", "ecr", "outputs", "policies", "provider"],
};

/** Floors of a room, lowest first: a floor imports only from the floors below it, never from itself or from above. */
const floors: Record<string, readonly (readonly string[])[]> = {
  components: [
    ["lifecycleInput.ts", "programError.ts", "projectFile.ts", "resourceOptions.ts", "runningProgram.ts"],
    ["inputChecks.ts", "stackState.ts"],
    ["transform.ts"],
    ["images", "kmsKeyArn.ts", "permissions"],
    ["repositories"],
    ["registry"],
    ["index.ts"],
  ],
  ecr: [
    ["values", "buildContext", "docker"],
    ["faults.ts"],
    ["typeFaults.ts", "tags"],
    ["names"],
    ["accessPolicy", "lifecyclePolicy", "repository"],
    ["registry", "permissions", "costs", "workloadIdentity"],
  ],
  policies: [
    ["engine"],
    ["resources"],
    ["access", "encryption", "images", "lifecycle", "operations", "registry", "tags"],
    ["rules.ts"],
    ["index.ts"],
  ],
  provider: [["protocol"], ["components", "resources"], ["provider.ts"], ["main.ts"]],
  sandbox: [
    ["paths.ts", "restartAdvice.ts"],
    ["system"],
    ["buildkit"],
    ["gateway", "docker", "engine", "languageHost"],
    ["providers"],
    ["services"],
    ["cli"],
  ],
  "sandbox/gateway": [
    ["deviations.ts", "state"],
    ["config.ts"],
    ["wire", "storage"],
    ["models", "ministack", "repositories"],
    ["scans", "iam"],
    ["events"],
    ["images"],
    ["copies", "lifecycle"],
    ["context.ts"],
    ["registry"],
    ["api"],
    ["endpoint"],
    ["gateway.ts"],
    ["main.ts"],
  ],
};

/** A source's imports of other sources, including types: file by file, as paths from the root. */
type Imports = ReadonlyMap<string, readonly string[]>;

function importsOf(sources: ReadonlyMap<string, string>): Imports {
  const target = (from: string, name: string) => {
    const file = path.posix.join(path.posix.dirname(from), name);
    return [file, `${file}.ts`, `${file}/index.ts`].filter((each) => sources.has(each));
  };
  return new Map(
    [...sources].map(([file, text]) => {
      const names = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
      return [file, names.filter((name) => name.startsWith(".")).flatMap((name) => target(file, name))];
    }),
  );
}

/** Every cycle in the imports, as `a > b > a`. Empty exactly when there is none. */
function circles(imports: Imports): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const follow = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) found.push([...trail.slice(start), file].join(" > "));
    if (start >= 0 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) follow(next, [...trail, file]);
    done.add(file);
  };
  for (const file of imports.keys()) follow(file, []);
  return found;
}

/** Imports within a room that do not lead down, and files that are on none of its floors. */
function notDown(imports: Imports, room: string, levels: readonly (readonly string[])[]): string[] {
  const part = (file: string) => file.slice(room.length + 1).split("/")[0] ?? "";
  const level = (file: string) => levels.findIndex((parts) => parts.includes(part(file)));
  const inside = (file: string) => file.startsWith(`${room}/`);
  return [...imports]
    .filter(([file]) => inside(file))
    .flatMap(([file, targets]) => [
      ...(level(file) < 0 ? [`${file} stands on no floor`] : []),
      ...targets
        .filter((target) => inside(target) && part(target) !== part(file) && level(target) >= level(file))
        .map((target) => `${file} > ${target}`),
    ]);
}

describe("imports", () => {
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.ts"], {
    cwd: root,
    encoding: "utf8",
  })
    .split("\0")
    .filter((file) => file !== "" && fs.existsSync(path.join(root, file)));
  const imports = importsOf(new Map(files.map((file) => [file, fs.readFileSync(path.join(root, file), "utf8")])));

  it("form no cycles, not even with imports of types", () => {
    assert.ok(imports.get("sandbox/gateway/context.ts")?.includes("sandbox/gateway/copies/replicator.ts"));
    assert.deepEqual(circles(imports), []);
  });

  it("point one way between folders", () => {
    const folder = (file: string) => file.split("/")[0] ?? "";
    const against = [...imports].flatMap(([file, targets]) =>
      targets
        .filter((target) => folder(target) !== folder(file) && folder(file) !== "tests")
        .filter((target) => !arrows[folder(file)]?.includes(folder(target)))
        .map((target) => `${file} > ${target}`),
    );
    assert.deepEqual(against, []);
  });

  it("lead down from floor to floor within a room", () => {
    assert.deepEqual(
      Object.entries(floors).flatMap(([room, each]) => notDown(imports, room, each)),
      [],
    );
    const names = [
      ...new Set(Object.entries(floors).flatMap(([room, each]) => each.flat().map((part) => `${room}/${part}`))),
    ];
    assert.deepEqual(
      names.filter((name) => !files.some((file) => file === name || file.startsWith(`${name}/`))),
      [],
    );
  });

  it("name single services of @pulumi/aws in the program: the whole package takes a fifth of a second to load", () => {
    const program = files.filter((file) => /^(components|config|ecr|oci|outputs|index\.ts)\b/.test(file));
    const names = program.flatMap((file) => {
      const { importedFiles } = ts.preProcessFile(fs.readFileSync(path.join(root, file), "utf8"), true, true);
      return importedFiles.map(({ fileName }) => `${file}: ${fileName}`);
    });
    assert.ok(names.some((each) => each.endsWith(": @pulumi/aws/ecr")));
    assert.deepEqual(
      names.filter((each) => /: @pulumi\/aws(\/index)?$/.test(each)),
      [],
    );
  });

  it("are reported if they lead up or sideways, and so is a file without a floor", () => {
    const sources = {
      "a/low/x.ts": 'import "../high/y"; import "./z";',
      "a/low/z.ts": "",
      "a/high/y.ts": 'import "../low/z"; import type { A } from "../aside/w";',
      "a/aside/w.ts": "",
      "a/new.ts": 'import "./low/z";',
    };
    assert.deepEqual(notDown(importsOf(new Map(Object.entries(sources))), "a", [["low"], ["high", "aside"]]), [
      "a/low/x.ts > a/high/y.ts",
      "a/high/y.ts > a/aside/w.ts",
      "a/new.ts stands on no floor",
      "a/new.ts > a/low/z.ts",
    ]);
  });

  it("are reported if they form a cycle of any kind and length", () => {
    const found = (sources: Record<string, string>) => circles(importsOf(new Map(Object.entries(sources))));
    for (const back of [
      'import { a } from "./a";',
      'import type { A } from "./a";',
      'export * from "./a";',
      'type A = import("./a").A;',
      'const { a } = require("./a");',
    ]) {
      assert.deepEqual(found({ "x/a.ts": 'import "./b";', "x/b.ts": back }), ["x/a.ts > x/b.ts > x/a.ts"], back);
    }
    const three = { "a.ts": 'import "./b";', "b/index.ts": 'import "../c";', "c.ts": 'import "./a"; import "./d";' };
    assert.deepEqual(found({ ...three, "d.ts": "" }), ["a.ts > b/index.ts > c.ts > a.ts"]);
    assert.deepEqual(found({ "a.ts": 'import "./b"; import "./c";', "b.ts": 'import "./c";', "c.ts": "" }), []);
  });
});
