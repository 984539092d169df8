import * as ecr from "@pulumi/aws/ecr";
import type { Fault } from "../../ecr/faults";
import { accountFaults } from "../../ecr/names/accounts";
import { regionFaults } from "../../ecr/names/regions";
import {
  destinationPartitionFaults,
  type ReplicationDestination,
  replicationFilterFaults,
  replicationLimits,
} from "../../ecr/registry/replication";
import type { ReplicationRuleArgs } from "./registryArgs";
import { childOptions, type KnownLocation, type RegistryContext } from "./registryContext";

/** Every region in every account; without accounts, in the own account. */
function destinationsOf(rule: ReplicationRuleArgs, own: string): ReplicationDestination[] {
  return rule.regions.flatMap((region) => (rule.accounts ?? [own]).map((registryId) => ({ region, registryId })));
}

/**
 * Why a registry could not replicate like this: every fault, or none.
 *
 * @param place What is known of the source registry, which cannot be its own destination.
 */
export function registryReplicationFaults(rules: readonly ReplicationRuleArgs[], location: KnownLocation): Fault[] {
  const faults = rules.flatMap((rule, index) => ruleFaults(rule, `replication[${index}]`, location));
  if (rules.length > replicationLimits.providerRules) {
    faults.push({
      path: "replication",
      value: rules,
      rule: `the AWS provider accepts at most ${replicationLimits.providerRules} replication rules; there are ${rules.length}.`,
      fix: "merge rules with the same destinations.",
    });
  }
  const destinations = new Set(
    rules.flatMap((rule) =>
      destinationsOf(rule, location.account ?? "own").map((each) => `${each.registryId}/${each.region}`),
    ),
  );
  if (destinations.size > replicationLimits.destinations) {
    faults.push({
      path: "replication",
      value: [...destinations],
      rule: `a registry can replicate to at most ${replicationLimits.destinations} destinations; there are ${destinations.size}.`,
      fix: "leave some out, or replicate further from a destination.",
    });
  }
  return faults;
}

function ruleFaults(rule: ReplicationRuleArgs, path: string, location: KnownLocation): Fault[] {
  const { regions, accounts, repositories } = rule;
  return [
    ...listFaults(regions, `${path}.regions`, "a replication rule must name at least one region.", (region, at) => [
      ...regionFaults(region, at),
      ...destinationPartitionFaults(region, at, location.region),
    ]),
    ...(accounts === undefined
      ? []
      : listFaults(accounts, `${path}.accounts`, "a list of accounts must have at least one.", accountFaults)),
    ...(repositories === undefined
      ? []
      : listFaults(
          repositories,
          `${path}.repositories`,
          "a list of repository prefixes must have at least one.",
          replicationFilterFaults,
        )),
    ...filterCountFaults(repositories, `${path}.repositories`),
    ...deletionFaults(rule.deletes, `${path}.deletes`),
    ...selfFaults(rule, path, location),
  ];
}

/** Faults of a list: empty, with duplicates, or with invalid entries. */
function listFaults(
  values: readonly string[],
  path: string,
  notEmpty: string,
  faultsOf: (value: unknown, path: string) => Fault[],
): Fault[] {
  if (values.length === 0) {
    return [{ path, value: values, rule: notEmpty, fix: "name one, or leave the property out." }];
  }
  return values.flatMap((value, index) => {
    const at = `${path}[${index}]`;
    const again = { path: at, value, rule: "each can be listed only once.", fix: "remove it." };
    return [...faultsOf(value, at), ...(values.indexOf(value) < index ? [again] : [])];
  });
}

function filterCountFaults(repositories: readonly string[] | undefined, path: string): Fault[] {
  const maximum = replicationLimits.filters;
  if (repositories === undefined || repositories.length <= maximum) {
    return [];
  }
  const rule = `a replication rule can have at most ${maximum} prefixes; there are ${repositories.length}.`;
  return [
    { path, value: repositories, rule, fix: "use shorter prefixes, or leave them out to replicate all repositories." },
  ];
}

function deletionFaults(deletes: unknown, path: string): Fault[] {
  if (deletes === undefined || deletes === false) {
    return [];
  }
  return [
    {
      path,
      value: deletes,
      rule: "ECR can replicate deletions, but the AWS provider does not support it: the next change of a rule would reset it.",
      fix: "leave deletes out, and give the destinations their own lifecycle policies (creationTemplates for REPLICATION).",
    },
  ];
}

function selfFaults(rule: ReplicationRuleArgs, path: string, { account, region }: KnownLocation): Fault[] {
  const index = rule.regions.indexOf(region ?? "");
  const own = rule.accounts === undefined || (account !== undefined && rule.accounts.includes(account));
  if (index < 0 || !own) {
    return [];
  }
  return [
    {
      path: `${path}.regions[${index}]`,
      value: region,
      rule: "a registry cannot replicate to itself, and this is its own region.",
      fix: "remove the region, or write a separate rule for it with the other accounts.",
    },
  ];
}

/** The registry's replication configuration. Expects arguments without faults. */
export function createReplication(
  rules: readonly ReplicationRuleArgs[],
  context: RegistryContext,
): ecr.ReplicationConfiguration {
  const { name, region, location } = context;
  return new ecr.ReplicationConfiguration(
    name,
    {
      replicationConfiguration: {
        rules: rules.map((rule) => ({
          destinations:
            rule.accounts === undefined
              ? location.apply(({ account }) => destinationsOf(rule, account))
              : destinationsOf(rule, ""),
          ...(rule.repositories && {
            repositoryFilters: rule.repositories.map((filter) => ({ filter, filterType: "PREFIX_MATCH" })),
          }),
        })),
      },
      region,
    },
    { ...childOptions(context), import: context.importId("replication") },
  );
}
