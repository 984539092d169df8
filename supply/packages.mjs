// Whether the project's packages are there. As a script: says `npm ci` in one line when they are not, for npm's scripts
// whose programs would otherwise not be found.
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * The first package that the lockfile names and node_modules does not hold in that version. npm lists what it has installed
 * when all of it is there (node_modules/.package-lock.json), and nothing else is believed.
 *
 * @param {string} root The project's root.
 * @returns {string | undefined} Its place, or `node_modules` when npm has listed nothing.
 */
export function missingPackage(root) {
  const wanted = readPackages(path.join(root, "package-lock.json")) ?? {};
  const installed = readPackages(path.join(root, "node_modules", ".package-lock.json"));
  if (installed === undefined) return "node_modules";
  const isMissing = (place, { version, integrity, optional }) => {
    const found = installed[place];
    // npm leaves out what is for other systems.
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

/** What to do, in one line; undefined when all is there. */
export function packagesAdvice(root) {
  const missing = missingPackage(root);
  if (missing === undefined) return undefined;
  const what =
    missing === "node_modules" ? "The packages are not installed" : `${missing} is not as package-lock.json has it`;
  return `${what}. Run \`npm ci --ignore-scripts\` first.`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const advice = packagesAdvice(path.resolve(path.dirname(fileURLToPath(import.meta.url)), ".."));
  if (advice !== undefined) {
    console.error(advice);
    process.exit(1);
  }
}
