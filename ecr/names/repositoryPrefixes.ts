import type { Fault } from "../faults";
import { nameFaults, privateRules } from "./repositoryNames";

/** The prefix that matches every repository without another matching prefix. */
export const rootPrefix = "ROOT";

/**
 * Why ECR would refuse a repository name prefix (ECR API, PullThroughCacheRuleRepositoryPrefix and Prefix): the grammar
 * of private names, with or without the trailing `/` that ECR adds, or `ROOT`.
 *
 * @param subject What the prefix is for, in messages: `a creation template's prefix`.
 * @returns Every fault, or none. Never throws.
 */
export function repositoryPrefixFaults(
  prefix: unknown,
  path: string,
  subject: string,
  length: { minimum: number; maximum: number },
): Fault[] {
  return prefix === rootPrefix ? [] : nameFaults(prefix, path, { ...privateRules, subject, length, slashAtEnd: true });
}

/** The start of the names a prefix matches: the prefix with its `/`. Empty for `ROOT`, which matches every name. */
export function coveredNames(prefix: string): string {
  if (prefix === rootPrefix) {
    return "";
  }
  return prefix.endsWith("/") ? prefix : `${prefix}/`;
}

/** Why prefixes that must be unique are not: `prod` and `prod/` are the same. Never throws. */
export function repeatedPrefixFaults(entries: readonly { prefix: unknown; path: string }[], subject: string): Fault[] {
  const first = new Map<string, string>();
  const faults: Fault[] = [];
  for (const { prefix, path } of entries) {
    if (typeof prefix !== "string") {
      continue;
    }
    const names = coveredNames(prefix);
    const earlier = first.get(names);
    if (earlier === undefined) {
      first.set(names, path);
    } else {
      faults.push({
        path,
        value: prefix,
        rule: `a registry can have only one ${subject} for a prefix; ${earlier} already has this one.`,
        fix: "merge the two, or choose another prefix.",
      });
    }
  }
  return faults;
}
