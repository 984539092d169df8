import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { environmentJsonSchema } from "./jsonSchema";

/**
 * Pulumi.yaml with a `config` block at the end that declares every section. Pulumi requires keys without a default
 * there.
 */
export function pulumiProject(): string {
  const project = fs.readFileSync(path.join(__dirname, "../../Pulumi.yaml"), "utf8");
  const { properties = {} } = environmentJsonSchema();
  const config = Object.fromEntries(
    Object.entries(properties).map(([key, { description }]) => [key, { description, type: "object", default: {} }]),
  );
  return project.replace(/^config:.*/ms, stringify({ config }, { lineWidth: 0 }));
}
