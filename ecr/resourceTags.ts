import type { Fault } from "./faults";
import { isObject } from "./jsonObjects";
import { characters } from "./textLength";

/** Limits of the tags of one AWS resource, keys and values in characters of Unicode (AWS General Reference, "Tagging AWS resources"; ECR API, Tag). */
export const resourceTagLimits = { tags: 50, key: 128, value: 256 } as const;

/**
 * Why AWS would refuse a resource's tags, given as a map or, as the ECR API has them, as a list of `Key` and `Value`.
 *
 * @returns Every fault, or none. Never throws.
 */
export function resourceTagFaults(tags: unknown, path: string): Fault[] {
  const entries = tagEntries(tags, path);
  if (entries === undefined) {
    return [{ path, value: tags, rule: "tags are keys with values.", fix: 'write { team: "pets" }.' }];
  }
  const faults = entries.flatMap(({ key, value, at }) => [...keyFaults(key, at), ...valueFaults(value, at)]);
  if (entries.length > resourceTagLimits.tags) {
    faults.push({
      path,
      value: tags,
      rule: `a resource has at most ${resourceTagLimits.tags} tags, there are ${entries.length}.`,
      fix: "leave some out.",
    });
  }
  const seen = new Set<unknown>();
  for (const { key, at } of entries) {
    if (typeof key === "string" && seen.has(key)) {
      faults.push({
        path: at,
        value: key,
        rule: "each tag of a resource has a key of its own.",
        fix: "leave one out.",
      });
    }
    seen.add(key);
  }
  return faults;
}

function tagEntries(tags: unknown, path: string): { key: unknown; value: unknown; at: string }[] | undefined {
  if (Array.isArray(tags)) {
    return tags.map((tag: unknown, index) => {
      const { Key: key, Value: value } = isObject(tag) ? tag : {};
      return { key, value, at: `${path}[${index}]` };
    });
  }
  return isObject(tags)
    ? Object.entries(tags).map(([key, value]) => ({ key, value, at: `${path}[${JSON.stringify(key)}]` }))
    : undefined;
}

function keyFaults(key: unknown, path: string): Fault[] {
  const fault = (rule: string, fix: string): Fault[] => [{ path, value: key, rule, fix }];
  if (typeof key !== "string" || key === "" || characters(key) > resourceTagLimits.key) {
    return fault(`a tag's key has 1 to ${resourceTagLimits.key} characters.`, "write a key of that length.");
  }
  if (/^aws:/i.test(key)) {
    return fault("keys that begin with `aws:` are AWS's own.", "choose another key.");
  }
  return allowed(key) ? [] : fault(`a tag's key has only ${allowedCharacters}.`, "leave the other characters out.");
}

function valueFaults(value: unknown, path: string): Fault[] {
  const fault = (rule: string, fix: string): Fault[] => [{ path, value, rule, fix }];
  if (typeof value !== "string" || characters(value) > resourceTagLimits.value) {
    return fault(`a tag's value is text of at most ${resourceTagLimits.value} characters.`, "write such a text.");
  }
  return allowed(value) ? [] : fault(`a tag's value has only ${allowedCharacters}.`, "leave the other characters out.");
}

const allowedCharacters = "letters, digits, spaces and `_.:/=+-@`";

function allowed(text: string): boolean {
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
}
