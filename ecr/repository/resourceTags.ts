import type { Fault } from "../faults";
import { isObject } from "../values/jsonObjects";
import { characterCount } from "../values/stringLength";

/**
 * Limits for the tags of one AWS resource, keys and values in Unicode characters (AWS General Reference, "Tagging AWS
 * resources"; ECR API, Tag).
 */
export const resourceTagLimits = { tags: 50, key: 128, value: 256 } as const;

/**
 * Why AWS would refuse a resource's tags, given as a map or, as in the ECR API, as a list of `Key` and `Value`.
 *
 * @returns Every fault, or none. Never throws.
 */
export function resourceTagFaults(tags: unknown, path: string): Fault[] {
  const entries = tagEntries(tags, path);
  if (entries === undefined) {
    return [{ path, value: tags, rule: "tags must be an object of keys and values.", fix: 'write { team: "pets" }.' }];
  }
  const faults = entries.flatMap(({ key, value, at }) => [...keyFaults(key, at), ...valueFaults(value, at)]);
  if (entries.length > resourceTagLimits.tags) {
    faults.push({
      path,
      value: tags,
      rule: `a resource can have at most ${resourceTagLimits.tags} tags; there are ${entries.length}.`,
      fix: "leave some out.",
    });
  }
  const seen = new Set<unknown>();
  for (const { key, at } of entries) {
    if (typeof key === "string" && seen.has(key)) {
      faults.push({
        path: at,
        value: key,
        rule: "each tag of a resource must have its own key.",
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
  if (typeof key !== "string" || key === "" || characterCount(key) > resourceTagLimits.key) {
    return fault(`a tag's key must have 1 to ${resourceTagLimits.key} characters.`, "write a key of that length.");
  }
  if (/^aws:/i.test(key)) {
    return fault("a tag's key must not begin with `aws:`, which AWS reserves.", "choose another key.");
  }
  return allowed(key) ? [] : fault(`a tag's key can have only ${allowedCharacters}.`, "remove the other characters.");
}

function valueFaults(value: unknown, path: string): Fault[] {
  const fault = (rule: string, fix: string): Fault[] => [{ path, value, rule, fix }];
  if (typeof value !== "string" || characterCount(value) > resourceTagLimits.value) {
    return fault(
      `a tag's value must be a string of at most ${resourceTagLimits.value} characters.`,
      "write such a string.",
    );
  }
  return allowed(value)
    ? []
    : fault(`a tag's value can have only ${allowedCharacters}.`, "remove the other characters.");
}

const allowedCharacters = "letters, digits, spaces and `_.:/=+-@`";

function allowed(text: string): boolean {
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
}
