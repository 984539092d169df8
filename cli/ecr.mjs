#!/usr/bin/env node
// First file of `npx ecr` and of the commands' npm scripts. It needs nothing but Node: it looks whether the packages are
// there, bundles what changed since the last time, and runs the command in this process.
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { packagesAdvice } from "../supply/packages.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
/** The commands run on it too; the program and the sandbox want a newer one (package.json: engines). */
const oldestNode = [20, 19];
const bundle = path.join(root, "cli", "bin", "ecr.cjs");

const [major, minor] = process.versions.node.split(".").map(Number);
const isTooOld = major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
const advice = isTooOld ? `Node ${process.versions.node} is too old: install Node 22 or newer.` : packagesAdvice(root);

if (advice !== undefined) {
  console.error(advice);
  process.exitCode = 1;
} else {
  await prepare();
  // The SDK's advice on Node versions would stand before every table.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  createRequire(import.meta.url)(bundle);
}

/** Bundles what is older than its sources: the commands, and what the Pulumi program needs beside itself. */
async function prepare() {
  const shared = ["components", "ecr", "oci", "package-lock.json"];
  if (!isUpToDate(bundle, ["cli", "config", "outputs", ...shared])) {
    await (await import("./build.mjs")).buildCli(bundle);
  }
  const pack = path.join(root, "policies", "bin", "index.js");
  if (!isUpToDate(pack, ["policies", ...shared])) await (await import("../policies/build.mjs")).buildPolicyPack(pack);
  const provider = path.join(root, "provider", "bin", "index.js");
  if (!isUpToDate(provider, ["provider", ...shared]))
    await (await import("../provider/build.mjs")).buildProvider(provider);
}

function isUpToDate(file, sources) {
  const built = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const isOlder = (source) => fs.statSync(source).mtimeMs < built;
  const files = (source) =>
    fs.statSync(source).isDirectory()
      ? fs.readdirSync(source, { recursive: true }).map((each) => path.join(source, each))
      : [source];
  return sources
    .filter((source) => fs.existsSync(path.join(root, source)))
    .every((source) =>
      files(path.join(root, source))
        .filter((each) => !each.startsWith(path.dirname(file)))
        .every(isOlder),
    );
}
