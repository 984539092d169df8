// First file of every command in package.json that needs the sandbox. It needs nothing but Node: it answers --help and the like,
// installs the packages when some are missing, bundles the sandbox, and hands over to its command line (sandbox/cli/main.ts).
import { spawn } from "node:child_process";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { answerAtOnce } from "./commandLine.mjs";
import { ensurePackages } from "./packages.mjs";
import { startProgress } from "./progressLine.mjs";
import { exitCodeOf, listenForSignals, onSignal, refuseWhenInterrupted } from "./signals.mjs";
import { supportedNode } from "./supportedNode.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

endWithClosedPipe();
process.exitCode = await main(process.argv.slice(2)).catch(failure);

async function main(args) {
  const answer = answerAtOnce(args, root);
  if (answer !== undefined) {
    (answer.code === 0 ? console.log : console.error)(answer.text);
    return answer.code;
  }
  if (process.platform !== "linux") {
    console.error(
      `The sandbox is for Linux and WSL2, this is ${process.platform}. With an AWS account: npm run up -- ENV.`,
    );
    return 1;
  }
  listenForSignals();
  /** The folder of the Node for all that follows, where it is not the running one. */
  const nodeFolder = await supportedNode();
  if (nodeFolder !== undefined) process.env["PATH"] = [nodeFolder, process.env["PATH"]].join(path.delimiter);
  await ensurePackages(root);
  const progress = startProgress("Bundling the sandbox and the commands", true);
  await bundle().finally(() => progress.stop());
  refuseWhenInterrupted();
  const node = nodeFolder === undefined ? process.execPath : path.join(nodeFolder, "node");
  return handOver(node, path.join(root, "sandbox", "dist", "cli.cjs"), args);
}

async function bundle() {
  const { buildSandbox } = await import("./build.mjs");
  const { buildPolicyPack } = await import("../policies/build.mjs");
  const { buildProvider } = await import("../provider/build.mjs");
  const { buildCli } = await import("../cli/build.mjs");
  await Promise.all([buildSandbox(), buildPolicyPack(), buildProvider(), buildCli()]);
}

/** Runs a script in place of this one: its output, signals and exit code are ours. */
function handOver(node, script, args) {
  const child = spawn(node, ["--enable-source-maps", script, ...args], { stdio: "inherit" });
  // It decides what a signal means, and takes one that the terminal has sent it as well for the same.
  onSignal((signal) => child.kill(signal === "SIGKILL" ? "SIGINT" : signal));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? exitCodeOf(signal)));
  });
}

function failure(error) {
  try {
    // What is bundled when Ctrl-C comes fails in its own words.
    refuseWhenInterrupted();
  } catch (interruption) {
    console.error("Interrupted. Run the command again: it goes on from what is there.");
    return exitCodeOf(interruption.signal);
  }
  console.error(error instanceof Error ? error.message : String(error));
  return 1;
}

/** Whoever reads (`| head`) has enough: that is no error. */
function endWithClosedPipe() {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => {
      if (error.code !== "EPIPE") throw error;
      process.exit();
    });
  }
}
