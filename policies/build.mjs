// Bundles the policy pack into bin/index.js, in about a tenth of a second. A compiled pack starts in about a second; from
// TypeScript it would be type-checked on every command, which takes six seconds.
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const policies = path.dirname(fileURLToPath(import.meta.url));

/**
 * The bundle contains everything but Pulumi's own packages, ../ecr included, so that the folder can be published on its own.
 *
 * @param {string} [outfile] Path of the bundle; by default the file that package.json names.
 */
export async function buildPolicyPack(outfile = path.join(policies, "bin", "index.js")) {
  // Otherwise a command could read the half-written file of another one.
  const unfinished = `${outfile}.${process.pid}.tmp`;
  await build({
    entryPoints: [path.join(policies, "index.ts")],
    outfile: unfinished,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    external: ["@pulumi/*"],
    logLevel: "warning",
  });
  fs.renameSync(unfinished, outfile);
  return outfile;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await buildPolicyPack();
}
