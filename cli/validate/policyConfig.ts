import * as fs from "node:fs";
import * as path from "node:path";
import type { Fault } from "../../ecr/faults";
import { isObject } from "../../ecr/values/jsonObjects";
import { oneOf } from "../../ecr/values/nearestWord";
import { policyConfigFile } from "../project";

/** The parts of policies/config.schema.json used here, which `npm run docs` generates from the rules. */
interface PolicyConfigSchema {
  properties: Record<string, { oneOf: [{ enum: string[] }, { properties?: Record<string, unknown> }] }>;
}

/**
 * Faults of an environment's policy config. Pulumi validates parameter values when it starts the pack, but silently
 * drops an unknown rule name and its level.
 */
export function policyConfigFaults(project: string, environment: string): Fault[] {
  const file = policyConfigFile(environment);
  const place = path.join(project, file);
  if (!fs.existsSync(place)) {
    const rule = "each environment needs its own policy config.";
    return [{ path: file, value: undefined, rule, fix: "copy one from policies/config to this name." }];
  }
  const text = fs.readFileSync(place, "utf8");
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (error) {
    return [{ path: file, value: text, rule: "must be JSON.", fix: `correct it: ${(error as Error).message}.` }];
  }
  if (!isObject(config)) {
    return [{ path: file, value: config, rule: "must be an object, by rule.", fix: "see docs/policies.md." }];
  }
  const schema = path.join(project, "policies", "config.schema.json");
  // A pack referenced by name has no such file.
  if (!fs.existsSync(schema)) return [];
  const { properties } = JSON.parse(fs.readFileSync(schema, "utf8")) as PolicyConfigSchema;
  return Object.entries(config).flatMap(([rule, setting]) =>
    ruleFaults(rule, setting, properties).map((fault) => ({ ...fault, path: `${file}: ${fault.path}` })),
  );
}

function ruleFaults(rule: string, setting: unknown, rules: PolicyConfigSchema["properties"]): Fault[] {
  const known = rules[rule];
  if (known === undefined) {
    const names = Object.keys(rules);
    return [{ path: rule, value: setting, rule: "the pack has no such rule.", fix: oneOf(rule, names) }];
  }
  const [levels, { properties = {} }] = known.oneOf;
  const level = isObject(setting) ? setting["enforcementLevel"] : setting;
  const faults: Fault[] = [];
  if (level !== undefined && !levels.enum.includes(level as string)) {
    const at = isObject(setting) ? `${rule}.enforcementLevel` : rule;
    faults.push({ path: at, value: level, rule: "must be a level.", fix: oneOf(level, levels.enum) });
  }
  if (!isObject(setting) || rule === "all") return faults;
  const parameters = Object.keys(properties);
  for (const [name, value] of Object.entries(setting).filter(([key]) => !parameters.includes(key))) {
    faults.push({
      path: `${rule}.${name}`,
      value,
      rule: "the rule has no such parameter.",
      fix: oneOf(name, parameters),
    });
  }
  return faults;
}
