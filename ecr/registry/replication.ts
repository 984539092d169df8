import type { Fault } from "../faults";
import { type AccountRegion, accountFaults } from "../names/accounts";
import { isSamePartition, knownPartition, regionFaults } from "../names/regions";
import { isObject } from "../values/jsonObjects";

/**
 * Replication: each push to this registry is copied to others. Source: ECR API, PutReplicationConfiguration; quotas in
 * the ECR user guide.
 */
export const replicationLimits = {
  /**
   * Number of rules. The API's model allows 25, the user guide's quota and older models say 10, and the AWS provider
   * refuses more than 10. The higher number is used for ECR itself.
   */
  rules: 25,
  /** Number of rules that the AWS provider accepts. */
  providerRules: 10,
  /**
   * Number of distinct destinations in all rules: the user guide's quota. The API's model allows 100 in one rule, the
   * AWS provider 25.
   */
  destinations: 25,
  /** Filters of one rule. */
  filters: 100,
  /** Length of a filter in characters. */
  filter: { minimum: 2, maximum: 256 },
} as const;

/** A replication configuration in ECR's API. */
export interface ReplicationConfiguration {
  /** Empty: nothing is replicated. */
  rules: readonly ReplicationRule[];
}

export interface ReplicationRule {
  /** At least one; never the registry itself. */
  destinations: readonly ReplicationDestination[];
  /** Repositories to replicate: those that match one of the filters. @default every repository */
  repositoryFilters?: readonly RepositoryPrefixFilter[];
  /** Whether deletions of images and tags are replicated as well. The AWS provider does not support it. @default off */
  deleteReplication?: { enabled: boolean };
}

export interface ReplicationDestination {
  region: string;
  /** The destination's account; the own account for another region. */
  registryId: string;
}

export interface RepositoryPrefixFilter {
  /** Prefix of the repositories' names: 2 to 256 characters. */
  filter: string;
  filterType: "PREFIX_MATCH";
}

/**
 * Why ECR would refuse a replication configuration.
 *
 * @param configuration Any value; validated as ReplicationConfiguration.
 * @param path The configuration's path; faults are at `<path>.rules[0].destinations[0].region` and so on.
 * @param self The source registry, which cannot be its own destination. Omitted: not compared.
 * @returns Every fault, or none. Never throws.
 */
export function replicationFaults(configuration: unknown, path: string, self?: AccountRegion): Fault[] {
  const rules = isObject(configuration) ? configuration["rules"] : undefined;
  if (!Array.isArray(rules)) {
    return [
      {
        path: isObject(configuration) ? `${path}.rules` : path,
        value: isObject(configuration) ? rules : configuration,
        rule: "a replication configuration must have a list of rules.",
        fix: "write { rules: [] } for no replication, or rules with destinations.",
      },
    ];
  }
  const faults = rules.flatMap((rule, index) => ruleFaults(rule, `${path}.rules[${index}]`, self));
  if (rules.length > replicationLimits.rules) {
    faults.push({
      path: `${path}.rules`,
      value: rules,
      rule: `a registry can have at most ${replicationLimits.rules} replication rules; there are ${rules.length}.`,
      fix: "merge rules with the same destinations.",
    });
  }
  const different = new Set(rules.flatMap((rule: unknown) => destinationsOf(rule).flatMap(destinationKey)));
  if (different.size > replicationLimits.destinations) {
    faults.push({
      path: `${path}.rules`,
      value: [...different],
      rule: `a registry can replicate to at most ${replicationLimits.destinations} destinations; there are ${different.size}.`,
      fix: "leave some out, or replicate further from a destination.",
    });
  }
  return faults;
}

/**
 * Why a registry could not replicate to a region in another partition (ECR user guide, "Private image replication":
 * from us-west-2 to cn-north-1 is its example of what is not supported). Never throws.
 *
 * @param own The source region; omitted: not compared.
 */
export function destinationPartitionFaults(region: unknown, path: string, own: string | undefined): Fault[] {
  if (own === undefined || isSamePartition(region, own)) {
    return [];
  }
  const [there, here] = [knownPartition(region), knownPartition(own)];
  const rule = `images are replicated only within one partition: ${String(region)} is in ${there}, the registry's ${own} in ${here}.`;
  return [{ path, value: region, rule, fix: `name a region in ${here}, and copy to ${there} some other way.` }];
}

/** Whether a rule applies to a repository: always without filters, otherwise when its name starts with one of them. */
export function isReplicated(repositoryName: string, rule: ReplicationRule): boolean {
  const filters = rule.repositoryFilters ?? [];
  return filters.length === 0 || filters.some(({ filter }) => repositoryName.startsWith(filter));
}

/**
 * Why a string is not a replication filter, which is a prefix of repository names (ECR API, RepositoryFilterValue).
 * Never throws.
 */
export function replicationFilterFaults(filter: unknown, path: string): Fault[] {
  const { minimum, maximum } = replicationLimits.filter;
  const fault = (rule: string, fix: string): Fault[] => [{ path, value: filter, rule, fix }];
  if (typeof filter !== "string" || filter.length < minimum || filter.length > maximum) {
    return fault(
      `a replication filter must have ${minimum} to ${maximum} characters.`,
      'write a prefix of names, such as "prod/".',
    );
  }
  if (filter.includes("*")) {
    return fault(
      "a replication filter is a prefix of names and has no wildcards.",
      `write "${filter.replace(/\*.*$/s, "")}".`,
    );
  }
  const parts = filter.split("/");
  const wellFormed = parts.every(
    (part, index) => /^[a-z0-9._-]*$/.test(part) && (index === parts.length - 1 || /^[a-z0-9]/.test(part)),
  );
  return wellFormed
    ? []
    : fault(
        "a replication filter must be lower-case letters, digits, `.`, `_` and `-`, in parts separated by `/`.",
        "write what a repository's name can begin with.",
      );
}

function ruleFaults(rule: unknown, path: string, self?: AccountRegion): Fault[] {
  if (!isObject(rule)) {
    return [{ path, value: rule, rule: "a replication rule must be an object.", fix: "write { destinations: […] }." }];
  }
  return [
    ...destinationListFaults(rule["destinations"], `${path}.destinations`, self),
    ...filterListFaults(rule["repositoryFilters"], `${path}.repositoryFilters`),
    ...deletionFaults(rule["deleteReplication"], `${path}.deleteReplication`),
  ];
}

function destinationListFaults(destinations: unknown, path: string, self?: AccountRegion): Fault[] {
  if (!Array.isArray(destinations) || destinations.length === 0) {
    return [
      {
        path,
        value: destinations,
        rule: "a replication rule must have at least one destination.",
        fix: "write [{ region, registryId }], or leave the rule out.",
      },
    ];
  }
  const first = new Map<string, number>();
  return destinations.flatMap((destination: unknown, index): Fault[] => {
    const at = `${path}[${index}]`;
    const found = destinationFaults(destination, at, self);
    if (found.length > 0 || !isObject(destination)) {
      return found;
    }
    const [key = ""] = destinationKey(destination);
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, index);
      return [];
    }
    const rule = `each destination of a rule can be listed only once; ${path}[${earlier}] is the same.`;
    return [{ path: at, value: destination, rule, fix: "leave one out." }];
  });
}

function destinationFaults(destination: unknown, path: string, self?: AccountRegion): Fault[] {
  if (!isObject(destination)) {
    return [
      { path, value: destination, rule: "a destination must be an object.", fix: "write { region, registryId }." },
    ];
  }
  const { region, registryId } = destination;
  const faults = [...regionFaults(region, `${path}.region`), ...accountFaults(registryId, `${path}.registryId`)];
  if (self && region === self.region && registryId === self.account) {
    faults.push({
      path: `${path}.region`,
      value: region,
      rule: `a registry cannot replicate to itself; this is ${self.account}'s registry in ${self.region}.`,
      fix: "name another region, or another account.",
    });
  }
  faults.push(...destinationPartitionFaults(region, `${path}.region`, self?.region));
  return faults;
}

function filterListFaults(filters: unknown, path: string): Fault[] {
  if (filters === undefined) {
    return [];
  }
  if (!Array.isArray(filters) || filters.length === 0 || filters.length > replicationLimits.filters) {
    return [
      {
        path,
        value: filters,
        rule: `a replication rule must have 1 to ${replicationLimits.filters} filters, or no list of filters.`,
        fix: "leave the filters out to replicate every repository.",
      },
    ];
  }
  return filters.flatMap((filter: unknown, index): Fault[] => {
    const at = `${path}[${index}]`;
    if (!isObject(filter)) {
      const fix = 'write { filter: "prod/", filterType: "PREFIX_MATCH" }.';
      return [{ path: at, value: filter, rule: "a filter must be an object.", fix }];
    }
    const { filterType } = filter;
    const typeFault: Fault = {
      path: `${at}.filterType`,
      value: filterType,
      rule: "PREFIX_MATCH is the only type of replication filter.",
      fix: 'write filterType: "PREFIX_MATCH".',
    };
    return [
      ...(filterType === "PREFIX_MATCH" ? [] : [typeFault]),
      ...replicationFilterFaults(filter["filter"], `${at}.filter`),
    ];
  });
}

function deletionFaults(deletion: unknown, path: string): Fault[] {
  if (deletion === undefined || (isObject(deletion) && typeof deletion["enabled"] === "boolean")) {
    return [];
  }
  const rule = "replication of deletions must be an object that switches it on or off.";
  return [{ path, value: deletion, rule, fix: "write { enabled: true }, or leave it out." }];
}

function destinationsOf(rule: unknown): unknown[] {
  const destinations = isObject(rule) ? rule["destinations"] : undefined;
  return Array.isArray(destinations) ? destinations : [];
}

/** A key for a destination; empty for an invalid one, which its own check reports. */
function destinationKey(destination: unknown): string[] {
  const { region, registryId } = isObject(destination) ? destination : {};
  return typeof region === "string" && typeof registryId === "string" ? [`${registryId}/${region}`] : [];
}
