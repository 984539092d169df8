#!/usr/bin/env node
// First file of `npx ecr` and of the commands' npm scripts. It needs only Node: it checks whether the packages are
// installed, bundles what changed since the last time, and runs the command in this process.
import { createRequire } from "node:module";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { packagesAdvice } from "../supply/packages.mjs";
import { bundleCommands } from "./bundles.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
/** The commands also run on it; the program and the sandbox need a newer one (package.json: engines). */
const oldestNode = [20, 19];

const [major, minor] = process.versions.node.split(".").map(Number);
const isTooOld = major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
const advice = isTooOld ? `Node ${process.versions.node} is too old: install Node 22 or newer.` : packagesAdvice(root);

if (advice !== undefined) {
  console.error(advice);
  process.exitCode = 1;
} else {
  await bundleCommands(root);
  // The SDK's warning about Node versions would precede every table.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  createRequire(import.meta.url)("./bin/ecr.cjs");
}
