import type { PolicyConfigSchema } from "@pulumi/policy";
import { type Fault, faultMessage } from "../ecr/faults";

export type Parameters = PolicyConfigSchema["properties"];

/** A parameter in the policy config that is wrong in a way that its schema cannot see. */
export class ParameterError extends Error {
  constructor(policy: string, fault: Fault) {
    super(`policy config: ${faultMessage({ ...fault, path: `${policy}.${fault.path}` })}`);
    this.name = "ParameterError";
    // Pulumi prints the stack of an error; this one is the user's to put right, where it was thrown says nothing.
    this.stack = this.message;
  }
}

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
    if (!Object.hasOwn(schema, key)) {
      const known = Object.keys(schema);
      const near = known.find((each) => each.toLowerCase() === key.toLowerCase());
      throw new ParameterError(policy, {
        path: key,
        value: given[key],
        rule: `${policy} has no parameter "${key}".`,
        fix: near ? `write "${near}".` : `leave it out; its parameters are ${known.join(", ")}.`,
      });
    }
  }
  const defaults = Object.fromEntries(Object.entries(schema).map(([key, { default: value }]) => [key, value]));
  return { ...defaults, ...given } as T;
}

/** Schema of a list of texts. */
export function texts(description: string, given: readonly string[] = [], item: object = {}): Parameters[string] {
  return { type: "array", items: { type: "string", minLength: 1, ...item }, default: [...given], description };
}

/** Schema of a list of patterns of tags: `*` stands for any number of characters. */
export function tagPatterns(description: string, given: readonly string[]): Parameters[string] {
  return texts(description, given, { maxLength: 128, pattern: "^[0-9A-Za-z._*-]+$" });
}

/** Schema of a list of accounts, as 12 digits. */
export function accounts(description: string): Parameters[string] {
  return texts(description, [], { pattern: "^[0-9]{12}$" });
}

/** Schema of a list of repositories by name: `*` in an entry stands for any number of characters. */
export function repositoryNames(description: string): Parameters[string] {
  const names = "Names of repositories and prefixes of creation templates; `*` stands for any characters.";
  return texts(`${description} ${names}`, [], { pattern: "^[A-Za-z0-9._/*-]+$" });
}
