import * as os from "node:os";
import * as path from "node:path";

/** The project's root: the folder that holds Pulumi.yaml. Bundles live in sandbox/dist, sources in sandbox/. */
export const projectRoot = path.resolve(__dirname, path.basename(__dirname) === "dist" ? "../.." : "..");

/**
 * The folder of one sandbox: state, sockets, logs, credentials. Default `<project>/.sandbox` (git-ignored);
 * `SANDBOX_HOME` names another one, which is how tests run beside `npm run local`.
 */
export function sandboxHome(): string {
  return path.resolve(process.env["SANDBOX_HOME"] ?? path.join(projectRoot, ".sandbox"));
}

/** What is slow to get and the same for every sandbox of the user: `$XDG_CACHE_HOME` or `~/.cache`, keyed by version below it. */
export function cacheDirectory(...parts: string[]): string {
  const base = process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache");
  return path.join(base, "pulumi-ecr-sandbox", ...parts);
}
