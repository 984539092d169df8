import { type Fault, faultMessage } from "../ecr/faults";
import { parseEcrHost } from "../ecr/imageReference";
import { pullThroughCacheRuleFaults } from "../ecr/pullThroughCache";
import { destinationPartitionFaults } from "../ecr/replication";
import { wildcardMatches } from "../ecr/wildcard";
import { nist } from "./frameworks";
import { accounts, texts } from "./parameters";
import { providerAccount } from "./places";
import { listed, regionOf, resourceTypes } from "./resources";
import { resourceRule } from "./rule";
import { Unknown } from "./unknowns";

export const pullThroughCaches = resourceRule<{ upstreams: string[] }>({
  name: "ecr-pull-through-caches",
  displayName: "Pull-through caches are of allowed upstreams",
  description:
    "Pull-through cache rules are for allowed registries, as ECR takes them, with credentials where those are needed.",
  severity: "high",
  framework: nist(["SR-3", "SR-5", "SI-7"], "Components come from known sources"),
  tags: ["supply-chain"],
  remediationSteps:
    "Take the rule out, or write its upstream into the parameter `upstreams`. Give an upstream that needs a login a secret named " +
    "ecr-pullthroughcache/….",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html",
  parameters: {
    upstreams: texts(
      "Hosts of registries that may be cached; `*` stands for any characters. That of the own account needs no entry.",
      ["public.ecr.aws", "registry.k8s.io", "quay.io", "registry-1.docker.io"],
    ),
  },
  types: [resourceTypes.pullThroughCache],
  judge: (resource, { upstreams }, findings) => {
    const label = `pull-through cache rule "${resource.name}"`;
    const properties = [
      "ecrRepositoryPrefix",
      "upstreamRegistryUrl",
      "credentialArn",
      "customRoleArn",
      "upstreamRepositoryPrefix",
    ];
    const given = properties
      .map((each) => [each, resource.read(each)] as const)
      .filter(([, value]) => value !== undefined);
    const open = given.filter(([, value]) => value instanceof Unknown);
    const url = resource.read("upstreamRegistryUrl");
    for (const [property, value] of open) {
      if (property === "upstreamRegistryUrl") {
        findings.unjudged(
          `${property} of ${label} is not known yet; allowed are ${listed(upstreams, "none")}.`,
          value as Unknown,
        );
      }
    }
    const own = providerAccount(resource);
    const isOwn = typeof url === "string" && own !== undefined && parseEcrHost(url)?.account === own;
    if (typeof url === "string" && !isOwn && !upstreams.some((each) => wildcardMatches(each, url))) {
      findings.violation(
        `upstreamRegistryUrl: ${label} caches images of "${url}"; allowed are ${listed(upstreams, "none")}. Write one of these, ` +
          "or this one into the parameter `upstreams`.",
      );
    }
    for (const fault of certainFaults(given, regionOf(resource.read("region"), resource.provider?.props))) {
      findings.violation(`${faultMessage(fault)} It is of ${label}.`);
    }
  },
});

/**
 * Why ECR would refuse a rule, whatever the values that are not known yet turn out to be. Such a value is there, and taken to
 * have the right form; without the upstream, only the prefix can be judged.
 */
function certainFaults(
  given: readonly (readonly [property: string, value: unknown])[],
  region: string | undefined,
): Fault[] {
  const rule = Object.fromEntries(given);
  const isOpen = (property: string) => rule[property] instanceof Unknown;
  const filledIn = given.map(([property, value]) => [property, value instanceof Unknown ? forms[property] : value]);
  return pullThroughCacheRuleFaults(Object.fromEntries(filledIn), "", region)
    .map((fault) => ({ ...fault, path: fault.path.replace(/^\./, "") }))
    .filter(({ path }) => !isOpen(path) && (!isOpen("upstreamRegistryUrl") || path === "ecrRepositoryPrefix"));
}

const forms: Readonly<Record<string, string>> = {
  ecrRepositoryPrefix: "prefix",
  upstreamRepositoryPrefix: "prefix",
  upstreamRegistryUrl: "public.ecr.aws",
  credentialArn: "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/name-AbCdEf",
  customRoleArn: "arn:aws:iam::123456789012:role/name",
};

interface ReplicationConfig {
  regions: string[];
  accounts: string[];
}

export const replicationDestinations = resourceRule<ReplicationConfig>({
  name: "ecr-replication-destinations",
  displayName: "Images are replicated to allowed places only",
  description: "The registry's replication goes to allowed regions and accounts.",
  severity: "high",
  framework: nist(["AC-4", "AC-20", "CP-9", "SA-9(5)"], "Information stays where it may be"),
  tags: ["data-residency"],
  remediationSteps:
    "Take the destination out, or write it into the rule's parameters. What was replicated stays there until it is deleted.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html",
  parameters: {
    regions: texts("Regions that images may be replicated to; `*` stands for any characters, as in `eu-*`.", [], {
      pattern: "^[a-z0-9*-]+$",
    }),
    accounts: accounts("Accounts that images may be replicated to, the registry's own among them."),
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
      region: (region: string) => config.regions.some((pattern) => wildcardMatches(pattern, region)),
      registryId: (account: string) => config.accounts.includes(account),
    };
    const lists = {
      region: listed(config.regions, "no other regions"),
      registryId: listed(config.accounts, "no other accounts"),
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
          findings.unjudged(`${at}.${property} is not known yet; allowed are ${lists[property]}.`, value);
        } else if (typeof value === "string" && !allowed[property](value)) {
          findings.violation(
            `${at}.${property}: images go to "${value}"; allowed are ${lists[property]}. Take the destination out, or write it into ` +
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

/** The destinations of all rules, each with its path; what is not known of a list stands for its entries. */
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
