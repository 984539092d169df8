// npm run sbom:project: what this project itself is made of, as CycloneDX JSON in sbom/project.cdx.json; packages that only
// its development needs are marked so. (npm run sbom is about the images of a stack.)
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { fileURLToPath } from "node:url";
import { answerHelp } from "./help.mjs";

answerHelp("npm run sbom:project", "Writes an SBOM of the project itself in CycloneDX JSON: sbom/project.cdx.json.");

const root = fileURLToPath(new URL("..", import.meta.url));
// Not with --omit=dev: in workspaces npm then leaves out packages that run too, such as zod.
const args = ["sbom", "--package-lock-only", "--sbom-format=cyclonedx", "--sbom-type=application"];
const bom = JSON.parse(execFileSync("npm", args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 }));
// npm names the project by its folder, whatever package.json says.
const { name } = JSON.parse(fs.readFileSync(`${root}/package.json`, "utf8"));
bom.metadata.component.name = name;
// Of several copies of a package npm lists the first: one that runs too is no tool of development only.
const { packages } = JSON.parse(fs.readFileSync(`${root}/package-lock.json`, "utf8"));
const runs = new Set(
  Object.entries(packages)
    .filter(([, { dev }]) => !dev)
    .map(([folder, { name: real, version }]) => `${real ?? folder.split("node_modules/").pop()}@${version}`),
);
for (const component of bom.components) {
  if (!runs.has(component["bom-ref"])) continue;
  component.scope = "required";
  component.properties = component.properties.filter((each) => each.name !== "cdx:npm:package:development");
}
fs.mkdirSync(`${root}/sbom`, { recursive: true });
fs.writeFileSync(`${root}/sbom/project.cdx.json`, `${JSON.stringify(bom, null, 2)}\n`);
console.log(`sbom/project.cdx.json: ${bom.components.length} packages`);
