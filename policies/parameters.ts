import type { PolicyConfigSchema } from "@pulumi/policy";
import { showValue } from "../ecr/faults";

export type Parameters = PolicyConfigSchema["properties"];

/**
 * A policy's config with the schema's defaults filled in.
 *
 * Pulumi has checked the values against the schema by now; it lets parameters through that no schema names, and a
 * misspelled one would then change nothing, without a word.
 *
 * @throws An Error that names the policy, the parameter and those that there are.
 */
export function readParameters<T extends object>(
  policy: string,
  schema: Parameters,
  args: { getConfig<C extends object>(): C },
): T {
  const given = args.getConfig<Record<string, unknown>>();
  for (const key of Object.keys(given)) {
    if (!(key in schema)) {
      const known = Object.keys(schema);
      const near = known.find((each) => each.toLowerCase() === key.toLowerCase());
      const error = new Error(
        `policy config: ${policy}.${key}: ${showValue(given[key])} — ${policy} has no parameter "${key}". ` +
          `Fix: ${near ? `write "${near}"` : `leave it out; its parameters are ${known.join(", ")}`}.`,
      );
      // Pulumi prints the stack of an error; this one is the user's to put right, where it was thrown says nothing.
      error.stack = error.message;
      throw error;
    }
  }
  const defaults = Object.fromEntries(Object.entries(schema).map(([key, { default: value }]) => [key, value]));
  return { ...defaults, ...given } as T;
}

/** Schema of a list of repositories by name: `*` in an entry stands for any number of characters. */
export function repositoryNames(description: string): Parameters[string] {
  return {
    type: "array",
    items: { type: "string", minLength: 1, pattern: "^[A-Za-z0-9._/*-]+$" },
    default: [],
    description: `${description} Names of repositories and prefixes of creation templates; \`*\` stands for any characters.`,
  };
}
