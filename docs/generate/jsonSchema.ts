import { z } from "zod";
import { environmentSchema } from "../../config/schema";

/** The part of JSON Schema that the config's schema comes out as. */
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

/** What may stand below `ecr:` in an environment's config; nothing is required, since every section has a default. */
export function environmentJsonSchema(): JsonSchema {
  return z.toJSONSchema(environmentSchema, { io: "input" }) as JsonSchema;
}

/** JSON Schema of a file Pulumi.<env>.yaml, for editors: our own keys strictly, other packages' and Pulumi's freely. */
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
        // A misspelt section is an error; config of other packages is theirs to check.
        patternProperties: { [`^(?!${project}:)`]: {} },
        additionalProperties: false,
      },
    },
  };
}
