import type { Fault } from "../faults";
import { wildcardMatches } from "../tags/wildcard";
import { isObject } from "../values/jsonObjects";
import { oneOf } from "../values/nearestWord";

/**
 * The registry's scanning configuration, whose rules take precedence over each repository's own scan on push. Source:
 * ECR API, PutRegistryScanningConfiguration; ECR user guide, "Filters to choose which repositories are scanned".
 */
export const scanningLimits = {
  /** Number of rules: at most one for each frequency. */
  rules: 2,
  /** Filters of one rule. */
  filters: 100,
  /** Length of a filter in characters. */
  filter: { minimum: 1, maximum: 255 },
} as const;

/** `BASIC`: ECR's own scanner. `ENHANCED`: Amazon Inspector, at additional cost. */
export const scanTypes = ["BASIC", "ENHANCED"] as const;
export type ScanType = (typeof scanTypes)[number];

/** When images are scanned; `MANUAL`: only on request. */
export const scanFrequencies = ["SCAN_ON_PUSH", "CONTINUOUS_SCAN", "MANUAL"] as const;
export type ScanFrequency = (typeof scanFrequencies)[number];

/**
 * Which frequencies each type allows. The API's documentation allows only SCAN_ON_PUSH for BASIC; the API and the AWS
 * provider also accept MANUAL, which is what a repository without a rule has.
 */
const frequenciesOf: Record<ScanType, readonly ScanFrequency[]> = {
  BASIC: ["SCAN_ON_PUSH", "MANUAL"],
  ENHANCED: ["SCAN_ON_PUSH", "CONTINUOUS_SCAN"],
};

/** A registry's scanning configuration in ECR's API. */
export interface ScanningConfiguration {
  /** @default "BASIC" */
  scanType?: ScanType;
  /** At most 2, with different frequencies. @default none: nothing is scanned automatically */
  rules?: readonly ScanningRule[];
}

export interface ScanningRule {
  scanFrequency: ScanFrequency;
  /** At most 100; the frequency applies to repositories that match one of them. */
  repositoryFilters: readonly ScanningFilter[];
}

export interface ScanningFilter {
  /** 1 to 255 characters. With `*` the whole name must match; without, the name must contain the string. */
  filter: string;
  filterType: "WILDCARD";
}

/**
 * Why ECR would refuse a scanning configuration.
 *
 * @param configuration Any value; validated as ScanningConfiguration.
 * @param path The configuration's path; faults are at `<path>.rules[0].scanFrequency` and so on.
 * @returns Every fault, or none. Never throws.
 */
export function scanningFaults(configuration: unknown, path: string): Fault[] {
  if (!isObject(configuration)) {
    return [
      {
        path,
        value: configuration,
        rule: "a scanning configuration must be an object.",
        fix: 'write { scanType: "BASIC", rules: […] }.',
      },
    ];
  }
  const { scanType = "BASIC", rules = [] } = configuration;
  const faults: Fault[] = [];
  const type = scanTypes.find((each) => each === scanType);
  if (type === undefined) {
    faults.push({
      path: `${path}.scanType`,
      value: scanType,
      rule: "must be one of ECR's two scan types.",
      fix: oneOf(scanType, scanTypes),
    });
  }
  if (!Array.isArray(rules)) {
    faults.push({
      path: `${path}.rules`,
      value: rules,
      rule: "scanning rules must be a list.",
      fix: "write a list of rules.",
    });
    return faults;
  }
  if (rules.length > scanningLimits.rules) {
    faults.push({
      path: `${path}.rules`,
      value: rules,
      rule: `a registry can have at most ${scanningLimits.rules} scanning rules; there are ${rules.length}.`,
      fix: "merge the filters of one frequency into one rule.",
    });
  }
  const frequencies = rules.map((rule: unknown) => (isObject(rule) ? rule["scanFrequency"] : undefined));
  rules.forEach((rule: unknown, index) => {
    const at = `${path}.rules[${index}]`;
    faults.push(...ruleFaults(rule, at, type));
    const earlier = frequencies.indexOf(frequencies[index]);
    if (earlier < index && frequencies[index] !== undefined) {
      faults.push({
        path: `${at}.scanFrequency`,
        value: frequencies[index],
        rule: `each scanning rule must have its own frequency; ${path}.rules[${earlier}] already has this one.`,
        fix: "merge the filters of both into one rule.",
      });
    }
  });
  return faults;
}

/** Why a string is not a scanning filter (ECR API, ScanningRepositoryFilterValue). Never throws. */
export function scanningFilterFaults(filter: unknown, path: string): Fault[] {
  const { minimum, maximum } = scanningLimits.filter;
  const fault = (rule: string, fix: string): Fault[] => [{ path, value: filter, rule, fix }];
  if (typeof filter !== "string" || filter.length < minimum || filter.length > maximum) {
    return fault(
      `a scanning filter must have ${minimum} to ${maximum} characters.`,
      'write one such as "*" or "prod*".',
    );
  }
  // The API's own pattern without its nested repetition, which takes exponential time on some strings.
  if (!/^[a-z0-9*]+(?:[._/-][a-z0-9*]+)*$/.test(filter)) {
    return fault(
      "a scanning filter must be lower-case letters, digits and `*`, with a single `.`, `_`, `-` or `/` between them.",
      "write part of a repository's name, with `*` for the rest.",
    );
  }
  return [];
}

/** Whether a scanning filter matches a repository: the whole name with `*`, part of it without. */
export function scanningFilterMatches(filter: string, repositoryName: string): boolean {
  return filter.includes("*") ? wildcardMatches(filter, repositoryName) : repositoryName.includes(filter);
}

/**
 * How often images are scanned. The registry's rules take precedence over the repository's own setting; when several
 * match, continuous scanning comes before scan on push. When none matches, BASIC uses the repository's own setting, and
 * ENHANCED does not scan (`undefined`).
 *
 * @param fitting Frequencies of the registry's rules that match the repository.
 * @param scanOnPush The repository's own setting.
 */
export function effectiveFrequency(
  scanType: ScanType | undefined,
  fitting: readonly ScanFrequency[],
  scanOnPush: boolean,
): ScanFrequency | undefined {
  const order: readonly ScanFrequency[] = ["CONTINUOUS_SCAN", "SCAN_ON_PUSH", "MANUAL"];
  const first = order.find((frequency) => fitting.includes(frequency));
  return first ?? (scanType === "ENHANCED" ? undefined : scanOnPush ? "SCAN_ON_PUSH" : "MANUAL");
}

/** Whether ECR scans automatically at this frequency: on push or continuously. */
export function isAutomatic(frequency: ScanFrequency | undefined): boolean {
  return frequency === "SCAN_ON_PUSH" || frequency === "CONTINUOUS_SCAN";
}

function ruleFaults(rule: unknown, path: string, scanType: ScanType | undefined): Fault[] {
  if (!isObject(rule)) {
    const fix = "write { scanFrequency, repositoryFilters }.";
    return [{ path, value: rule, rule: "a scanning rule must be an object.", fix }];
  }
  return [
    ...frequencyFaults(rule["scanFrequency"], `${path}.scanFrequency`, scanType),
    ...filterListFaults(rule["repositoryFilters"], `${path}.repositoryFilters`),
  ];
}

function frequencyFaults(frequency: unknown, path: string, scanType: ScanType | undefined): Fault[] {
  const known = scanFrequencies.find((each) => each === frequency);
  const fault = (rule: string, fix: string): Fault[] => [{ path, value: frequency, rule, fix }];
  if (known === undefined) {
    return fault("must be one of ECR's three scan frequencies.", oneOf(frequency, scanFrequencies));
  }
  if (scanType === undefined || frequenciesOf[scanType].includes(known)) {
    return [];
  }
  const other = scanType === "BASIC" ? "ENHANCED" : "BASIC";
  return fault(
    `${known} needs the type ${other}.`,
    `write ${frequenciesOf[scanType].join(" or ")}, or scanType: "${other}".`,
  );
}

function filterListFaults(filters: unknown, path: string): Fault[] {
  if (!Array.isArray(filters) || filters.length > scanningLimits.filters) {
    return [
      {
        path,
        value: filters,
        rule: `a scanning rule must have a list of at most ${scanningLimits.filters} filters.`,
        fix: 'write [{ filter: "*", filterType: "WILDCARD" }] for every repository.',
      },
    ];
  }
  return filters.flatMap((filter: unknown, index): Fault[] => {
    const at = `${path}[${index}]`;
    if (!isObject(filter)) {
      const fix = 'write { filter: "*", filterType: "WILDCARD" }.';
      return [{ path: at, value: filter, rule: "a filter must be an object.", fix }];
    }
    const { filterType } = filter;
    const typeFault: Fault = {
      path: `${at}.filterType`,
      value: filterType,
      rule: "WILDCARD is the only type of scanning filter.",
      fix: 'write filterType: "WILDCARD".',
    };
    return [
      ...(filterType === "WILDCARD" ? [] : [typeFault]),
      ...scanningFilterFaults(filter["filter"], `${at}.filter`),
    ];
  });
}
