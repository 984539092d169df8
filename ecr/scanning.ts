import type { Fault } from "./faults";
import { isObject } from "./jsonObjects";
import { oneOf } from "./nearestWord";
import { wildcardMatches } from "./wildcard";

/**
 * The registry's scanning configuration, whose rules go before each repository's own scan on push. Source: ECR API,
 * PutRegistryScanningConfiguration; ECR user guide, "Filters to choose which repositories are scanned".
 */
export const scanningLimits = {
  /** Rules: one for each frequency at most. */
  rules: 2,
  /** Filters of one rule. */
  filters: 100,
  /** Characters of a filter. */
  filter: { minimum: 1, maximum: 255 },
} as const;

/** `BASIC`: ECR's own scanner. `ENHANCED`: Amazon Inspector, for a price. */
export const scanTypes = ["BASIC", "ENHANCED"] as const;
export type ScanType = (typeof scanTypes)[number];

/** When images are scanned; `MANUAL`: only when somebody asks. */
export const scanFrequencies = ["SCAN_ON_PUSH", "CONTINUOUS_SCAN", "MANUAL"] as const;
export type ScanFrequency = (typeof scanFrequencies)[number];

/**
 * Which frequencies go with which type. The API's text names SCAN_ON_PUSH only for BASIC; it and the AWS provider take
 * MANUAL there too, which is what a repository without a rule has.
 */
const frequenciesOf: Record<ScanType, readonly ScanFrequency[]> = {
  BASIC: ["SCAN_ON_PUSH", "MANUAL"],
  ENHANCED: ["SCAN_ON_PUSH", "CONTINUOUS_SCAN"],
};

/** What ECR's API calls a registry's scanning configuration. */
export interface ScanningConfiguration {
  /** @default "BASIC" */
  scanType?: ScanType;
  /** At most 2, with different frequencies. @default none: nothing is scanned by itself */
  rules?: readonly ScanningRule[];
}

export interface ScanningRule {
  scanFrequency: ScanFrequency;
  /** At most 100; a repository that one of them fits has this frequency. */
  repositoryFilters: readonly ScanningFilter[];
}

export interface ScanningFilter {
  /** 1 to 255 characters. With `*` the whole name must fit; without, the name must contain the text. */
  filter: string;
  filterType: "WILDCARD";
}

/**
 * Why ECR would refuse a scanning configuration.
 *
 * @param configuration Anything at all; read as ScanningConfiguration.
 * @param path The configuration's path; faults are at `<path>.rules[0].scanFrequency` and so on.
 * @returns Every fault, or none. Never throws.
 */
export function scanningFaults(configuration: unknown, path: string): Fault[] {
  if (!isObject(configuration)) {
    return [
      {
        path,
        value: configuration,
        rule: "a scanning configuration is an object.",
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
      rule: "scanning is one of two types.",
      fix: oneOf(scanType, scanTypes),
    });
  }
  if (!Array.isArray(rules)) {
    faults.push({
      path: `${path}.rules`,
      value: rules,
      rule: "scanning rules are a list.",
      fix: "write a list of rules.",
    });
    return faults;
  }
  if (rules.length > scanningLimits.rules) {
    faults.push({
      path: `${path}.rules`,
      value: rules,
      rule: `a registry has at most ${scanningLimits.rules} scanning rules, there are ${rules.length}.`,
      fix: "put the filters of one frequency into one rule.",
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
        rule: `each scanning rule has a frequency of its own; ${path}.rules[${earlier}] has this one already.`,
        fix: "put the filters of both into one rule.",
      });
    }
  });
  return faults;
}

/** Why a text is no scanning filter (ECR API, ScanningRepositoryFilterValue). Never throws. */
export function scanningFilterFaults(filter: unknown, path: string): Fault[] {
  const { minimum, maximum } = scanningLimits.filter;
  const fault = (rule: string, fix: string): Fault[] => [{ path, value: filter, rule, fix }];
  if (typeof filter !== "string" || filter.length < minimum || filter.length > maximum) {
    return fault(`a scanning filter has ${minimum} to ${maximum} characters.`, 'write one such as "*" or "prod*".');
  }
  // The API's own pattern, without its nested repetition: that takes exponential time on some texts.
  if (!/^[a-z0-9*]+(?:[._/-][a-z0-9*]+)*$/.test(filter)) {
    return fault(
      "a scanning filter has lower-case letters, digits and `*`, with a single `.`, `_`, `-` or `/` between them.",
      "write part of a repository's name, with `*` for what may stand around it.",
    );
  }
  return [];
}

/** Whether a scanning filter fits a repository: the whole name with `*`, part of it without. */
export function scanningFilterMatches(filter: string, repositoryName: string): boolean {
  return filter.includes("*") ? wildcardMatches(filter, repositoryName) : repositoryName.includes(filter);
}

/**
 * How often a repository's images are scanned. The registry's rules go before the repository's own setting, whatever that says; where
 * several rules fit, continuous scanning comes before scan on push. No rule fits: the repository's own setting with BASIC, and
 * `undefined` (no scan at all) with ENHANCED.
 *
 * @param scanOnPush The repository's own setting. @default false
 */
export function scanFrequencyOf(
  repositoryName: string,
  configuration: ScanningConfiguration,
  scanOnPush = false,
): ScanFrequency | undefined {
  const fitting = (configuration.rules ?? [])
    .filter((rule) => rule.repositoryFilters.some(({ filter }) => scanningFilterMatches(filter, repositoryName)))
    .map((rule) => rule.scanFrequency);
  return effectiveFrequency(configuration.scanType, fitting, scanOnPush);
}

/** How often images are scanned, by the frequencies of the registry's rules that fit and by the repository's own setting. */
export function effectiveFrequency(
  scanType: ScanType | undefined,
  fitting: readonly ScanFrequency[],
  scanOnPush: boolean,
): ScanFrequency | undefined {
  const order: readonly ScanFrequency[] = ["CONTINUOUS_SCAN", "SCAN_ON_PUSH", "MANUAL"];
  const first = order.find((frequency) => fitting.includes(frequency));
  return first ?? (scanType === "ENHANCED" ? undefined : scanOnPush ? "SCAN_ON_PUSH" : "MANUAL");
}

/** Whether ECR scans images of this frequency by itself: on push or continuously. */
export function isAutomatic(frequency: ScanFrequency | undefined): boolean {
  return frequency === "SCAN_ON_PUSH" || frequency === "CONTINUOUS_SCAN";
}

function ruleFaults(rule: unknown, path: string, scanType: ScanType | undefined): Fault[] {
  if (!isObject(rule)) {
    const fix = "write { scanFrequency, repositoryFilters }.";
    return [{ path, value: rule, rule: "a scanning rule is an object.", fix }];
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
    return fault("images are scanned at one of three frequencies.", oneOf(frequency, scanFrequencies));
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
        rule: `a scanning rule has a list of at most ${scanningLimits.filters} filters.`,
        fix: 'write [{ filter: "*", filterType: "WILDCARD" }] for every repository.',
      },
    ];
  }
  return filters.flatMap((filter: unknown, index): Fault[] => {
    const at = `${path}[${index}]`;
    if (!isObject(filter)) {
      const fix = 'write { filter: "*", filterType: "WILDCARD" }.';
      return [{ path: at, value: filter, rule: "a filter is an object.", fix }];
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
