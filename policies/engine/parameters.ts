import type { PolicyConfigSchema } from "@pulumi/policy";
import { type Fault, faultMessage } from "../../ecr/faults";
import { tagGrammarFaults } from "../../ecr/tags/tagGrammar";

export type Parameters = PolicyConfigSchema["properties"];

/** A policy parameter with a fault that its schema cannot express. */
export class ParameterError extends Error {
  constructor(policy: string, fault: Fault) {
    super(`policy config: ${faultMessage({ ...fault, path: `${policy}.${fault.path}` })}`);
    this.name = "ParameterError";
    // Pulumi prints the stack trace of an error. The fault is in the user's config, so the trace would not help.
    this.stack = this.message;
  }
}

/**
 * A policy's config with the schema's defaults filled in.
 *
 * Pulumi has already checked the values against the schema, but it accepts parameters that are not in the schema: a
 * misspelled one would be silently ignored.
 *
 * @throws ParameterError for an unknown parameter; it lists the known ones.
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
        fix: near ? `write "${near}".` : `remove it; the parameters are ${known.join(", ")}.`,
      });
    }
  }
  const defaults = Object.fromEntries(Object.entries(schema).map(([key, { default: value }]) => [key, value]));
  return { ...defaults, ...given } as T;
}

/** Schema of a list of strings. */
export function stringListParameter(
  description: string,
  given: readonly string[] = [],
  item: object = {},
): Parameters[string] {
  return { type: "array", items: { type: "string", minLength: 1, ...item }, default: [...given], description };
}

/** Schema of a list of tag patterns; `*` matches any characters. */
export function tagPatterns(description: string, given: readonly string[]): Parameters[string] {
  return stringListParameter(description, given, { maxLength: 128, pattern: "^[0-9A-Za-z._*-]+$" });
}

/** Schema of a list of 12-digit account ids. */
export function accounts(description: string): Parameters[string] {
  return stringListParameter(description, [], { pattern: "^[0-9]{12}$" });
}

/** Schema of a list of repository names; `*` matches any characters. */
export function repositoryNames(description: string): Parameters[string] {
  const names = "Names of repositories and prefixes of creation templates; `*` matches any characters.";
  return stringListParameter(`${description} ${names}`, [], { pattern: "^[A-Za-z0-9._/*-]+$" });
}

/** Tags that are meant to move: the latest build, of a branch, of a pull request. */
export const movingTags = ["latest", "main", "dev-*", "pr-*"];

/** Schema of the format of release tags. */
export const releaseTagsParameter: Parameters[string] = {
  type: "string",
  minLength: 1,
  default: "semver",
  description:
    "Format of release tags: `semver`, `calver`, or a regular expression that matches the whole tag (without look-arounds " +
    "and word boundaries).",
};

/** @throws ParameterError when the format of release tags is not valid. */
export function checkReleaseTags(policy: string, releaseTags: string): void {
  const [fault] = tagGrammarFaults(releaseTags, "releaseTags");
  if (fault !== undefined) {
    throw new ParameterError(policy, fault);
  }
}
