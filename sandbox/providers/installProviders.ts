import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { projectRoot, sandboxFolder } from "../paths";
import { writeFileAtomically } from "../system/files";
import type { Progress } from "../system/progress";

export interface InstallProvidersOptions {
  /** The engine's home; plugins go to `plugins/` below it. */
  readonly pulumiHome: string;
  /** Called with one line for each plugin that is installed. */
  readonly progress?: Progress;
  /** The bundles `pulumi-resource-<name>.cjs`. Default `<project>/sandbox/dist`. */
  readonly bundles?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

export interface InstalledProvider {
  readonly name: string;
  readonly version: string;
  /** False when an identical file was already there, or when the released plugins are used. */
  readonly changed: boolean;
}

/** Self-contained bundles, and launchers for those that run from the project: one uses its SDKs, one its Go modules. */
const providers = { aws: "bundle", awsx: "launcher", docker: "bundle", "docker-build": "launcher" } as const;

/**
 * Installs the stand-ins where the CLI looks for the plugins of the installed SDK packages:
 * `plugins/resource-<name>-v<version>/pulumi-resource-<name>`. The version comes from each SDK package, because the CLI
 * accepts only the exact version. With `SANDBOX_PLUGINS=released` nothing is installed, stand-ins installed earlier are
 * removed, and the CLI downloads the released plugins.
 *
 * Throws when a bundle was not built.
 */
export async function installProviders(options: InstallProvidersOptions): Promise<InstalledProvider[]> {
  const { pulumiHome, progress = () => {}, environment = process.env } = options;
  const bundles = options.bundles ?? path.join(sandboxFolder, "dist");
  const mode = environment["SANDBOX_PLUGINS"] ?? "";
  if (mode !== "" && mode !== "released" && mode !== "stand-in") {
    throw new Error(`SANDBOX_PLUGINS: "${mode}": expected "released" or "stand-in" (the default)`);
  }
  const installed: InstalledProvider[] = [];
  for (const [name, kind] of Object.entries(providers)) {
    const version = await installedVersion(name);
    // Without the SDK, a program does not request its plugin.
    if (version === undefined) continue;
    const directory = path.join(pulumiHome, "plugins", `resource-${name}-v${version}`);
    if (mode === "released") {
      const removed = await removeStandIn(directory, name);
      if (removed) progress(`${name} ${version}: stand-in removed, the released plugin will be downloaded`);
      installed.push({ name, version, changed: removed });
      continue;
    }
    const bundle = path.join(bundles, `pulumi-resource-${name}.cjs`);
    const changed = await place(await program(bundle, kind), directory, name);
    if (changed) progress(`${name} ${version}: stand-in installed`);
    installed.push({ name, version, changed });
  }
  return installed;
}

/**
 * Version of the installed package `@pulumi/<name>`, which is also the version of its plugin; undefined when not
 * installed.
 */
export async function installedVersion(name: string): Promise<string | undefined> {
  const file = packageFile(`@pulumi/${name}/package.json`);
  if (file === undefined) return undefined;
  const description = JSON.parse(await fs.readFile(file, "utf8")) as { version: string; pulumi?: { version?: string } };
  return (description.pulumi?.version ?? description.version).replace(/^v/, "");
}

function packageFile(name: string): string | undefined {
  try {
    return require.resolve(name, { paths: [projectRoot] });
  } catch {
    return undefined;
  }
}

const marker = ".sandbox-stand-in";

/** The file the engine starts: the bundle itself, or a line that loads it from where its packages are. */
async function program(bundle: string, kind: "bundle" | "launcher"): Promise<Buffer> {
  try {
    const content = await fs.readFile(bundle);
    return kind === "bundle"
      ? content
      : Buffer.from(`#!/usr/bin/env node\nrequire(${JSON.stringify(path.resolve(bundle))});\n`);
  } catch (error) {
    throw new Error(`${bundle}: ${error instanceof Error ? error.message : String(error)}; run \`npm run build\``);
  }
}

async function place(content: Buffer, directory: string, name: string): Promise<boolean> {
  const target = path.join(directory, `pulumi-resource-${name}`);
  const digest = createHash("sha256").update(content).digest("hex");
  const present = await fs.readFile(target).catch(() => undefined);
  if (
    present?.equals(content) &&
    (await fs.readFile(path.join(directory, marker), "utf8").catch(() => "")) === digest
  ) {
    return false;
  }
  // A released plugin, with files of its own, may be left from an earlier start.
  if (present && (await readMarker(directory)) === undefined) await fs.rm(directory, { recursive: true });
  await fs.mkdir(directory, { recursive: true });
  await fs.writeFile(path.join(directory, marker), digest);
  // An engine starting at the same time must not see a partial file.
  writeFileAtomically(target, content, 0o755);
  // A `.partial` file next to the directory tells the CLI that an installation was interrupted.
  await fs.rm(`${directory}.partial`, { force: true });
  return true;
}

async function removeStandIn(directory: string, name: string): Promise<boolean> {
  if ((await readMarker(directory)) === undefined) return false;
  await fs.rm(path.join(directory, `pulumi-resource-${name}`), { force: true });
  await fs.rm(directory, { recursive: true });
  return true;
}

async function readMarker(directory: string): Promise<string | undefined> {
  return fs.readFile(path.join(directory, marker), "utf8").catch(() => undefined);
}
