import * as fs from "node:fs";
import * as path from "node:path";
import { cacheDirectory, projectRoot, sandboxFolder } from "../paths";
import { withLock } from "../system/fileLock";
import { placeFile, removeUnfinished, writeFileAtomically } from "../system/files";
import type { Progress } from "../system/progress";
import { buildEngine } from "./buildEngine";
import { downloadEngine } from "./downloadEngine";

export interface InstallEngineOptions {
  /** The sandbox's folder; PULUMI_HOME is `pulumi` below it. */
  home: string;
  /** Receives one short line for each long-running action. */
  progress: Progress;
  /** The language host to install next to a CLI that was built. Default: `sandbox/dist/language-host.cjs`. */
  languageHost?: string;
}

/** Longer than a failed download plus a build on a slow machine. */
const lockMilliseconds = 60 * 60 * 1000;

export interface InstalledEngine {
  /** Value for PULUMI_HOME. */
  pulumiHome: string;
  /** The `pulumi` binary: `<pulumiHome>/versions/<version>/bin/pulumi`, where the npm launcher looks. */
  path: string;
  /** The folder of the binary, for PATH. */
  binDirectory: string;
  version: string;
  /** Where this call got the binary from. */
  source: "present" | "cache" | "download" | "build";
}

/** Version of the Pulumi CLI: that of the installed npm package `pulumi`, its launcher. */
export function engineVersion(): string {
  return (JSON.parse(fs.readFileSync(path.join(launcherDirectory(), "package.json"), "utf8")) as { version: string })
    .version;
}

function launcherDirectory(): string {
  const directory = path.join(projectRoot, "node_modules", "pulumi");
  if (!fs.existsSync(directory)) throw new Error(`the npm package pulumi is not in ${directory}: run \`npm ci\``);
  return directory;
}

/**
 * Installs the Pulumi CLI where `npx pulumi` finds it: from the user's cache, otherwise the release of its version,
 * otherwise built from the Go module proxy. A released CLI includes its language host; a built one gets the sandbox's
 * own. Takes milliseconds when there is nothing to do. Several processes may call it at once.
 */
export async function installEngine(options: InstallEngineOptions): Promise<InstalledEngine> {
  const version = engineVersion();
  const pulumiHome = path.join(options.home, "pulumi");
  const binDirectory = path.join(pulumiHome, "versions", version, "bin");
  const binary = path.join(binDirectory, "pulumi");
  let source: InstalledEngine["source"] = "present";
  if (!isExecutable(binary)) {
    source = await fillCache(version, options.progress);
    fs.mkdirSync(binDirectory, { recursive: true, mode: 0o700 });
    const release = path.join(cacheDirectory("pulumi", version), "released", "bin");
    if (fs.existsSync(release)) {
      // The binary comes last: with it the installation counts as present.
      const files = fs.readdirSync(release).filter((file) => file !== "pulumi");
      for (const file of [...files, "pulumi"]) placeFile(path.join(release, file), path.join(binDirectory, file));
    } else {
      placeFile(path.join(cacheDirectory("pulumi", version), "pulumi"), binary);
    }
  }
  installLanguageHost(binDirectory, options.languageHost ?? path.join(sandboxFolder, "dist", "language-host.cjs"));
  return { pulumiHome, path: binary, binDirectory, version, source };
}

async function fillCache(version: string, progress: Progress): Promise<"cache" | "download" | "build"> {
  const cache = cacheDirectory("pulumi", version);
  const released = path.join(cache, "released");
  const built = path.join(cache, "pulumi");
  const isFilled = () => isExecutable(path.join(released, "bin", "pulumi")) || isExecutable(built);
  if (isFilled()) return "cache";
  const get = async () => {
    if (isFilled()) return "cache";
    removeUnfinished(cache);
    let failure = "";
    try {
      if (await downloadEngine({ version, target: released, progress })) return "download";
    } catch (error) {
      failure = (error as Error).message;
      progress(`the download failed, so the CLI is built from source: ${failure.split("\n")[0]}`);
    }
    try {
      await buildEngine({
        version,
        target: built,
        progress,
        moduleDirectory: path.join(sandboxFolder, "engine"),
      });
    } catch (error) {
      const { message } = error as Error;
      throw failure === "" ? error : new Error(`${message}\nBefore that, the download had failed: ${failure}`);
    }
    return "build";
  };
  const onWait = (holder: string) => progress(`waiting for ${holder}, which is already installing the Pulumi CLI`);
  return withLock(path.join(cache, "lock"), get, { onWait, timeoutMs: lockMilliseconds });
}

/**
 * Our own host is a script, with another one that makes programs start faster; a released host is a binary and is kept.
 */
function installLanguageHost(binDirectory: string, bundle: string): void {
  const target = path.join(binDirectory, "pulumi-language-nodejs");
  const installed = fs.existsSync(target) ? fs.readFileSync(target) : undefined;
  if (installed !== undefined && installed.subarray(0, 2).toString() !== "#!") return;
  if (!fs.existsSync(bundle)) {
    throw new Error(`the language host is not built: ${bundle} is missing: run \`npm run build\``);
  }
  const content = fs.readFileSync(bundle);
  if (content.subarray(0, 2).toString() !== "#!") {
    throw new Error(`the language host ${bundle} does not start with #!, so the engine could not start it`);
  }
  const lazySdkParts = path.join(path.dirname(bundle), "lazy-sdk-parts.cjs");
  if (fs.existsSync(lazySdkParts)) placeFile(lazySdkParts, path.join(binDirectory, path.basename(lazySdkParts)));
  if (installed?.equals(content)) return;
  writeFileAtomically(target, content, 0o755);
}

/** The same check as in the launcher: executable and not empty. */
function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).size > 0;
  } catch {
    return false;
  }
}
