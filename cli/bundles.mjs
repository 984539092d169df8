// The bundles that commands run: rebuilt when they are older than their sources, which takes a hundredth of a second to
// check and a second to do.
import * as fs from "node:fs";
import * as path from "node:path";

const shared = ["components", "ecr", "oci", "package-lock.json"];

/**
 * Bundles the commands, and the other bundles that the Pulumi program needs: the policy pack and the provider.
 *
 * @param {string} root The project's root.
 */
export async function bundleCommands(root) {
  const commands = path.join(root, "cli", "bin", "ecr.cjs");
  const pack = path.join(root, "policies", "bin", "index.js");
  const provider = path.join(root, "provider", "bin", "index.js");
  if (!isUpToDate(root, commands, ["cli", "config", "outputs", ...shared])) {
    await (await import("./build.mjs")).buildCli(commands);
  }
  if (!isUpToDate(root, pack, ["policies", ...shared])) {
    await (await import("../policies/build.mjs")).buildPolicyPack(pack);
  }
  if (!isUpToDate(root, provider, ["provider", ...shared])) {
    await (await import("../provider/build.mjs")).buildProvider(provider);
  }
}

/**
 * Whether a bundle is newer than each of its sources.
 *
 * @param {string} root The project's root.
 * @param {string} bundle Its file. Nothing in the file's own folder is a source.
 * @param {string[]} sources Files and folders below the root. Missing ones are skipped.
 */
export function isUpToDate(root, bundle, sources) {
  const built = fs.statSync(bundle, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const isOlder = (file) => (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < built;
  return sources
    .map((source) => path.join(root, source))
    .filter((source) => fs.existsSync(source))
    .every((source) => filesIn(source, path.dirname(bundle)).every(isOlder));
}

function filesIn(source, bundles) {
  if (!fs.statSync(source).isDirectory()) return [source];
  const files = fs
    .readdirSync(source, { withFileTypes: true })
    .filter(({ name }) => name !== "node_modules" && path.join(source, name) !== bundles)
    .flatMap((entry) => {
      const file = path.join(source, entry.name);
      return entry.isDirectory() ? filesIn(file, bundles) : [file];
    });
  // A folder's time changes when an entry is added or removed.
  return [source, ...files];
}
