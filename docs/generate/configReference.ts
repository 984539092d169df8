import { environmentJsonSchema, type JsonSchema } from "./jsonSchema";

/** docs/config.md: every key of the config with its type and what it means, from the schema that checks it. */
export function configReference(): string {
  const { properties = {} } = environmentJsonSchema();
  const sections = Object.entries(properties).map(([key, schema]) => section(`ecr:${key}`, schema));
  return [
    "<!-- Made by `npm run docs` from config/schema. -->",
    "# Config",
    "",
    "What stands in `Pulumi.<env>.yaml` below `config:`. Unknown keys, wrong types and everything that ECR would refuse are",
    "reported in one error with their paths, before anything is created. Editors that know JSON Schema check the file while",
    "you type: its schema is [config.schema.json](config.schema.json).",
    "",
    ...sections,
  ].join("\n");
}

function section(title: string, schema: JsonSchema): string {
  const rows = rowsOf("", valuesOf(schema));
  return [
    `## \`${title}\``,
    "",
    `${sentence(schema.description)}${isMap(schema) ? " By a key of your choice:" : ""}`,
    "",
    ...(rows.length > 0 ? ["| key | value | what |", "|---|---|---|", ...rows, ""] : []),
  ].join("\n");
}

/** A section is a map from keys of the user's own to objects, or one object. */
function isMap(schema: JsonSchema): boolean {
  return typeof schema.additionalProperties === "object" && schema.additionalProperties.properties !== undefined;
}

function valuesOf(schema: JsonSchema): JsonSchema {
  return isMap(schema) ? (schema.additionalProperties as JsonSchema) : schema;
}

function rowsOf(prefix: string, schema: JsonSchema): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const path = `${prefix}${key}`;
    const required = schema.required?.includes(key) ? " (required)" : "";
    const row = `| \`${path}\` | ${typeOf(property)}${required} | ${sentence(property.description)} |`;
    return [row, ...nested(path, property)];
  });
}

/** The keys of an object, of the objects in a list, of those in a map, and of an object among alternatives. */
function nested(path: string, schema: JsonSchema): string[] {
  if (schema.properties) return rowsOf(`${path}.`, schema);
  if (schema.items?.properties) return rowsOf(`${path}[].`, schema.items);
  if (isMap(schema)) return rowsOf(`${path}.<key>.`, valuesOf(schema));
  return (schema.anyOf ?? []).flatMap((alternative) => nested(path, alternative));
}

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(", ");
  if (schema.anyOf) return schema.anyOf.map(typeOf).join("; or ");
  if (schema.type === "array") return `list of ${schema.items ? typeOf(schema.items) : "values"}`;
  if (schema.type === "object") return schema.properties ? "object" : "map";
  return schema.type === "string" ? "text" : (schema.type ?? "value");
}

function sentence(text: string | undefined): string {
  return text === undefined ? "" : `${text.replaceAll("|", "\\|")}.`;
}
