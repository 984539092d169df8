import { rules } from "../../policies/rules";

/** Enforcement levels that the engine accepts. */
const enforcementLevels = ["advisory", "mandatory", "remediate", "disabled"];
const level = { enum: enforcementLevels };

/**
 * JSON Schema of policies/config/<env>.json, for editors and for `npm run validate`, because the engine silently drops
 * rule names that it does not know.
 */
export function policyConfigSchema(): Record<string, unknown> {
  const properties = rules.map(({ name, description, configSchema }) => [
    name,
    {
      description,
      oneOf: [
        level,
        {
          type: "object",
          properties: { enforcementLevel: level, ...configSchema?.properties },
          additionalProperties: false,
        },
      ],
    },
  ]);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Policy config of an environment",
    type: "object",
    properties: {
      all: { description: "The level of each rule that is not named", oneOf: [level, { type: "object" }] },
      ...Object.fromEntries(properties),
    },
    additionalProperties: false,
  };
}
