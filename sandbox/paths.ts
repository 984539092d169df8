import * as os from "node:os";
import * as path from "node:path";

/** The sandbox's own folder: bundles are in its dist/, sources in the folder itself. */
export const sandboxFolder = path.resolve(__dirname, path.basename(__dirname) === "dist" ? ".." : ".");

/**
 * The root of the project whose programs run in the sandbox, with Pulumi.yaml and the Pulumi SDKs in node_modules: the
 * folder that contains this one, or the project that installed it as a package.
 */
export const projectRoot = path.resolve(sandboxFolder, isInstalled() ? "../.." : "..");

function isInstalled(): boolean {
  return path.basename(path.dirname(sandboxFolder)) === "node_modules";
}

/**
 * The folder of one sandbox: state, sockets, logs, credentials. Default `<project>/.sandbox` (git-ignored);
 * `SANDBOX_HOME` overrides it, so that tests can run alongside `npm run local`.
 */
export function sandboxHome(): string {
  return path.resolve(process.env["SANDBOX_HOME"] ?? path.join(projectRoot, ".sandbox"));
}

/**
 * Cache of slow downloads and builds, shared by all of the user's sandboxes: `$XDG_CACHE_HOME` or `~/.cache`, with
 * versions below it.
 */
export function cacheDirectory(...parts: string[]): string {
  const base = process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache");
  return path.join(base, "pulumi-ecr-sandbox", ...parts);
}
