import { z } from "zod";
import { outputsSchema, outputsVersion } from "../../outputs/schema";
import type { JsonSchema } from "./jsonSchema";

/** docs/outputs.md: the contract with the stacks that this one feeds, from the schema that they read it by. */
export function outputsReference(): string {
  const { properties = {} } = z.toJSONSchema(outputsSchema) as JsonSchema;
  return [
    "<!-- Made by `npm run docs` from outputs/schema.ts. -->",
    "# Outputs",
    "",
    `The stack's outputs are a contract, version ${outputsVersion}. Outputs may be added; one that is renamed, removed or changed in`,
    "meaning raises the version, and `EcrStack` (outputs/ecrStack.ts), by which other stacks read them, stops with a message.",
    "",
    "| output | what |",
    "|---|---|",
    ...rows("", properties),
    "",
  ].join("\n");
}

function rows(prefix: string, properties: Record<string, JsonSchema>): string[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const own = `| \`${prefix}${key}\` | ${schema.description ?? ""} |`;
    const values = schema.additionalProperties;
    if (schema.properties) return [own, ...rows(`${prefix}${key}.`, schema.properties)];
    if (typeof values === "object" && values.properties)
      return [own, ...rows(`${prefix}${key}.<key>.`, values.properties)];
    return [own];
  });
}
