import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { projectRoot } from "../paths";
import { writeFileAtomically } from "../system/files";
import type { Progress } from "../system/progress";

export interface InstallProvidersOptions {
  /** The engine's home; plugins go to `plugins/` below it. */
  readonly pulumiHome: string;
  /** Told what is placed, one line each. */
  readonly progress?: Progress;
  /** The bundles `pulumi-resource-<name>.cjs`. Default `<project>/sandbox/dist`. */
  readonly bundles?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

export interface InstalledProvider {
  readonly name: string;
  readonly version: string;
  /** False when the very same file was there already, or when the released plugins are used. */
  readonly changed: boolean;
}

/** Bundles that stand alone, and one that runs on the SDKs of the project's node_modules. */
const providers = { aws: "bundle", awsx: "launcher", docker: "bundle" } as const;

/**
 * Places the stand-ins where the CLI looks for the plugins that the installed SDK packages ask for:
 * `plugins/resource-<name>-v<version>/pulumi-resource-<name>`. The version is read from each SDK package, for the CLI takes
 * only the very same one. With `SANDBOX_PLUGINS=released` nothing is placed, what an earlier start placed is taken away,
 * and the CLI downloads the released plugins.
 *
 * Throws when a bundle was not built or an SDK package is not installed.
 */
export async function installProviders(options: InstallProvidersOptions): Promise<InstalledProvider[]> {
  const { pulumiHome, progress = () => {}, environment = process.env } = options;
  const bundles = options.bundles ?? path.join(projectRoot, "sandbox", "dist");
  const mode = environment["SANDBOX_PLUGINS"] ?? "";
  if (mode !== "" && mode !== "released" && mode !== "stand-in") {
    throw new Error(`SANDBOX_PLUGINS: "${mode}": expected "released" or "stand-in" (the default)`);
  }
  const installed: InstalledProvider[] = [];
  for (const [name, kind] of Object.entries(providers)) {
    const version = await installedVersion(name);
    const directory = path.join(pulumiHome, "plugins", `resource-${name}-v${version}`);
    if (mode === "released") {
      const removed = await removeStandIn(directory, name);
      if (removed) progress(`${name} ${version}: stand-in removed, the released plugin will be downloaded`);
      installed.push({ name, version, changed: removed });
      continue;
    }
    const bundle = path.join(bundles, `pulumi-resource-${name}.cjs`);
    const changed = await place(await program(bundle, kind), directory, name);
    if (changed) progress(`${name} ${version}: stand-in placed`);
    installed.push({ name, version, changed });
  }
  return installed;
}

/** Version of the installed package `@pulumi/<name>`, which is the version of the plugin that it asks for. */
export async function installedVersion(name: string): Promise<string> {
  const file = require.resolve(`@pulumi/${name}/package.json`, { paths: [projectRoot] });
  const description = JSON.parse(await fs.readFile(file, "utf8")) as { version: string; pulumi?: { version?: string } };
  return (description.pulumi?.version ?? description.version).replace(/^v/, "");
}

const marker = ".sandbox-stand-in";

/** What the engine is to start: the bundle itself, or a line that loads it from where its packages are. */
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
  // A released plugin may be there from an earlier start, with files of its own beside it.
  if (present && (await readMarker(directory)) === undefined) await fs.rm(directory, { recursive: true });
  await fs.mkdir(directory, { recursive: true });
  await fs.writeFile(path.join(directory, marker), digest);
  // An engine that starts meanwhile must not see half a file.
  writeFileAtomically(target, content, 0o755);
  // A `.partial` file beside the directory tells the CLI that an installation was cut off.
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
