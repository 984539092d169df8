// Brings the project's packages where they are not there.
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { missingPackage } from "../supply/packages.mjs";
import { startProgress } from "./progressLine.mjs";
import { runHeedingSignals } from "./signals.mjs";

/**
 * `npm ci` where a package is missing; one at a time in a clone. Install scripts only fetch plugins: left out.
 *
 * @param {string} root The project's root.
 * @throws Error with the end of what npm said, when it failed.
 */
export async function ensurePackages(root) {
  if (missingPackage(root) === undefined) return;
  const progress = startProgress("Packages: npm ci (about a minute)");
  // flock becomes this script, which has the lock open as all that it starts: the kernel frees it when the last of them has
  // ended, however that was. An `npm ci` whose parent was killed is waited for, then.
  const lock = path.join(root, "package-lock.json");
  const { code, output } = await runHeedingSignals("flock", [
    ...["--no-fork", lock],
    ...[process.execPath, fileURLToPath(import.meta.url), root],
  ]).finally(() => progress.stop());
  if (code !== 0) {
    const said = output.trim().split("\n").slice(-20).join("\n");
    throw new Error(`${said}\nnpm ci failed: see its message above. The network and the disk are the usual reasons.`);
  }
  progress.done("Packages");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const root = process.argv[2] ?? ".";
  // Whoever waited for the lock may find that all is there by now.
  if (missingPackage(root) !== undefined) {
    const npm = ["ci", "--ignore-scripts", "--loglevel=error", "--no-progress"];
    // It gets signals itself, as all of this group.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
    const { status, error } = spawnSync("npm", npm, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    if (error) console.error(`npm: ${error.message}`);
    process.exit(status ?? 1);
  }
}
