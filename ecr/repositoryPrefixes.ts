import type { Fault } from "./faults";
import { nameFaults, privateRules } from "./repositoryNames";

/** The prefix that stands for every repository that no other prefix covers. */
export const rootPrefix = "ROOT";

/**
 * Why ECR would refuse a prefix of repository names (ECR API, PullThroughCacheRuleRepositoryPrefix and Prefix): the
 * grammar of private names, with or without the `/` that ECR adds at the end, or `ROOT`.
 *
 * @param subject What is checked, as messages say it: `a creation template's prefix`.
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

/** How the names begin that a prefix covers: the prefix and its `/`. `ROOT` covers every name, so it is empty. */
export function coveredNames(prefix: string): string {
  if (prefix === rootPrefix) {
    return "";
  }
  return prefix.endsWith("/") ? prefix : `${prefix}/`;
}

/** Why prefixes that are each to be there once are not: `prod` and `prod/` are the same one. Never throws. */
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
        rule: `a registry has one ${subject} for a prefix; ${earlier} has this one already.`,
        fix: "put the two together, or choose another prefix.",
      });
    }
  }
  return faults;
}
