import { wildcardMatches } from "../../ecr/tags/wildcard";

/** Whether a string matches one of the patterns; `*` matches any characters. */
export function matchesAny(text: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => wildcardMatches(pattern, text));
}
