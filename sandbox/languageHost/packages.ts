import * as fs from "node:fs";
import * as path from "node:path";

interface Manifest {
  name?: string;
  version?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  /** A package's description of its provider plugin. */
  pulumi?: {
    resource?: boolean;
    name?: string;
    version?: string;
    server?: string;
    parameterization?: { name: string; version: string; value: string };
  };
}

export interface InstalledPackage {
  name: string;
  version: string;
  manifest: Manifest;
}

/** A provider plugin required by an installed package. */
export interface RequiredPlugin {
  name: string;
  version: string;
  server: string | undefined;
  parameterization: { name: string; version: string; value: string } | undefined;
}

function readManifest(directory: string): Manifest | undefined {
  try {
    return JSON.parse(fs.readFileSync(path.join(directory, "package.json"), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}

/** The nearest folder at or above `directory` that passes `test`. */
function searchUp(directory: string, test: (candidate: string) => boolean): string | undefined {
  for (let current = path.resolve(directory); ; current = path.dirname(current)) {
    if (test(current)) return current;
    if (current === path.dirname(current)) return undefined;
  }
}

/** A package's folder, resolved like `require` from `directory`. */
export function findPackage(directory: string, name: string): string | undefined {
  const holder = searchUp(directory, (candidate) =>
    fs.existsSync(path.join(candidate, "node_modules", name, "package.json")),
  );
  return holder === undefined ? undefined : path.join(holder, "node_modules", name);
}

/** Version of an installed package, as resolved from a folder. */
export function packageVersion(directory: string, name: string): string | undefined {
  const found = findPackage(directory, name);
  return found === undefined ? undefined : readManifest(found)?.version;
}

/**
 * The installed packages from a program's package.json, and with `transitive` all of their dependencies. Missing
 * packages are skipped, because running the program gives a better error.
 * @param enter Whether to follow a package's own dependencies. Default: all.
 */
export function installedPackages(
  programDirectory: string,
  transitive: boolean,
  enter: (name: string) => boolean = () => true,
): InstalledPackage[] {
  const root = searchUp(programDirectory, (candidate) => fs.existsSync(path.join(candidate, "package.json")));
  if (root === undefined) return [];
  const found = new Map<string, InstalledPackage>();
  const visit = (from: string, names: string[]) => {
    for (const name of names) {
      const directory = findPackage(from, name);
      if (directory === undefined || found.has(directory)) continue;
      const manifest = readManifest(directory);
      if (manifest === undefined) continue;
      found.set(directory, { name, version: manifest.version ?? "", manifest });
      if (transitive && enter(name)) {
        visit(directory, Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }));
      }
    }
  };
  const manifest = readManifest(root);
  visit(root, Object.keys({ ...manifest?.dependencies, ...manifest?.devDependencies }));
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** Provider plugins of the program's packages, which tell the engine the versions of its default providers. */
export function requiredPlugins(programDirectory: string): RequiredPlugin[] {
  // Half of all packages belong to the SDK itself, and none of those has a plugin.
  return installedPackages(programDirectory, true, (name) => name !== "@pulumi/pulumi")
    .filter(({ manifest }) => manifest.pulumi?.resource === true)
    .map(({ name, version, manifest }) => ({
      name: manifest.pulumi?.name ?? name.replace(/^@[^/]*\//, ""),
      version: (manifest.pulumi?.version ?? version).replace(/^v/, ""),
      server: manifest.pulumi?.server,
      parameterization: manifest.pulumi?.parameterization,
    }));
}
