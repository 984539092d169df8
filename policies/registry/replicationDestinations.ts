import { faultMessage } from "../../ecr/faults";
import { destinationPartitionFaults } from "../../ecr/registry/replication";
import { nist } from "../engine/frameworks";
import { accounts, stringListParameter } from "../engine/parameters";
import { matchesAny } from "../engine/patterns";
import { resourceRule } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { listed, regionOf, resourceTypes } from "../resources/resourceTypes";

interface ReplicationConfig {
  regions: string[];
  accounts: string[];
}

export const replicationDestinations = resourceRule<ReplicationConfig>({
  name: "ecr-replication-destinations",
  displayName: "Images are replicated to allowed regions and accounts only",
  description: "The registry replicates only to allowed regions and accounts.",
  severity: "high",
  framework: nist(["AC-4", "AC-20", "CP-9", "SA-9(5)"], "Information stays in allowed places"),
  tags: ["data-residency"],
  remediationSteps:
    "Remove the destination, or add it to the rule's parameters. Replicated images stay there until they are deleted.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html",
  parameters: {
    regions: stringListParameter(
      "Regions that images may be replicated to; `*` matches any characters, as in `eu-*`.",
      [],
      {
        pattern: "^[a-z0-9*-]+$",
      },
    ),
    accounts: accounts("Accounts that images may be replicated to, including the registry's own."),
  },
  types: [resourceTypes.replication],
  judge: (resource, config, findings) => {
    const path = "replicationConfiguration";
    const configuration = resource.read(path);
    if (configuration instanceof Unknown) {
      findings.unjudged(`${path} is not known yet.`, configuration);
      return;
    }
    const allowed = {
      region: (region: string) => matchesAny(region, config.regions),
      registryId: (account: string) => config.accounts.includes(account),
    };
    const lists = {
      region: listed(config.regions, "none"),
      registryId: listed(config.accounts, "none"),
    };
    const own = regionOf(resource.read("region"), resource.provider?.props);
    for (const [at, destination] of destinationsOf(configuration, path)) {
      if (destination instanceof Unknown) {
        findings.unjudged(`${at} is not known yet.`, destination);
        continue;
      }
      for (const property of ["region", "registryId"] as const) {
        const value = (destination as Record<string, unknown> | null)?.[property];
        if (value instanceof Unknown) {
          findings.unjudged(`${at}.${property} is not known yet. Allowed: ${lists[property]}.`, value);
        } else if (typeof value === "string" && !allowed[property](value)) {
          findings.violation(
            `${at}.${property}: images are replicated to "${value}". Allowed: ${lists[property]}. Remove the destination, or add it to ` +
              `the parameter \`${property === "region" ? "regions" : "accounts"}\`.`,
          );
        }
        for (const fault of property === "region" ? destinationPartitionFaults(value, `${at}.region`, own) : []) {
          findings.violation(faultMessage(fault));
        }
      }
    }
  },
});

/** The destinations of all rules, each with its path; an unknown list stands for its entries. */
function destinationsOf(configuration: unknown, path: string): [path: string, destination: unknown][] {
  return entries((configuration as Record<string, unknown> | undefined)?.["rules"], `${path}.rules`).flatMap(
    ([at, rule]): [string, unknown][] =>
      rule instanceof Unknown
        ? [[at, rule]]
        : entries((rule as Record<string, unknown> | null)?.["destinations"], `${at}.destinations`),
  );
}

function entries(list: unknown, path: string): [string, unknown][] {
  if (list instanceof Unknown) {
    return [[path, list]];
  }
  return (Array.isArray(list) ? list : []).map((each: unknown, index) => [`${path}[${index}]`, each]);
}
