import type { Fault } from "../ecr/faults";
import type { Claim } from "./conflicts";
import { entryFaults } from "./section";

// Shared by the sections of private and public repositories.

interface NamedEntry {
  repositoryName?: string;
  import?: string | { repository: string };
}

/** A repository's name in its registry. */
export function registryName({ repositoryName, import: adopted }: NamedEntry = {}, key: string): string {
  return repositoryName ?? (typeof adopted === "string" ? adopted : adopted?.repository) ?? key;
}

/** Faults of repository entries. For a setting inherited from `defaults`, the fix explains how to override it. */
export function repositoryFaults(
  section: string,
  entries: Readonly<Record<string, object>>,
  defaults: { kind: string; settings?: object },
  faultsOf: (key: string) => readonly Fault[],
): Fault[] {
  const { kind, settings = {} } = defaults;
  return entryFaults(section, entries, (own, key) =>
    faultsOf(key).map((fault) => {
      const [setting = ""] = fault.path.split(/[.[]/, 1);
      if (Object.hasOwn(own, setting) || !Object.hasOwn(settings, setting)) return fault;
      return {
        ...fault,
        fix: `it comes from defaults.${kind}. Write ${setting}: null here to do without it, or ${fault.fix}`,
      };
    }),
  );
}

/** @param region Undefined for public repositories, which have no region, and while the region is not known. */
export function repositoryClaim(section: string, key: string, own: NamedEntry, region?: string): Claim {
  const name = registryName(own, key);
  return {
    key: `${section} ${region} ${name}`,
    entry: `${section}.${key}`,
    path: `${section}.${key}.repositoryName`,
    value: name,
    already: `already describes the repository ${JSON.stringify(name)}${region === undefined ? "" : ` in ${region}`}`,
    fix: "give one of them another repositoryName, or merge the two entries.",
  };
}
