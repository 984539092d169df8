import type { Fault } from "../faults";
import { oneOf } from "../values/nearestWord";
import { wildcardMatches } from "./wildcard";

/** ECR API, CreateRepository: imageTagMutability. */
export const imageTagMutabilities = [
  "MUTABLE",
  "IMMUTABLE",
  "MUTABLE_WITH_EXCLUSION",
  "IMMUTABLE_WITH_EXCLUSION",
] as const;

/**
 * Whether a tag can be moved to another image. `IMMUTABLE_WITH_EXCLUSION`: only tags that match a filter;
 * `MUTABLE_WITH_EXCLUSION`: every tag except those.
 */
export type ImageTagMutability = (typeof imageTagMutabilities)[number];

/** ECR API, ImageTagMutabilityExclusionFilter. */
export interface TagExclusionFilter {
  /** 1 to 128 letters, digits, `.`, `_`, `-` and at most two `*`, each for any number of characters. */
  filter: string;
  /** The only type ECR has. */
  filterType: "WILDCARD";
}

/** Which of a repository's tags can be moved to another image. */
export interface TagMutabilitySettings {
  /** @default "MUTABLE", as in ECR */
  imageTagMutability?: ImageTagMutability;
  /** 1 to 5; required with a `*_WITH_EXCLUSION` setting, refused otherwise. @default none */
  exclusionFilters?: readonly TagExclusionFilter[];
}

/** The same before validation: values from a config file or a request. */
export interface UncheckedTagMutability {
  imageTagMutability?: unknown;
  exclusionFilters?: unknown;
}

export const exclusionFilterLimits = { minimum: 1, maximum: 5, characters: 128, wildcards: 2 } as const;

const exclusionSettings: readonly unknown[] = ["MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"];

/**
 * Why ECR would refuse these settings (ECR API, PutImageTagMutability).
 *
 * @param path The object's path; faults are at `<path>.imageTagMutability` and `<path>.exclusionFilters[…]`. Empty: no
 * prefix.
 * @param spelling How the user writes a filter. @default as in ECR's API
 * @returns Every fault, or none. Never throws.
 */
export function tagMutabilityFaults(
  settings: UncheckedTagMutability,
  path: string,
  spelling = (pattern: string) => `{ filter: ${JSON.stringify(pattern)}, filterType: "WILDCARD" }`,
): Fault[] {
  const { imageTagMutability: mutability, exclusionFilters: filters } = settings;
  const at = (property: string) => (path === "" ? property : `${path}.${property}`);
  const faults: Fault[] = [];
  const known = mutability === undefined || (imageTagMutabilities as readonly unknown[]).includes(mutability);
  if (!known) {
    faults.push({
      path: at("imageTagMutability"),
      value: mutability,
      rule: "must be one of ECR's four tag mutability settings.",
      fix: oneOf(mutability, imageTagMutabilities),
    });
  }
  if (filters !== undefined && !Array.isArray(filters)) {
    faults.push({
      path: at("exclusionFilters"),
      value: filters,
      rule: "exclusion filters must be a list.",
      fix: 'write [{ filter: "latest", filterType: "WILDCARD" }].',
    });
    return faults;
  }
  const list: unknown[] = filters ?? [];
  if (exclusionSettings.includes(mutability)) {
    if (list.length < exclusionFilterLimits.minimum) {
      faults.push({
        path: at("exclusionFilters"),
        value: filters,
        rule: `${mutability} needs 1 to ${exclusionFilterLimits.maximum} exclusion filters; there are none.`,
        fix: `add a filter such as ${spelling("latest")}, or write ${String(mutability).replace("_WITH_EXCLUSION", "")}.`,
      });
    }
  } else if (known && list.length > 0) {
    const setting = mutability ?? "MUTABLE";
    faults.push({
      path: at("exclusionFilters"),
      value: filters,
      rule: `ECR does not accept exclusion filters with ${setting}.`,
      fix: `write imageTagMutability "${setting}_WITH_EXCLUSION", or leave the filters out.`,
    });
  }
  if (list.length > exclusionFilterLimits.maximum) {
    faults.push({
      path: at("exclusionFilters"),
      value: filters,
      rule: `ECR accepts at most ${exclusionFilterLimits.maximum} exclusion filters; there are ${list.length}.`,
      fix: "cover several tags with one filter and `*`, or leave some out.",
    });
  }
  list.forEach((filter, index) => {
    faults.push(...exclusionFilterFaults(filter, at(`exclusionFilters[${index}]`)));
  });
  return faults;
}

/** Why ECR would refuse one exclusion filter. Never throws. */
export function exclusionFilterFaults(filter: unknown, path: string): Fault[] {
  if (typeof filter !== "object" || filter === null || Array.isArray(filter)) {
    return [
      {
        path,
        value: filter,
        rule: "an exclusion filter must be an object with `filter` and `filterType`.",
        fix: 'write { filter: "latest", filterType: "WILDCARD" }.',
      },
    ];
  }
  const { filter: text, filterType } = filter as Record<string, unknown>;
  const faults: Fault[] = [];
  if (filterType !== "WILDCARD") {
    faults.push({
      path: `${path}.filterType`,
      value: filterType,
      rule: "WILDCARD is the only type of exclusion filter.",
      fix: 'write filterType: "WILDCARD".',
    });
  }
  const fault = (rule: string, fix: string) => faults.push({ path: `${path}.filter`, value: text, rule, fix });
  if (typeof text !== "string") {
    fault("an exclusion filter's pattern must be a string.", 'write a pattern such as "latest" or "dev-*".');
    return faults;
  }
  if (text.length === 0 || text.length > exclusionFilterLimits.characters) {
    fault(
      `an exclusion filter must have 1 to ${exclusionFilterLimits.characters} characters; this one has ${text.length}.`,
      text.length === 0 ? "write a pattern, or leave the filter out." : "shorten the pattern, with `*` if needed.",
    );
  }
  if (/[^0-9a-zA-Z._*-]/.test(text)) {
    fault("an exclusion filter can have only letters, digits, `.`, `_`, `-` and `*`.", "remove the other characters.");
  }
  const stars = text.split("*").length - 1;
  if (stars > exclusionFilterLimits.wildcards) {
    fault(
      `an exclusion filter can have at most ${exclusionFilterLimits.wildcards} \`*\`; this one has ${stars}.`,
      "leave some out, or write several filters.",
    );
  }
  return faults;
}

/** Whether a filter's pattern matches a tag: `*` is any number of characters, including none. */
export function filterMatches(filter: string, tag: string): boolean {
  return wildcardMatches(filter, tag);
}

/** Whether ECR allows a push to move this tag to another image. Expects settings without faults. */
export function isTagMutable(tag: string, settings: TagMutabilitySettings): boolean {
  const excluded = () => (settings.exclusionFilters ?? []).some(({ filter }) => filterMatches(filter, tag));
  switch (settings.imageTagMutability ?? "MUTABLE") {
    case "MUTABLE":
      return true;
    case "IMMUTABLE":
      return false;
    case "MUTABLE_WITH_EXCLUSION":
      return !excluded();
    case "IMMUTABLE_WITH_EXCLUSION":
      return excluded();
  }
}
