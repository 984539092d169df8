// Bundles the provider to bin/index.js, in about a tenth of a second: one file, so that the engine starts it without a
// search through node_modules.
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const provider = path.dirname(fileURLToPath(import.meta.url));

/** @param {string} [outfile] Where to write it; by default the file that package.json names. */
export async function buildProvider(outfile = path.join(provider, "bin", "index.js")) {
  // Two commands that start at once would otherwise read each other's half-written file.
  const unfinished = `${outfile}.${process.pid}.tmp`;
  await build({
    entryPoints: [path.join(provider, "main.ts")],
    outfile: unfinished,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    logLevel: "warning",
  });
  fs.renameSync(unfinished, outfile);
  return outfile;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await buildProvider();
