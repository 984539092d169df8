import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { root } from "./markdown";

/** Which folders the sources of a folder may import from, besides their own. Only tests/ may import everything. */
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
  // Its stand-ins speak the protocol that the project's own provider speaks.
  sandbox: ["ecr", "provider"],
  consumers: ["outputs"],
  bench: ["components", "ecr", "oci", "policies", "sandbox"],
  docs: ["cli", "config", "outputs"],
};

/** A source's imports of other sources, types included: file by file, as paths from the root. */
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

/** Each circle that following the imports runs into, as `a > b > a`. Empty exactly when there is none. */
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

describe("imports", () => {
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.ts"], {
    cwd: root,
    encoding: "utf8",
  })
    .split("\0")
    .filter((file) => file !== "" && fs.existsSync(path.join(root, file)));
  const imports = importsOf(new Map(files.map((file) => [file, fs.readFileSync(path.join(root, file), "utf8")])));

  it("never lead back to the file they started from, those of types neither", () => {
    assert.ok(imports.get("sandbox/gateway/replicator.ts")?.includes("sandbox/gateway/context.ts"));
    assert.deepEqual(circles(imports), []);
  });

  it("point one way from folder to folder", () => {
    const folder = (file: string) => file.split("/")[0] ?? "";
    const against = [...imports].flatMap(([file, targets]) =>
      targets
        .filter((target) => folder(target) !== folder(file) && folder(file) !== "tests")
        .filter((target) => !arrows[folder(file)]?.includes(folder(target)))
        .map((target) => `${file} > ${target}`),
    );
    assert.deepEqual(against, []);
  });

  it("and a circle is found, of any kind of import and of any length", () => {
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
