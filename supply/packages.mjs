// Checks whether the project's packages are installed. As a script, it prints one line of advice (`npm ci`) when they
// are not, for npm scripts whose programs would otherwise not be found.
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * Finds the first package in the lockfile that is not installed in that version. The check relies on the list that npm
 * writes after a complete installation (node_modules/.package-lock.json).
 *
 * @param {string} root The project's root.
 * @returns {string | undefined} The package's path, or `node_modules` when npm has not written a list.
 */
export function missingPackage(root) {
  const wanted = readPackages(path.join(root, "package-lock.json")) ?? {};
  const installed = readPackages(path.join(root, "node_modules", ".package-lock.json"));
  if (installed === undefined) return "node_modules";
  const isMissing = (place, { version, integrity, optional }) => {
    const found = installed[place];
    // npm skips optional packages for other platforms.
    if (found === undefined) return optional !== true;
    return found.version !== version || found.integrity !== integrity || !fs.existsSync(path.join(root, place));
  };
  return Object.entries(wanted).find(([place, entry]) => place !== "" && isMissing(place, entry))?.[0];
}

function readPackages(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** The fix in one line; `undefined` if everything is installed. */
export function packagesAdvice(root) {
  const missing = missingPackage(root);
  if (missing === undefined) return undefined;
  const what =
    missing === "node_modules" ? "The packages are not installed" : `${missing} does not match package-lock.json`;
  return `${what}. Run \`npm ci --ignore-scripts\` first.`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const advice = packagesAdvice(path.resolve(path.dirname(fileURLToPath(import.meta.url)), ".."));
  if (advice !== undefined) {
    console.error(advice);
    process.exit(1);
  }
}
