import { z } from "zod";
import { environmentSchema } from "../../config/sections";

/** The subset of JSON Schema that zod generates for the config. */
export interface JsonSchema {
  type?: string;
  description?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  required?: string[];
}

/** The `ecr:` keys of an environment's config. None is required, because every section has a default. */
export function environmentJsonSchema(): JsonSchema {
  return z.toJSONSchema(environmentSchema, { io: "input" }) as JsonSchema;
}

/**
 * JSON Schema of Pulumi.<env>.yaml for editors: strict for this project's keys, open for those of Pulumi and other
 * packages.
 */
export function stackFileJsonSchema(project: string): object {
  const { properties = {} } = environmentJsonSchema();
  const own = Object.entries(properties).map(([key, schema]) => [`${project}:${key}`, schema]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Pulumi.<env>.yaml of Amazon ECR as code",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(own),
        // A misspelled section is an error; config of other packages is not checked.
        patternProperties: { [`^(?!${project}:)`]: {} },
        additionalProperties: false,
      },
    },
  };
}
