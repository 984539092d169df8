import * as fs from "node:fs";
import * as path from "node:path";
import { build } from "esbuild";
import { projectRoot } from "../../sandbox/paths";

/** Bundles a sandbox program from the working tree, as sandbox/build.mjs does, so that no stale bundle is tested. */
export async function bundleProgram(entryPoint: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [path.join(projectRoot, "sandbox", entryPoint)],
    outfile,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    banner: { js: "#!/usr/bin/env node" },
    external: ["lmdb"],
    logLevel: "warning",
  });
}

/** Builds the gateway's bundle as sandbox/build.mjs does, and replaces the old one atomically. */
export async function buildGateway(): Promise<void> {
  const dist = path.join(projectRoot, "sandbox", "dist");
  const temporary = path.join(dist, `gateway.${process.pid}.cjs`);
  await bundleProgram("gateway/main.ts", temporary);
  fs.renameSync(temporary, path.join(dist, "gateway.cjs"));
}
