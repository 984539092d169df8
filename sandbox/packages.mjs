// Installs the project's packages if they are missing.
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { missingPackage } from "../supply/packages.mjs";
import { startProgress } from "./progressLine.mjs";
import { runHeedingSignals } from "./signals.mjs";

/**
 * Runs `npm ci` when a package is missing, one at a time in a clone. Install scripts are skipped: they only download
 * plugins.
 *
 * @param {string} root The project's root.
 * @throws Error with the end of npm's output when it fails.
 */
export async function ensurePackages(root) {
  if (missingPackage(root) === undefined) return;
  const progress = startProgress("Packages: npm ci (about a minute)");
  // flock becomes this script and keeps the lock open, like everything it starts: the kernel releases it when the last
  // of them has ended for any reason. So an `npm ci` whose parent was killed is waited for.
  const lock = path.join(root, "package-lock.json");
  const { code, output } = await runHeedingSignals("flock", [
    ...["--no-fork", lock],
    ...[process.execPath, fileURLToPath(import.meta.url), root],
  ]).finally(() => progress.stop());
  if (code !== 0) {
    const said = output.trim().split("\n").slice(-20).join("\n");
    throw new Error(`${said}\nnpm ci failed: see its message above. The usual causes are the network and a full disk.`);
  }
  progress.done("Packages");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const root = process.argv[2] ?? ".";
  // After waiting for the lock, the packages may be there.
  if (missingPackage(root) !== undefined) {
    const npm = ["ci", "--ignore-scripts", "--loglevel=error", "--no-progress"];
    // npm receives signals itself, as part of this process group.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
    const { status, error } = spawnSync("npm", npm, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    if (error) console.error(`npm: ${error.message}`);
    process.exit(status ?? 1);
  }
}
