// First file of every command in package.json. It needs nothing but Node: it installs the packages when they are
// missing or the lockfile changed, bundles the sandbox, and hands over to its command line (sandbox/cli/main.ts).
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { supportedNode } from "./supportedNode.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
/** The folder of the Node for all that follows, where it is not the running one. */
const nodeFolder = supportedNodeOrExit();
if (nodeFolder !== undefined) process.env["PATH"] = [nodeFolder, process.env["PATH"]].join(path.delimiter);
installPackages();
const { buildSandbox } = await import("./build.mjs");
await buildSandbox();
const { buildPolicyPack } = await import("../policies/build.mjs");
await buildPolicyPack();
const { buildProvider } = await import("../provider/build.mjs");
await buildProvider();
const { buildCli } = await import("../cli/build.mjs");
await buildCli();
handOver(path.join(root, "sandbox", "dist", "cli.cjs"), process.argv.slice(2));

function supportedNodeOrExit() {
  try {
    return supportedNode();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

/** `npm ci`, when node_modules does not hold what the lockfile says. Install scripts only fetch plugins: left out. */
function installPackages() {
  const stamp = path.join(root, "node_modules", ".lockfile-hash");
  const hash = createHash("sha256")
    .update(fs.readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === hash) return;
  const started = Date.now();
  console.log("… Packages: npm ci (about a minute)");
  const installed = spawnSync("npm", ["ci", "--ignore-scripts", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (installed.error) throw installed.error;
  if (installed.status !== 0) {
    console.error("npm ci failed: see its message above; the network and the disk are the usual reasons.");
    process.exit(1);
  }
  fs.writeFileSync(stamp, hash);
  console.log(`✔ Packages [${Math.round((Date.now() - started) / 1000)}s]`);
}

/** Runs a script in place of this one: its output, signals and exit code are ours. */
function handOver(script, args) {
  const node = nodeFolder === undefined ? process.execPath : path.join(nodeFolder, "node");
  const child = spawn(node, ["--enable-source-maps", script, ...args], { stdio: "inherit" });
  // Ctrl-C reaches the child by itself, from the terminal; staying alive lets it finish.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
  });
}
