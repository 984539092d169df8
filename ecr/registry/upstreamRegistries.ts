import type { Fault } from "../faults";
import type { AccountRegion } from "../names/accounts";
import { parseEcrHost, publicRegistryHosts, registryHost, withStandardHost } from "../names/imageReference";
import { withSuggestion } from "../values/nearestWord";

/** How ECR authenticates to an upstream: not at all, with a secret, or with an IAM role. */
export type UpstreamSignIn = "none" | "secret" | "role";

interface Upstream {
  /** The host, its suffix (`*.azurecr.io`), or its format for another ECR registry. */
  host: string;
  signIn: UpstreamSignIn;
}

/**
 * The upstream registries that ECR supports, by their names in the API (UpstreamRegistry). `signIn` says whether a
 * secret is required; for the public ones it is optional. GitLab: only its hosted registry. ECR in another account
 * needs a role; in another region of the same account it needs none.
 */
export const upstreamRegistries = {
  "ecr-public": { host: "public.ecr.aws", signIn: "none" },
  k8s: { host: "registry.k8s.io", signIn: "none" },
  quay: { host: "quay.io", signIn: "none" },
  "docker-hub": { host: "registry-1.docker.io", signIn: "secret" },
  "github-container-registry": { host: "ghcr.io", signIn: "secret" },
  "gitlab-container-registry": { host: "registry.gitlab.com", signIn: "secret" },
  chainguard: { host: "cgr.dev", signIn: "secret" },
  "azure-container-registry": { host: "*.azurecr.io", signIn: "secret" },
  ecr: { host: "<account>.dkr.ecr.<region>.amazonaws.com", signIn: "role" },
} as const satisfies Record<string, Upstream>;

export type UpstreamRegistry = keyof typeof upstreamRegistries;

/**
 * Another private ECR registry as an upstream, by its standard host: the API documents
 * `<account>.dkr.ecr.<region>.amazonaws.com`, but no FIPS or dual-stack hosts.
 */
export function ecrUpstream(url: unknown): AccountRegion | undefined {
  const registry = typeof url === "string" ? parseEcrHost(url) : undefined;
  return registry && !registry.fips && !registry.dualStack
    ? { account: registry.account, region: registry.region }
    : undefined;
}

/** The upstream registry with this URL; `undefined` when ECR does not support one there. Never throws. */
export function upstreamRegistryOf(url: unknown): UpstreamRegistry | undefined {
  if (typeof url !== "string" || !/^[a-zA-Z0-9.-]+$/.test(url)) {
    return undefined;
  }
  if (ecrUpstream(url)) {
    return "ecr";
  }
  if (/^[a-zA-Z0-9][a-zA-Z0-9-]*\.azurecr\.io$/.test(url)) {
    return "azure-container-registry";
  }
  return (Object.keys(upstreamRegistries) as UpstreamRegistry[]).find((name) => upstreamRegistries[name].host === url);
}

/** Common wrong hosts of upstreams, with the correct ones. */
const commonWrongHosts: Record<string, string> = {
  "docker.io": "registry-1.docker.io",
  "index.docker.io": "registry-1.docker.io",
  "hub.docker.com": "registry-1.docker.io",
  "k8s.gcr.io": "registry.k8s.io",
  "gallery.ecr.aws": "public.ecr.aws",
  "gitlab.com": "registry.gitlab.com",
};

/** ECR's supported host for a registry given by its FIPS or dual-stack host. */
function supportedHost(host: string): string | undefined {
  if (publicRegistryHosts.some((each) => each === host)) {
    return upstreamRegistries["ecr-public"].host;
  }
  const registry = parseEcrHost(host);
  return registry && registryHost(withStandardHost(registry));
}

/** Why ECR does not support this upstream. Never throws. */
export function upstreamUrlFaults(url: unknown, path: string): Fault[] {
  if (upstreamRegistryOf(url)) {
    return [];
  }
  const host = typeof url === "string" ? url.replace(/^[a-z]+:\/\//, "").replace(/\/.*$/s, "") : "";
  const meant = commonWrongHosts[host] ?? (upstreamRegistryOf(host) ? host : supportedHost(host));
  const hosts = Object.values(upstreamRegistries).map((upstream) => upstream.host);
  return [
    {
      path,
      value: url,
      rule: `an upstream must be the host of a registry that ECR can pull from: ${hosts.join(", ")}.`,
      fix: meant
        ? `write "${meant}".`
        : withSuggestion(
            url,
            [...Object.keys(upstreamRegistries), ...hosts],
            "write one of these hosts, without scheme and path.",
          ),
    },
  ];
}
