import { type Fault, faultMessage } from "../../ecr/faults";
import { parseEcrHost } from "../../ecr/names/imageReference";
import { pullThroughCacheRuleFaults } from "../../ecr/registry/pullThroughCache";
import { nist } from "../engine/frameworks";
import { stringListParameter } from "../engine/parameters";
import { matchesAny } from "../engine/patterns";
import { resourceRule } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { providerAccount } from "../resources/resourceLocation";
import { listed, regionOf, resourceTypes } from "../resources/resourceTypes";

export const pullThroughCaches = resourceRule<{ upstreams: string[] }>({
  name: "ecr-pull-through-caches",
  displayName: "Pull-through caches use allowed upstreams",
  description:
    "Pull-through cache rules use allowed upstream registries that ECR supports, with credentials where required.",
  severity: "high",
  framework: nist(["SR-3", "SR-5", "SI-7"], "Components come from known sources"),
  tags: ["supply-chain"],
  remediationSteps:
    "Remove the rule, or add its upstream to the parameter `upstreams`. An upstream that requires a login needs a secret named " +
    "ecr-pullthroughcache/….",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html",
  parameters: {
    upstreams: stringListParameter(
      "Hosts of registries that may be cached; `*` matches any characters. The account's own registry needs no entry.",
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
          `${property} of ${label} is not known yet. Allowed: ${listed(upstreams, "none")}.`,
          value as Unknown,
        );
      }
    }
    const own = providerAccount(resource);
    const isOwn = typeof url === "string" && own !== undefined && parseEcrHost(url)?.account === own;
    if (typeof url === "string" && !isOwn && !matchesAny(url, upstreams)) {
      findings.violation(
        `upstreamRegistryUrl: ${label} caches images of "${url}". Allowed: ${listed(upstreams, "none")}. Use one of these, ` +
          "or add this host to the parameter `upstreams`.",
      );
    }
    for (const fault of certainFaults(given, regionOf(resource.read("region"), resource.provider?.props))) {
      findings.violation(`${faultMessage(fault)} Found in ${label}.`);
    }
  },
});

/**
 * Why ECR would reject a rule, whatever its unknown values turn out to be. An unknown value counts as set and valid;
 * while the upstream is unknown, only the prefix can be checked.
 */
function certainFaults(
  given: readonly (readonly [property: string, value: unknown])[],
  region: string | undefined,
): Fault[] {
  const rule = Object.fromEntries(given);
  const isOpen = (property: string) => rule[property] instanceof Unknown;
  const filledIn = given.map(([property, value]) => [
    property,
    value instanceof Unknown ? placeholderValues[property] : value,
  ]);
  return pullThroughCacheRuleFaults(Object.fromEntries(filledIn), "", region)
    .map((fault) => ({ ...fault, path: fault.path.replace(/^\./, "") }))
    .filter(({ path }) => !isOpen(path) && (!isOpen("upstreamRegistryUrl") || path === "ecrRepositoryPrefix"));
}

const placeholderValues: Readonly<Record<string, string>> = {
  ecrRepositoryPrefix: "prefix",
  upstreamRepositoryPrefix: "prefix",
  upstreamRegistryUrl: "public.ecr.aws",
  credentialArn: "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/name-AbCdEf",
  customRoleArn: "arn:aws:iam::123456789012:role/name",
};
