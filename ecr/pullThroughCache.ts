import { customRoleFaults, isAccountId, type RegistryPlace } from "./accounts";
import type { Fault } from "./faults";
import { parseEcrHost, publicRegistryHosts, registryHost, usualRegistry } from "./imageReference";
import { isObject, type JsonObject } from "./jsonObjects";
import { oneOf, withGuess } from "./nearestWord";
import { arnPartitionFaults, isRegionName, isSamePartition } from "./regions";
import { repeatedPrefixFaults, repositoryPrefixFaults, rootPrefix } from "./repositoryPrefixes";

/**
 * Pull-through cache rules: a pull of `<prefix>/<name>` that the registry does not hold fetches `<name>` from an
 * upstream registry. Source: ECR API, CreatePullThroughCacheRule; ECR user guide, "Sync an upstream registry with an
 * Amazon ECR private registry"; quotas in the same guide.
 */
export const pullThroughCacheLimits = {
  /** Characters of `ecrRepositoryPrefix` and `upstreamRepositoryPrefix`. */
  prefix: { minimum: 2, maximum: 30 },
  /** Rules of one registry. */
  rules: 50,
  /** Characters of `credentialArn`; every ARN that names a secret has the 50 that the API asks for at least. */
  credentialArn: 612,
} as const;

/** How every secret's name begins that ECR may read an upstream's credentials from. */
export const credentialSecretPrefix = "ecr-pullthroughcache/";

/** How ECR signs in to an upstream: not at all, with a secret, or as an IAM role. */
export type UpstreamSignIn = "none" | "secret" | "role";

interface Upstream {
  /** The host, or how it ends (`*.azurecr.io`), or its form for another ECR registry. */
  host: string;
  signIn: UpstreamSignIn;
}

/**
 * The upstream registries that ECR knows, under the names of the API (UpstreamRegistry). A secret is needed where
 * `signIn` says so; for the open ones it is optional. GitLab: its hosted registry only. Another account's ECR needs a
 * role, the same account's in another region none.
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

/** What ECR's API calls a pull-through cache rule. */
export interface PullThroughCacheRule {
  /** 2 to 30 characters, or `ROOT` for every name that no other rule covers. ECR adds the `/` at its end. */
  ecrRepositoryPrefix: string;
  /** Host of the upstream, without scheme or path. */
  upstreamRegistryUrl: string;
  /** @default what the URL says */
  upstreamRegistry?: UpstreamRegistry;
  /** A secret `ecr-pullthroughcache/…` of the registry's own account and region. @default none */
  credentialArn?: string;
  /** A role of the registry's own account, for another account's ECR. @default none */
  customRoleArn?: string;
  /** For an ECR upstream only: which of its repositories; 2 to 30 characters or `ROOT`. @default "ROOT" */
  upstreamRepositoryPrefix?: string;
}

/**
 * Another private ECR registry as an upstream, by its usual host: the API documents
 * `<account>.dkr.ecr.<region>.amazonaws.com`, neither FIPS nor dual-stack hosts.
 */
export function ecrUpstream(url: unknown): RegistryPlace | undefined {
  const registry = typeof url === "string" ? parseEcrHost(url) : undefined;
  return registry && !registry.fips && !registry.dualStack
    ? { account: registry.account, region: registry.region }
    : undefined;
}

/** Which upstream a URL names; `undefined` when ECR knows none there. Never throws. */
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

/** Hosts that people write for an upstream that has another one. */
const otherHosts: Record<string, string> = {
  "docker.io": "registry-1.docker.io",
  "index.docker.io": "registry-1.docker.io",
  "hub.docker.com": "registry-1.docker.io",
  "k8s.gcr.io": "registry.k8s.io",
  "gallery.ecr.aws": "public.ecr.aws",
  "gitlab.com": "registry.gitlab.com",
};

/** The host that ECR knows a registry by which is written by its FIPS or dual-stack one. */
function usualHost(host: string): string | undefined {
  if (publicRegistryHosts.some((each) => each === host)) {
    return upstreamRegistries["ecr-public"].host;
  }
  const registry = parseEcrHost(host);
  return registry && registryHost(usualRegistry(registry));
}

/** Why ECR has no such upstream. Never throws. */
export function upstreamUrlFaults(url: unknown, path: string): Fault[] {
  if (upstreamRegistryOf(url)) {
    return [];
  }
  const host = typeof url === "string" ? url.replace(/^[a-z]+:\/\//, "").replace(/\/.*$/s, "") : "";
  const meant = otherHosts[host] ?? (upstreamRegistryOf(host) ? host : usualHost(host));
  const hosts = Object.values(upstreamRegistries).map((upstream) => upstream.host);
  return [
    {
      path,
      value: url,
      rule: `an upstream is the host of a registry that ECR can fetch from: ${hosts.join(", ")}.`,
      fix: meant
        ? `write "${meant}".`
        : withGuess(
            url,
            [...Object.keys(upstreamRegistries), ...hosts],
            "write one of these hosts, without scheme and path.",
          ),
    },
  ];
}

/**
 * Why ECR could not read credentials from this secret: it is named `ecr-pullthroughcache/…` and is in the rule's own
 * account and region (ECR user guide, "Creating a pull through cache rule"). Its text is JSON with `username` and
 * `accessToken`, encrypted with the account's own `aws/secretsmanager` key; neither shows in the ARN.
 *
 * @param region The registry's region; left out: not compared.
 * @param account The registry's account; left out: not compared.
 * @returns Every fault, or none. Never throws.
 */
export function credentialFaults(arn: unknown, path: string, region?: string, account?: string): Fault[] {
  const maximum = pullThroughCacheLimits.credentialArn;
  const match =
    typeof arn === "string" && arn.length <= maximum
      ? /^arn:aws(?:-\w+)*:secretsmanager:([a-z0-9-]+):([0-9]{12}):secret:([a-zA-Z0-9/_+=.@-]+)$/.exec(arn)
      : null;
  const faults: Fault[] = [];
  const fault = (rule: string, fix: string) => faults.push({ path, value: arn, rule, fix });
  if (!match) {
    fault(
      `credentials are named by the ARN of a Secrets Manager secret, at most ${maximum} characters.`,
      `write "arn:aws:secretsmanager:<region>:<account>:secret:${credentialSecretPrefix}<name>-<six characters>".`,
    );
    return faults;
  }
  const [, secretRegion, secretAccount, name = ""] = match;
  if (!name.startsWith(credentialSecretPrefix) || name === credentialSecretPrefix) {
    fault(
      `ECR reads secrets only whose name begins with ${credentialSecretPrefix}.`,
      `create the secret anew as "${credentialSecretPrefix}<name>": a secret cannot be renamed.`,
    );
  }
  if (region !== undefined && secretRegion !== region) {
    fault(
      `the secret is in ${secretRegion}, the rule in ${region}: ECR reads secrets of the rule's own region only.`,
      `name a secret in ${region} (Secrets Manager can replicate one there).`,
    );
  }
  if (account !== undefined && secretAccount !== account) {
    fault(
      `the secret is in account ${secretAccount}, the rule in ${account}: ECR reads secrets of the rule's own account only.`,
      `create the secret in account ${account}.`,
    );
  }
  return [...faults, ...arnPartitionFaults(arn, path)];
}

/**
 * Why ECR would refuse a pull-through cache rule.
 *
 * @param rule Anything at all; read as PullThroughCacheRule.
 * @param path The rule's path; faults are at `<path>.ecrRepositoryPrefix` and so on.
 * @param region The registry's region; left out: nothing is compared with it.
 * @param account The registry's account; left out: nothing is compared with it.
 * @returns Every fault, or none. Never throws.
 */
export function pullThroughCacheRuleFaults(rule: unknown, path: string, region?: string, account?: string): Fault[] {
  if (!isObject(rule)) {
    return [
      {
        path,
        value: rule,
        rule: "a pull-through cache rule is an object.",
        fix: 'write { ecrRepositoryPrefix: "ecr-public", upstreamRegistryUrl: "public.ecr.aws" }.',
      },
    ];
  }
  const { credentialArn, customRoleArn } = rule;
  return [
    ...repositoryPrefixFaults(
      rule["ecrRepositoryPrefix"],
      `${path}.ecrRepositoryPrefix`,
      "a cache rule's prefix",
      pullThroughCacheLimits.prefix,
    ),
    ...upstreamUrlFaults(rule["upstreamRegistryUrl"], `${path}.upstreamRegistryUrl`),
    ...upstreamNameFaults(rule, path),
    ...(credentialArn === undefined ? [] : credentialFaults(credentialArn, `${path}.credentialArn`, region, account)),
    ...(customRoleArn === undefined ? [] : customRoleFaults(customRoleArn, `${path}.customRoleArn`, account, region)),
    ...upstreamPrefixFaults(rule, path),
    ...signInFaults(rule, path, region, account),
  ];
}

/** Why ECR would refuse a registry's rules together: each one's faults, more than 50, or a prefix twice. Never throws. */
export function pullThroughCacheFaults(rules: unknown, path: string, region?: string, account?: string): Fault[] {
  if (!Array.isArray(rules)) {
    return [{ path, value: rules, rule: "pull-through cache rules are a list.", fix: "write a list of rules." }];
  }
  const faults = rules.flatMap((rule, index) => pullThroughCacheRuleFaults(rule, `${path}[${index}]`, region, account));
  if (rules.length > pullThroughCacheLimits.rules) {
    faults.push({
      path,
      value: rules,
      rule: `a registry has at most ${pullThroughCacheLimits.rules} pull-through cache rules, there are ${rules.length}.`,
      fix: "leave some out; the quota cannot be raised.",
    });
  }
  const prefixes = rules.map((rule: unknown, index) => ({
    prefix: isObject(rule) ? rule["ecrRepositoryPrefix"] : undefined,
    path: `${path}[${index}].ecrRepositoryPrefix`,
  }));
  return [...faults, ...repeatedPrefixFaults(prefixes, "pull-through cache rule")];
}

/** The API takes the upstream's name beside its URL; the two must agree. */
function upstreamNameFaults(rule: JsonObject, path: string): Fault[] {
  const name = rule["upstreamRegistry"];
  const actual = upstreamRegistryOf(rule["upstreamRegistryUrl"]);
  const known = typeof name === "string" && Object.hasOwn(upstreamRegistries, name);
  if (name === undefined || (known && (actual === undefined || name === actual))) {
    return [];
  }
  return [
    {
      path: `${path}.upstreamRegistry`,
      value: name,
      rule: known ? "the upstream's name and its URL are of one registry." : "ECR knows no upstream of this name.",
      fix: actual ? `write "${actual}", or leave it out.` : oneOf(name, Object.keys(upstreamRegistries)),
    },
  ];
}

/** ECR user guide, "Customizing repository prefixes for ECR to ECR pull through cache". */
function upstreamPrefixFaults(rule: JsonObject, path: string): Fault[] {
  const { upstreamRepositoryPrefix: prefix, upstreamRegistryUrl: url, ecrRepositoryPrefix } = rule;
  if (prefix === undefined) {
    return [];
  }
  const at = `${path}.upstreamRepositoryPrefix`;
  const faults = repositoryPrefixFaults(prefix, at, "an upstream's repository prefix", pullThroughCacheLimits.prefix);
  const upstream = upstreamRegistryOf(url);
  if (upstream !== undefined && upstream !== "ecr") {
    faults.push({
      path: at,
      value: prefix,
      rule: `only an ECR upstream takes a repository prefix, ${String(url)} does not.`,
      fix: "leave it out.",
    });
  } else if (ecrRepositoryPrefix === rootPrefix && prefix !== rootPrefix) {
    faults.push({
      path: at,
      value: prefix,
      rule: "with the prefix ROOT, the upstream's prefix is ROOT too.",
      fix: "leave it out, or give the rule a prefix of its own.",
    });
  }
  return faults;
}

/** Credentials that are missing, or of the wrong kind for the upstream. */
function signInFaults(rule: JsonObject, path: string, region?: string, account?: string): Fault[] {
  const { credentialArn, customRoleArn, upstreamRegistryUrl: url } = rule;
  const upstream = upstreamRegistryOf(url);
  const faults: Fault[] = [];
  const fault = (property: string, value: unknown, ruleText: string, fix: string) =>
    faults.push({ path: `${path}.${property}`, value, rule: ruleText, fix });
  if (upstream === undefined) {
    return faults;
  }
  if (upstream !== "ecr") {
    if (customRoleArn !== undefined) {
      fault(
        "customRoleArn",
        customRoleArn,
        `only an ECR upstream takes a role, ${String(url)} does not.`,
        "leave it out.",
      );
    }
    if (upstreamRegistries[upstream].signIn === "secret" && credentialArn === undefined) {
      fault(
        "credentialArn",
        credentialArn,
        `${String(url)} lets nobody pull without credentials.`,
        `name a Secrets Manager secret "${credentialSecretPrefix}<name>" with \`username\` and \`accessToken\`.`,
      );
    }
    return faults;
  }
  if (credentialArn !== undefined) {
    fault(
      "credentialArn",
      credentialArn,
      "an ECR upstream takes a role, not a secret.",
      "leave it out, and name customRoleArn.",
    );
  }
  const registry = ecrUpstream(url);
  if (registry && isAccountId(account) && registry.account !== account && customRoleArn === undefined) {
    fault(
      "customRoleArn",
      customRoleArn,
      `${registry.account} is another account: ECR pulls from there as a role of account ${account}.`,
      "name a role that pullthroughcache.ecr.amazonaws.com may take on and that may pull there.",
    );
  }
  if (registry && region !== undefined && !isSamePartition(registry.region, region)) {
    fault(
      "upstreamRegistryUrl",
      url,
      `${registry.region} is in another partition than the registry's ${region}: accounts and roles of one are unknown in the other.`,
      "name a registry of the same partition.",
    );
  }
  if (registry && registry.account === account && isRegionName(region) && registry.region === region) {
    fault(
      "upstreamRegistryUrl",
      url,
      "a registry is not its own upstream.",
      "name another account's or region's registry.",
    );
  }
  return faults;
}
