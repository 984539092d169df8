// Bundles the policy pack to bin/index.js, in about a tenth of a second. A compiled pack starts in about a second; from
// TypeScript it would be type-checked on every command, which takes six.
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const policies = path.dirname(fileURLToPath(import.meta.url));

/**
 * Everything but Pulumi's own packages goes into the one file, ../ecr included, so that the folder can be published alone.
 *
 * @param {string} [outfile] Where to write it; by default the file that PulumiPolicy.yaml names.
 */
export async function buildPolicyPack(outfile = path.join(policies, "bin", "index.js")) {
  // Two commands that start at once would otherwise read each other's half-written file.
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
