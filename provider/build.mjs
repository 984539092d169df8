// Bundles the provider, in about a tenth of a second: index.js, a single file, so that the engine starts it without
// searching node_modules; components.js, which index.js starts for programs in other languages and which needs the SDKs
// next to it. With them bin/ is a plugin by itself, for `pulumi package add` of a clone: Pulumi has npm install the
// packages in a plugin's package.json. In a workspace that would install the whole project, which is right only for
// `pulumi package add` of a Git address: the root's `prepare` then builds this.
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const provider = path.dirname(fileURLToPath(import.meta.url));

/** As ../provider/pulumi-resource-ecr, which explains it. */
const program = '#!/bin/sh\n":" //; exec node --max-semi-space-size=1 "$0" "$@"\nrequire("./index.js");\n';

/** @param {string} [outfile] Where to write it; by default the file in package.json. */
export async function buildProvider(outfile = path.join(provider, "bin", "index.js")) {
  const folder = path.dirname(outfile);
  await bundle(path.join(provider, "components", "program.ts"), path.join(folder, "components.js"), ["@pulumi/*"]);
  await bundle(path.join(provider, "main.ts"), outfile);
  for (const file of ["schema.json", "PulumiPlugin.yaml"]) {
    place(path.join(folder, file), fs.readFileSync(path.join(provider, file)));
  }
  const { name, version, license } = JSON.parse(fs.readFileSync(path.join(provider, "package.json"), "utf8"));
  place(path.join(folder, "package.json"), JSON.stringify({ name, version, license, private: true, main: "index.js" }));
  place(path.join(folder, "pulumi-resource-ecr"), program, 0o755);
  return outfile;
}

/** @param {string[]} [external] Packages that are not bundled. */
async function bundle(entryPoint, outfile, external = []) {
  const { outputFiles } = await build({
    entryPoints: [entryPoint],
    outfile,
    external,
    write: false,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    logLevel: "warning",
  });
  place(outfile, outputFiles[0].contents);
}

/** Writes a file atomically: another command started at the same time must not read a half-written one. */
function place(file, content, mode = 0o644) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(unfinished, content, { mode });
  fs.renameSync(unfinished, file);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await buildProvider();
