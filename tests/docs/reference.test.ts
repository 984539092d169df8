import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "../..");

/** The numbers of kinds in typedoc's JSON (typedoc's ReflectionKind). */
const kindOf = { function: 64, class: 128, property: 1024, callSignature: 4096 };

/** What typedoc's JSON says about an export, as far as it is used here. */
interface Reflection {
  name: string;
  kind: number;
  flags: { isOptional?: boolean };
  comment?: { blockTags?: { tag: string }[] };
  children?: Reflection[];
  signatures?: Reflection[];
  type?: Type;
}

interface Type {
  declaration?: Reflection;
  types?: Type[];
}

describe("docs/reference", function () {
  this.timeout(600_000);
  let folder: string;
  let made: { status: number | null; output: string };
  let all: Map<string, Reflection>;

  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "reference-"));
    const [out, json] = [path.join(folder, "out"), path.join(folder, "reference.json")];
    const { status, stdout, stderr } = spawnSync("npx", ["--no-install", "typedoc", "--out", out, "--json", json], {
      cwd: root,
      encoding: "utf8",
    });
    made = { status, output: stdout + stderr };
    all = reflections(JSON.parse(fs.readFileSync(json, "utf8")) as Reflection);
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("is what typedoc generates for the components, with no warnings and nothing undocumented; if not: npm run docs", () => {
    assert.equal(made.status, 0, made.output);
    assert.deepEqual(filesBelow(path.join(root, "docs/reference")), filesBelow(path.join(folder, "out")));
  });

  it("has an example for each class and function", () => {
    assert.deepEqual(without("@example", kindOf.class, kindOf.callSignature), []);
  });

  it("states the default of every optional argument", () => {
    const optional = ({ kind, flags }: Reflection) => kind === kindOf.property && flags.isOptional === true;
    assert.ok([...all.values()].filter(optional).length > 100);
    assert.deepEqual(
      without("@default", kindOf.property).filter((name) => all.get(name)?.flags.isOptional),
      [],
    );
  });

  /** The names of entries of these kinds whose comment lacks the tag. */
  function without(tag: string, ...kinds: number[]): string[] {
    const found = [...all].filter(([, { kind }]) => kinds.includes(kind));
    assert.ok(found.length > 0);
    return found
      .filter(([, { comment }]) => !comment?.blockTags?.some((each) => each.tag === tag))
      .map(([name]) => name);
  }
});

/** Everything in typedoc's JSON, by qualified name. Class methods are left out. */
function reflections(project: Reflection): Map<string, Reflection> {
  const found = new Map<string, Reflection>();
  const visit = (reflection: Reflection, name: string) => {
    found.set(name, reflection);
    if (reflection.kind === kindOf.function) {
      for (const signature of reflection.signatures ?? []) visit(signature, `${name}()`);
    }
    for (const child of reflection.children ?? []) visit(child, `${name}.${child.name}`);
    visitType(reflection.type, name);
  };
  const visitType = (type: Type | undefined, name: string) => {
    // Every object type in a union is an entry of its own.
    for (const [index, each] of (type?.types ?? []).entries()) visitType(each, `${name}|${index}`);
    if (type?.declaration) visit(type.declaration, `${name}{}`);
  };
  for (const child of project.children ?? []) visit(child, child.name);
  return found;
}

/** The content of each file, by its path below the folder. */
function filesBelow(folder: string): Record<string, string> {
  const files = fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return Object.fromEntries(
    files
      .filter((file) => fs.statSync(path.join(folder, file)).isFile())
      .map((file) => [file, fs.readFileSync(path.join(folder, file), "utf8")]),
  );
}
