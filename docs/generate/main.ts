import * as fs from "node:fs";
import * as path from "node:path";
import { commandsReference } from "./commandsReference";
import { componentExamples, componentExamplesFile } from "./componentExamples";
import { configReference } from "./configReference";
import { stackFileJsonSchema } from "./jsonSchema";
import { licences } from "./licences";
import { outputsReference } from "./outputsReference";

/** The generated files below docs/, by name, with their content. The component reference is typedoc's. */
export function generatedDocs(): Record<string, string> {
  return {
    "commands.md": commandsReference(),
    "config.md": configReference(),
    "config.schema.json": `${JSON.stringify(stackFileJsonSchema("ecr"), null, 2)}\n`,
    "outputs.md": outputsReference(),
    "licences.md": licences(),
  };
}

if (require.main === module) {
  for (const [name, content] of Object.entries(generatedDocs())) {
    fs.writeFileSync(path.join(__dirname, "..", name), content);
  }
  fs.writeFileSync(path.join(__dirname, "../..", componentExamplesFile), componentExamples());
}
