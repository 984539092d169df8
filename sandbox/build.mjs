// Bundles the sandbox's programs into sandbox/dist and the policy pack into policies/bin, in about a tenth of a second.
// Plugins and the language host start with every Pulumi command, so each is a single file that does not need
// node_modules.
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { lazyPackages } from "./lazyPackages.mjs";

const sandbox = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(sandbox, "dist");

/** Entry point (below sandbox/) of each bundle. */
const entryPoints = {
  cli: "cli/main.ts",
  "docker-credential-ecr-sandbox": "services/dockerCredentialHelper.ts",
  gateway: "gateway/main.ts",
  "language-host": "languageHost/main.ts",
  "lazy-sdk-parts": "languageHost/lazySdkParts.ts",
  "pulumi-resource-docker": "providers/docker/main.ts",
  "pulumi-resource-docker-build": "providers/dockerBuild/main.ts",
};
/** Most commands use two or three of its fourteen AWS clients, and loading one takes tens of milliseconds. */
const awsStandIn = { "pulumi-resource-aws": "providers/aws/main.ts" };
const lazyAwsClients = () => lazyPackages(/^@aws-sdk\/client-/, path.join(sandbox, "providers/aws"));
/** A component uses the project's installed SDKs, which are too large to bundle. */
const onProjectPackages = { "pulumi-resource-awsx": "providers/awsx/main.ts" };

export async function buildSandbox() {
  await Promise.all([
    // A native module cannot be bundled; only the gateway, which runs from the project, uses it.
    bundle(entryPoints, ["lmdb"]),
    bundle(awsStandIn, [], [lazyAwsClients()]),
    bundle(onProjectPackages, ["@pulumi/aws", "@pulumi/pulumi"]),
    bundleCommand(),
  ]);
}

/** The command of the installed package. */
async function bundleCommand() {
  const { outputFiles } = await build({
    entryPoints: [path.join(sandbox, "packageCommand.mjs")],
    outfile: path.join(dist, "ecr-sandbox.mjs"),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    banner: { js: "#!/usr/bin/env node" },
    logLevel: "warning",
    write: false,
  });
  for (const file of outputFiles) writeWhole(file.path, file.contents);
}

async function bundle(entries, external, plugins = []) {
  const { outputFiles } = await build({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, path.join(sandbox, file)])),
    outdir: dist,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    banner: { js: "#!/usr/bin/env node" },
    external,
    plugins,
    sourcemap: "linked",
    logLevel: "warning",
    write: false,
  });
  for (const file of outputFiles) writeWhole(file.path, file.contents);
}

/** Renamed into place: another command started at the same time must not read a half-written file. */
function writeWhole(file, contents) {
  const unfinished = `${file}.${process.pid}.tmp`;
  fs.mkdirSync(dist, { recursive: true });
  fs.writeFileSync(unfinished, contents, { mode: /\.[cm]js$/.test(file) ? 0o755 : 0o644 });
  fs.renameSync(unfinished, file);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await buildSandbox();
