import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { dependencies, devDependencies } from "../../../package.json";
import { withLock } from "../../../sandbox/system/fileLock";
import { fullTests } from "../tools";

const root = path.resolve(__dirname, "../../..");
const run = promisify(execFile);

/** The packages that others install, with their folders. */
const folders = {
  "ecr-components": "packages/components",
  "ecr-policies": "policies",
  "ecr-sandbox": "sandbox",
} as const;
export type PackageName = keyof typeof folders;

/** The package.json of somebody else's project, with other packages at this repository's versions. */
export function manifestOf(name: string, packages: readonly PackageName[], others: readonly string[]): string {
  const pinned: Record<string, string> = { ...dependencies, ...devDependencies };
  const versions = others.map((each) => [each, pinned[each] ?? assert.fail(`${each} is not in package.json`)]);
  const own = packages.map((each) => [each, versionOf(each)]);
  return JSON.stringify({ name, private: true, dependencies: Object.fromEntries([...versions, ...own]) });
}

function versionOf(name: PackageName): string {
  return JSON.parse(fs.readFileSync(path.join(root, folders[name], "package.json"), "utf8")).version;
}

/**
 * Runs `npm pack` for packages, in one test file at a time: it rebuilds a package in place, and a second build would empty
 * its folder before npm has read it.
 * @returns Their tarballs, as a registry would have them.
 */
export async function packed(names: readonly PackageName[], destination: string): Promise<Record<string, string>> {
  const tarballs: Record<string, string> = {};
  for (const name of names) {
    const args = ["pack", "--json", "--pack-destination", destination];
    const pack = () => run("npm", args, { cwd: path.join(root, folders[name]), maxBuffer: 2 ** 26 });
    await withLock(path.join(root, "node_modules", ".npm-pack.lock"), pack);
    tarballs[name] = path.join(destination, `${name}-${versionOf(name)}.tgz`);
  }
  return tarballs;
}

/**
 * Installs packages from their tarballs, with their dependencies: with TEST_FULL=1 by npm, which takes minutes,
 * otherwise as links to the packages that this repository has installed, except its own.
 */
export async function install(project: string, tarballs: Record<string, string>): Promise<void> {
  if (fullTests) {
    linkTarballs(project, tarballs);
    await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: project });
    return;
  }
  const modules = path.join(project, "node_modules");
  fs.mkdirSync(modules);
  for (const name of fs.readdirSync(path.join(root, "node_modules"))) {
    if (name.startsWith("ecr-")) continue;
    fs.symlinkSync(path.join(root, "node_modules", name), path.join(modules, name));
  }
  for (const [name, tarball] of Object.entries(tarballs)) {
    fs.mkdirSync(path.join(modules, name));
    await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", path.join(modules, name)]);
  }
}

/** Replaces versions in a package.json by tarballs. */
export function linkTarballs(project: string, tarballs: Record<string, string>): void {
  const manifest = path.join(project, "package.json");
  const content = JSON.parse(fs.readFileSync(manifest, "utf8"));
  for (const section of ["dependencies", "devDependencies"]) {
    for (const name of Object.keys(content[section] ?? {})) {
      if (tarballs[name]) content[section][name] = `file:${tarballs[name]}`;
    }
  }
  fs.writeFileSync(manifest, `${JSON.stringify(content, null, 2)}\n`);
}
