// `npx ecr-sandbox`, where the sandbox is an installed package: bundled to dist/ecr-sandbox.mjs. Its commands are those
// of `npm run sandbox`, and `down`.
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { answerAtOnce } from "./commandLine.mjs";
import { endWithClosedPipe, failure, handOver } from "./handOver.mjs";
import { listenForSignals } from "./signals.mjs";
import { supportedNode } from "./supportedNode.mjs";

const dist = path.dirname(fileURLToPath(import.meta.url));

endWithClosedPipe();
process.exitCode = await main(process.argv.slice(2)).catch(failure);

async function main(args) {
  const [first, ...rest] = args;
  const command = first === "down" ? ["down", ...rest] : ["run", ...args];
  const answer = answerAtOnce(command, path.join(dist, ".."));
  if (answer !== undefined) {
    const text = answer.text.replaceAll(/npm run sandbox --|npm run local:down/g, asTyped);
    (answer.code === 0 ? console.log : console.error)(text);
    return answer.code;
  }
  if (process.platform !== "linux") {
    console.error(`The sandbox needs Linux or WSL2; found ${process.platform}.`);
    return 1;
  }
  listenForSignals();
  const nodeFolder = await supportedNode();
  if (nodeFolder !== undefined) process.env["PATH"] = [nodeFolder, process.env["PATH"]].join(path.delimiter);
  const node = nodeFolder === undefined ? process.execPath : path.join(nodeFolder, "node");
  return handOver(node, path.join(dist, "cli.cjs"), command);
}

/** How a command of the project is typed where the sandbox is a package. */
function asTyped(command) {
  return command.endsWith("down") ? "npx ecr-sandbox down" : "npx ecr-sandbox";
}
