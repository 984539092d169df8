import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { readMarkdown, root } from "./markdown";

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** Every direct dependency of every package of the repository. */
function direct(): Set<string> {
  const args = ["ls-files", "package.json", "*/package.json"];
  const files = execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\n").filter(Boolean);
  assert.ok(files.includes("sandbox/package.json"));
  return new Set(
    files.flatMap((file) => {
      const manifest: Manifest = JSON.parse(fs.readFileSync(path.join(root, file), "utf8"));
      return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    }),
  );
}

/** The packages that the README's table gives a reason for, `*` standing for the end of a name. */
function explained(): string[] {
  const section = readMarkdown("README.md").split("\n## Dependencies\n")[1]?.split("\n## ")[0] ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
}

const covers = (pattern: string, name: string) =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

describe("the README's table of dependencies", () => {
  it("has a reason for every direct dependency of every package", () => {
    const patterns = explained();
    assert.deepEqual(
      [...direct()].filter((name) => !patterns.some((pattern) => covers(pattern, name))),
      [],
    );
  });

  it("has no reason for what is not there, and none twice", () => {
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
