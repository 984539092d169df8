import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { readMarkdown, root } from "./markdown";

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** Every direct dependency of every package in the repository, except the repository's own packages. */
function direct(): Set<string> {
  const args = ["ls-files", "package.json", "*/package.json"];
  const files = execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\n").filter(Boolean);
  assert.ok(files.includes("sandbox/package.json"));
  const manifests = files.map((file): Manifest => JSON.parse(fs.readFileSync(path.join(root, file), "utf8")));
  const own = manifests.map(({ name }) => name);
  return new Set(
    manifests
      .flatMap(({ dependencies, devDependencies }) => Object.keys({ ...dependencies, ...devDependencies }))
      .filter((name) => !own.includes(name)),
  );
}

/** The packages that docs/dependencies.md gives a reason for. `*` matches the rest of a name. */
function explained(): string[] {
  const table = readMarkdown("docs/dependencies.md").split("\n## ")[0] ?? "";
  return table
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
}

const covers = (pattern: string, name: string) =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

describe("the table of dependencies", () => {
  it("has a reason for every direct dependency of every package", () => {
    const patterns = explained();
    assert.deepEqual(
      [...direct()].filter((name) => !patterns.some((pattern) => covers(pattern, name))),
      [],
    );
  });

  it("has no reason for a package that is not a dependency, and none twice", () => {
    const patterns = explained();
    const names = [...direct()];
    assert.deepEqual(
      patterns.filter((pattern) => !names.some((name) => covers(pattern, name))),
      [],
    );
    assert.deepEqual(
      patterns.filter((pattern, index) => patterns.indexOf(pattern) !== index),
      [],
    );
  });
});
