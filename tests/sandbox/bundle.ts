import * as path from "node:path";
import { build } from "esbuild";
import { projectRoot } from "../../sandbox/paths";

/** Bundles a program of the sandbox as it is in the tree, as sandbox/build.mjs does, so that no older one gets tested. */
export async function bundleProgram(entryPoint: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [path.join(projectRoot, "sandbox", entryPoint)],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    banner: { js: "#!/usr/bin/env node" },
    external: ["lmdb"],
    logLevel: "warning",
  });
}
