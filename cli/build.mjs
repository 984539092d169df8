// Bundles the commands to cli/bin/ecr.cjs, in about a tenth of a second: from TypeScript, with thousands of files in
// the AWS SDK, they would take seconds to start.
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const cli = path.dirname(fileURLToPath(import.meta.url));

/** The part of Pulumi's SDK that `validate` shares with the program: see validate/pulumiValues.ts. */
const withoutEngine = {
  name: "without-engine",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@pulumi\/pulumi$/ }, () => ({ path: path.join(cli, "validate", "pulumiValues.ts") }));
    onResolve({ filter: /^@pulumi\/(aws|docker|docker-build)(\/|$)/ }, ({ path }) => ({ path, namespace: "left-out" }));
    onLoad({ filter: /.*/, namespace: "left-out" }, () => ({ contents: "module.exports = {};" }));
  },
};

/** @param {string} [outfile] Where to write it. */
export async function buildCli(outfile = path.join(cli, "bin", "ecr.cjs")) {
  // Renamed into place: another command started at the same time must not read a half-written file.
  const unfinished = `${outfile}.${process.pid}.tmp`;
  await build({
    entryPoints: [path.join(cli, "main.ts")],
    outfile: unfinished,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    banner: { js: "#!/usr/bin/env node" },
    logLevel: "warning",
    logOverride: { "import-is-undefined": "silent" },
    plugins: [withoutEngine],
  });
  fs.chmodSync(unfinished, 0o755);
  fs.renameSync(unfinished, outfile);
  return outfile;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await buildCli();
