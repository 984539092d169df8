// First file of every command in package.json that needs the sandbox. It needs only Node: it answers --help and similar
// options, installs missing packages, bundles the sandbox, and hands over to its command line (sandbox/cli/main.ts).
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { answerAtOnce } from "./commandLine.mjs";
import { endWithClosedPipe, failure, handOver } from "./handOver.mjs";
import { ensurePackages } from "./packages.mjs";
import { startProgress } from "./progressLine.mjs";
import { listenForSignals, refuseWhenInterrupted } from "./signals.mjs";
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
      `The sandbox needs Linux or WSL2; found ${process.platform}. With an AWS account, run: npm run up -- ENV.`,
    );
    return 1;
  }
  listenForSignals();
  /** The folder of the Node to use from here on, unless it is the running one. */
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
  const { bundleCommands, isUpToDate } = await import("../cli/bundles.mjs");
  await bundleCommands(root);
  const sources = ["sandbox", "ecr", "oci", "provider", "package-lock.json"];
  // One bundle from each of the bundlers that run in parallel.
  const bundles = ["cli", "pulumi-resource-aws", "pulumi-resource-awsx"];
  if (bundles.every((name) => isUpToDate(root, path.join(root, "sandbox", "dist", `${name}.cjs`), sources))) return;
  await (await import("./build.mjs")).buildSandbox();
}
