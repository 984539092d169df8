// npm run sbom:project: writes the SBOM of this project itself as CycloneDX JSON to sbom/project.cdx.json; packages
// needed only for development are marked. (npm run sbom covers the images of a stack.)
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { fileURLToPath } from "node:url";
import { answerHelp } from "./help.mjs";

answerHelp("npm run sbom:project", "Writes an SBOM of the project itself in CycloneDX JSON: sbom/project.cdx.json.");

const root = fileURLToPath(new URL("..", import.meta.url));
// Without --omit=dev: in workspaces, npm then also omits packages that are needed at run time, such as zod.
const args = ["sbom", "--package-lock-only", "--sbom-format=cyclonedx", "--sbom-type=application"];
const bom = JSON.parse(execFileSync("npm", args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 }));
// npm names the project after its folder, regardless of package.json.
const { name } = JSON.parse(fs.readFileSync(`${root}/package.json`, "utf8"));
bom.metadata.component.name = name;
// npm lists only the first of several copies of a package. If another copy is used at run time, the package is not
// development-only.
const { packages } = JSON.parse(fs.readFileSync(`${root}/package-lock.json`, "utf8"));
const runs = new Set(
  Object.entries(packages)
    .filter(([, { dev }]) => !dev)
    .map(([folder, { name: real, version }]) => `${real ?? folder.split("node_modules/").pop()}@${version}`),
);
// npm lists the project's own publishable packages among its dependencies.
const own = new Set(
  Object.entries(packages)
    .filter(([folder]) => !folder.includes("node_modules/"))
    .map(([, { name: workspace, version }]) => `${workspace}@${version}`),
);
bom.components = bom.components.filter((component) => !own.has(component["bom-ref"]));
for (const component of bom.components) {
  if (!runs.has(component["bom-ref"])) continue;
  component.scope = "required";
  component.properties = component.properties.filter((each) => each.name !== "cdx:npm:package:development");
}
fs.mkdirSync(`${root}/sbom`, { recursive: true });
fs.writeFileSync(`${root}/sbom/project.cdx.json`, `${JSON.stringify(bom, null, 2)}\n`);
console.log(`sbom/project.cdx.json: ${bom.components.length} packages`);
