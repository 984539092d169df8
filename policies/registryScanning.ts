import {
  effectiveFrequency,
  isAutomatic,
  type ScanFrequency,
  type ScanType,
  scanningFilterMatches,
} from "../ecr/scanning";
import { type Place, placeOf } from "./places";
import type { StackSubject } from "./rule";
import { Unknown, unknownPaths } from "./unknowns";

/** A registry's scanning configuration, read once for all repositories. */
export interface RegistryScanning {
  name: string;
  place: Place;
  scanType: unknown;
  rules: readonly Rule[];
  /** What of it is not known yet. */
  open: Unknown | undefined;
}

interface Rule {
  frequency: unknown;
  filters: readonly string[];
  /** Whether there are, or may be, filters that are not known yet. */
  mayHaveOthers: boolean;
}

export function readRegistry(resource: StackSubject): RegistryScanning {
  const scanType = resource.read("scanType");
  const rules = resource.read("rules");
  return {
    name: resource.name,
    place: placeOf(resource),
    scanType,
    rules: rules instanceof Unknown ? [readRule(rules)] : Array.isArray(rules) ? rules.map(readRule) : [],
    open: unknownPaths([scanType, rules])[0]?.unknown,
  };
}

/** A rule without any filters covers nothing, and AWS refuses it. */
function readRule(rule: unknown): Rule {
  if (rule instanceof Unknown) {
    return { frequency: rule, filters: [], mayHaveOthers: true };
  }
  const { scanFrequency: frequency, repositoryFilters } = (rule ?? {}) as Record<string, unknown>;
  const list: unknown[] = Array.isArray(repositoryFilters) ? repositoryFilters : [];
  const filters = list.map((each) => (each as Record<string, unknown> | null)?.["filter"]);
  return {
    frequency,
    filters: filters.filter((each) => typeof each === "string"),
    mayHaveOthers: unknownPaths(repositoryFilters).length > 0,
  };
}

/** What scanning a repository may turn out to have: one answer, or both as long as something is not known yet. */
export type Answers = ReadonlySet<boolean>;

/**
 * Whether ECR scans a repository's images by itself.
 *
 * @param onPush The repository's own setting, which counts as far as the registry's rules leave it.
 * @param registry Its registry's configuration; left out: the registry has none.
 * @param enhanced Whether only enhanced scanning counts.
 */
export function scanned(
  name: unknown,
  onPush: boolean | Unknown,
  registry: RegistryScanning | undefined,
  enhanced: boolean,
): Answers {
  const settings = onPush instanceof Unknown ? [true, false] : [onPush];
  const types = registry?.scanType instanceof Unknown ? ["BASIC", "ENHANCED"] : [registry?.scanType ?? "BASIC"];
  const answers = new Set<boolean>();
  for (const fitting of fittingSets(name, registry?.rules ?? [])) {
    for (const type of types) {
      for (const setting of settings) {
        const frequency = effectiveFrequency(type as ScanType, [...fitting], setting);
        answers.add(isAutomatic(frequency) && (!enhanced || type === "ENHANCED"));
      }
    }
  }
  return answers;
}

const known: readonly ScanFrequency[] = ["CONTINUOUS_SCAN", "SCAN_ON_PUSH", "MANUAL"];

/** The frequencies whose rules may fit a name, as each combination that is possible: eight of them at most. */
function fittingSets(name: unknown, rules: readonly Rule[]): ReadonlySet<ScanFrequency>[] {
  let sets = new Map<string, ReadonlySet<ScanFrequency>>([["", new Set()]]);
  for (const rule of rules) {
    const frequencies = rule.frequency instanceof Unknown ? known : known.filter((each) => each === rule.frequency);
    const fit = fits(name, rule);
    const next = new Map<string, ReadonlySet<ScanFrequency>>();
    for (const set of sets.values()) {
      const grown = fit === false ? [] : frequencies.map((frequency) => new Set([...set, frequency]));
      for (const each of fit === true && grown.length > 0 ? grown : [set, ...grown]) {
        next.set(known.filter((frequency) => each.has(frequency)).join(), each);
      }
    }
    sets = next;
  }
  return [...sets.values()];
}

function fits(name: unknown, { filters, mayHaveOthers }: Rule): boolean | undefined {
  if (name instanceof Unknown) {
    const all = filters.some((each) => /^\*+$/.test(each));
    return all || (filters.length > 0 || mayHaveOthers ? undefined : false);
  }
  return filters.some((each) => scanningFilterMatches(each, String(name))) || (mayHaveOthers ? undefined : false);
}
