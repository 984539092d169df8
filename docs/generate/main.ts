import * as fs from "node:fs";
import * as path from "node:path";
import { commandsReference } from "./commandsReference";
import { componentExamples, componentExamplesFile } from "./componentExamples";
import { configReference } from "./configReference";
import { stackFileJsonSchema } from "./jsonSchema";
import { licences } from "./licences";
import { outputsReference } from "./outputsReference";
import { packageReference } from "./packageReference";
import { packageSchema } from "./packageSchema";
import { policiesReference } from "./policiesReference";
import { policyConfigSchema } from "./policyConfigSchema";
import { pulumiProject } from "./pulumiProject";

/** The generated files by their paths within docs/, with their content. TypeDoc generates the component reference. */
export function generatedDocs(): Record<string, string> {
  const schema = packageSchema();
  return {
    "commands.md": commandsReference(),
    "config.md": configReference(),
    "config.schema.json": `${JSON.stringify(stackFileJsonSchema("ecr"), null, 2)}\n`,
    "../Pulumi.yaml": pulumiProject(),
    "outputs.md": outputsReference(),
    "licences.md": licences(),
    "policies.md": policiesReference(),
    "../policies/config.schema.json": `${JSON.stringify(policyConfigSchema(), null, 2)}\n`,
    "package-reference.md": packageReference(schema),
    "../provider/schema.json": `${JSON.stringify(schema, null, 2)}\n`,
  };
}

if (require.main === module) {
  for (const [name, content] of Object.entries(generatedDocs())) {
    fs.writeFileSync(path.join(__dirname, "..", name), content);
  }
  fs.writeFileSync(path.join(__dirname, "../..", componentExamplesFile), componentExamples());
}
