import {
  effectiveFrequency,
  isAutomatic,
  type ScanFrequency,
  type ScanType,
  scanningFilterMatches,
} from "../../ecr/registry/scanning";
import type { StackSubject } from "../engine/rule";
import { Unknown, unknownPaths } from "../engine/unknowns";
import { locationOf, type ResourceLocation } from "../resources/resourceLocation";

/** A registry's scanning configuration; it is read once for all repositories. */
export interface RegistryScanning {
  name: string;
  location: ResourceLocation;
  scanType: unknown;
  rules: readonly Rule[];
  /** The first value in it that is not known yet. */
  open: Unknown | undefined;
}

interface Rule {
  frequency: unknown;
  filters: readonly string[];
  /** Whether it has, or may have, filters that are not known yet. */
  mayHaveOthers: boolean;
}

export function readRegistry(resource: StackSubject): RegistryScanning {
  const scanType = resource.read("scanType");
  const rules = resource.read("rules");
  return {
    name: resource.name,
    location: locationOf(resource),
    scanType,
    rules: rules instanceof Unknown ? [readRule(rules)] : Array.isArray(rules) ? rules.map(readRule) : [],
    open: unknownPaths([scanType, rules])[0]?.unknown,
  };
}

/** AWS rejects a rule without filters, which would match nothing. */
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

/** Whether a repository is scanned: one answer, or both while something is not known yet. */
export type ScanningOutcomes = ReadonlySet<boolean>;

/**
 * Whether ECR scans a repository's images automatically.
 *
 * @param onPush The repository's own setting, which counts where the registry's rules do not override it.
 * @param registry Its registry's configuration; `undefined` when the registry has none.
 * @param enhanced Whether only enhanced scanning counts.
 */
export function scanningOutcomes(
  name: unknown,
  onPush: boolean | Unknown,
  registry: RegistryScanning | undefined,
  enhanced: boolean,
): ScanningOutcomes {
  const settings = onPush instanceof Unknown ? [true, false] : [onPush];
  const types = registry?.scanType instanceof Unknown ? ["BASIC", "ENHANCED"] : [registry?.scanType ?? "BASIC"];
  const answers = new Set<boolean>();
  for (const fitting of matchingFrequencySets(name, registry?.rules ?? [])) {
    for (const type of types) {
      for (const setting of settings) {
        const frequency = effectiveFrequency(type as ScanType, [...fitting], setting);
        answers.add(isAutomatic(frequency) && (!enhanced || type === "ENHANCED"));
      }
    }
  }
  return answers;
}

const allFrequencies: readonly ScanFrequency[] = ["CONTINUOUS_SCAN", "SCAN_ON_PUSH", "MANUAL"];

/** Every possible set of frequencies whose rules match a name: eight at most. */
function matchingFrequencySets(name: unknown, rules: readonly Rule[]): ReadonlySet<ScanFrequency>[] {
  let sets = new Map<string, ReadonlySet<ScanFrequency>>([["", new Set()]]);
  for (const rule of rules) {
    const frequencies =
      rule.frequency instanceof Unknown ? allFrequencies : allFrequencies.filter((each) => each === rule.frequency);
    const fit = ruleMatches(name, rule);
    const next = new Map<string, ReadonlySet<ScanFrequency>>();
    for (const set of sets.values()) {
      const grown = fit === false ? [] : frequencies.map((frequency) => new Set([...set, frequency]));
      for (const each of fit === true && grown.length > 0 ? grown : [set, ...grown]) {
        next.set(allFrequencies.filter((frequency) => each.has(frequency)).join(), each);
      }
    }
    sets = next;
  }
  return [...sets.values()];
}

function ruleMatches(name: unknown, { filters, mayHaveOthers }: Rule): boolean | undefined {
  if (name instanceof Unknown) {
    const all = filters.some((each) => /^\*+$/.test(each));
    return all || (filters.length > 0 || mayHaveOthers ? undefined : false);
  }
  return filters.some((each) => scanningFilterMatches(each, String(name))) || (mayHaveOthers ? undefined : false);
}
