import * as aws from "@pulumi/aws";
import { accountFaults } from "../../ecr/accounts";
import type { Fault } from "../../ecr/faults";
import { regionFaults } from "../../ecr/regions";
import {
  destinationPartitionFaults,
  type ReplicationDestination,
  replicationFilterFaults,
  replicationLimits,
} from "../../ecr/replication";
import type { ReplicationRuleArgs } from "./registryArgs";
import { childOptions, type KnownPlace, type RegistryContext } from "./registryContext";

/** Every region in every account; without accounts, in the own one. */
function destinationsOf(rule: ReplicationRuleArgs, own: string): ReplicationDestination[] {
  return rule.regions.flatMap((region) => (rule.accounts ?? [own]).map((registryId) => ({ region, registryId })));
}

/**
 * Why a registry could not replicate in this way: every fault, or none.
 *
 * @param place What is known of the registry that replicates: it is no destination of its own.
 */
export function registryReplicationFaults(rules: readonly ReplicationRuleArgs[], place: KnownPlace): Fault[] {
  const faults = rules.flatMap((rule, index) => ruleFaults(rule, `replication[${index}]`, place));
  if (rules.length > replicationLimits.providerRules) {
    faults.push({
      path: "replication",
      value: rules,
      rule: `the AWS provider takes at most ${replicationLimits.providerRules} replication rules, there are ${rules.length}.`,
      fix: "put rules with the same destinations together.",
    });
  }
  const destinations = new Set(
    rules.flatMap((rule) =>
      destinationsOf(rule, place.account ?? "own").map((each) => `${each.registryId}/${each.region}`),
    ),
  );
  if (destinations.size > replicationLimits.destinations) {
    faults.push({
      path: "replication",
      value: [...destinations],
      rule: `a registry replicates to at most ${replicationLimits.destinations} destinations, there are ${destinations.size}.`,
      fix: "leave some out, or let a destination replicate further.",
    });
  }
  return faults;
}

function ruleFaults(rule: ReplicationRuleArgs, path: string, place: KnownPlace): Fault[] {
  const { regions, accounts, repositories } = rule;
  return [
    ...listFaults(regions, `${path}.regions`, "a replication rule names at least one region.", (region, at) => [
      ...regionFaults(region, at),
      ...destinationPartitionFaults(region, at, place.region),
    ]),
    ...(accounts === undefined
      ? []
      : listFaults(accounts, `${path}.accounts`, "a list of accounts has at least one.", accountFaults)),
    ...(repositories === undefined
      ? []
      : listFaults(
          repositories,
          `${path}.repositories`,
          "a list of repositories' prefixes has at least one.",
          replicationFilterFaults,
        )),
    ...filterCountFaults(repositories, `${path}.repositories`),
    ...deletionFaults(rule.deletes, `${path}.deletes`),
    ...selfFaults(rule, path, place),
  ];
}

/** A list that is empty, has something twice, or has what is refused by itself. */
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
    const again = { path: at, value, rule: "each is named once.", fix: "leave it out." };
    return [...faultsOf(value, at), ...(values.indexOf(value) < index ? [again] : [])];
  });
}

function filterCountFaults(repositories: readonly string[] | undefined, path: string): Fault[] {
  const maximum = replicationLimits.filters;
  if (repositories === undefined || repositories.length <= maximum) {
    return [];
  }
  const rule = `a replication rule has at most ${maximum} prefixes, there are ${repositories.length}.`;
  return [{ path, value: repositories, rule, fix: "name shorter prefixes, or leave them out for all repositories." }];
}

function deletionFaults(deletes: unknown, path: string): Fault[] {
  if (deletes === undefined || deletes === false) {
    return [];
  }
  return [
    {
      path,
      value: deletes,
      rule: "ECR can replicate deletions, the AWS provider cannot say so: it would take the setting back with the next change of a rule.",
      fix: "leave deletes out, and give the destinations lifecycle policies of their own (creationTemplates for REPLICATION).",
    },
  ];
}

function selfFaults(rule: ReplicationRuleArgs, path: string, { account, region }: KnownPlace): Fault[] {
  const index = rule.regions.indexOf(region ?? "");
  const own = rule.accounts === undefined || (account !== undefined && rule.accounts.includes(account));
  if (index < 0 || !own) {
    return [];
  }
  return [
    {
      path: `${path}.regions[${index}]`,
      value: region,
      rule: "a registry does not replicate to itself, and this is its own region.",
      fix: "leave the region out, or write a rule of its own for it with the other accounts.",
    },
  ];
}

/** The registry's replication configuration. Expects arguments without faults. */
export function createReplication(
  rules: readonly ReplicationRuleArgs[],
  context: RegistryContext,
): aws.ecr.ReplicationConfiguration {
  const { name, region, location } = context;
  return new aws.ecr.ReplicationConfiguration(
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
    childOptions(context),
  );
}
