import type { Fault } from "../faults";
import { customRoleFaults, isAccountId } from "../names/accounts";
import { arnPartitionFaults, isRegionName, isSamePartition } from "../names/regions";
import { repeatedPrefixFaults, repositoryPrefixFaults, rootPrefix } from "../names/repositoryPrefixes";
import { isObject, type JsonObject } from "../values/jsonObjects";
import { oneOf } from "../values/nearestWord";
import {
  ecrUpstream,
  type UpstreamRegistry,
  upstreamRegistries,
  upstreamRegistryOf,
  upstreamUrlFaults,
} from "./upstreamRegistries";

/**
 * Pull-through cache rules: pulling `<prefix>/<name>` when the registry does not have it fetches `<name>` from an
 * upstream registry. Source: ECR API, CreatePullThroughCacheRule; ECR user guide, "Sync an upstream registry with an
 * Amazon ECR private registry"; quotas in the same guide.
 */
export const pullThroughCacheLimits = {
  /** Length of `ecrRepositoryPrefix` and `upstreamRepositoryPrefix` in characters. */
  prefix: { minimum: 2, maximum: 30 },
  /** Limit on the rules of a registry. */
  rules: 50,
  /** Maximum length of `credentialArn`. The API's minimum of 50 is met by every secret's ARN. */
  credentialArn: 612,
} as const;

/** Required prefix of the names of secrets with an upstream's credentials. */
export const credentialSecretPrefix = "ecr-pullthroughcache/";

/** A pull-through cache rule in ECR's API. */
export interface PullThroughCacheRule {
  /** 2 to 30 characters, or `ROOT` for every name without another matching rule. ECR adds the trailing `/`. */
  ecrRepositoryPrefix: string;
  /** Host of the upstream, without scheme or path. */
  upstreamRegistryUrl: string;
  /** @default derived from the URL */
  upstreamRegistry?: UpstreamRegistry;
  /** A secret `ecr-pullthroughcache/…` in the registry's own account and region. @default none */
  credentialArn?: string;
  /** A role in the registry's own account, for another account's ECR. @default none */
  customRoleArn?: string;
  /** For an ECR upstream only: which of its repositories; 2 to 30 characters or `ROOT`. @default "ROOT" */
  upstreamRepositoryPrefix?: string;
}

/**
 * Why ECR could not read credentials from this secret: it must be named `ecr-pullthroughcache/…` and be in the rule's
 * own account and region (ECR user guide, "Creating a pull through cache rule"). Its value is JSON with `username` and
 * `accessToken`, encrypted with the account's own `aws/secretsmanager` key; the ARN shows neither.
 *
 * @param region The registry's region; omitted: not compared.
 * @param account The registry's account; omitted: not compared.
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
      `must be the ARN of a Secrets Manager secret, at most ${maximum} characters.`,
      `write "arn:aws:secretsmanager:<region>:<account>:secret:${credentialSecretPrefix}<name>-<six characters>".`,
    );
    return faults;
  }
  const [, secretRegion, secretAccount, name = ""] = match;
  if (!name.startsWith(credentialSecretPrefix) || name === credentialSecretPrefix) {
    fault(
      `ECR reads only secrets whose names begin with ${credentialSecretPrefix}.`,
      `create a new secret "${credentialSecretPrefix}<name>": a secret cannot be renamed.`,
    );
  }
  if (region !== undefined && secretRegion !== region) {
    fault(
      `the secret is in ${secretRegion}, the rule in ${region}: ECR reads only secrets of the rule's own region.`,
      `name a secret in ${region} (Secrets Manager can replicate it there).`,
    );
  }
  if (account !== undefined && secretAccount !== account) {
    fault(
      `the secret is in account ${secretAccount}, the rule in ${account}: ECR reads only secrets of the rule's own account.`,
      `create the secret in account ${account}.`,
    );
  }
  return [...faults, ...arnPartitionFaults(arn, path)];
}

/**
 * Why ECR would refuse a pull-through cache rule.
 *
 * @param rule Any value; validated as PullThroughCacheRule.
 * @param path The rule's path; faults are at `<path>.ecrRepositoryPrefix` and so on.
 * @param region The registry's region; omitted: not compared.
 * @param account The registry's account; omitted: not compared.
 * @returns Every fault, or none. Never throws.
 */
export function pullThroughCacheRuleFaults(rule: unknown, path: string, region?: string, account?: string): Fault[] {
  if (!isObject(rule)) {
    return [
      {
        path,
        value: rule,
        rule: "a pull-through cache rule must be an object.",
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

/**
 * Why ECR would refuse a registry's rules together: each one's faults, more than 50, or repeated prefixes. Never
 * throws.
 */
export function pullThroughCacheFaults(rules: unknown, path: string, region?: string, account?: string): Fault[] {
  if (!Array.isArray(rules)) {
    return [{ path, value: rules, rule: "pull-through cache rules must be a list.", fix: "write a list of rules." }];
  }
  const faults = rules.flatMap((rule, index) => pullThroughCacheRuleFaults(rule, `${path}[${index}]`, region, account));
  if (rules.length > pullThroughCacheLimits.rules) {
    faults.push({
      path,
      value: rules,
      rule: `a registry can have at most ${pullThroughCacheLimits.rules} pull-through cache rules; there are ${rules.length}.`,
      fix: "leave some out; the quota cannot be raised.",
    });
  }
  const prefixes = rules.map((rule: unknown, index) => ({
    prefix: isObject(rule) ? rule["ecrRepositoryPrefix"] : undefined,
    path: `${path}[${index}].ecrRepositoryPrefix`,
  }));
  return [...faults, ...repeatedPrefixFaults(prefixes, "pull-through cache rule")];
}

/** The API accepts the upstream's name in addition to its URL; the two must agree. */
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
      rule: known
        ? "the upstream's name and its URL must belong to one registry."
        : "ECR knows no upstream of this name.",
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
      rule: `only an ECR upstream can have a repository prefix; ${String(url)} is not one.`,
      fix: "leave it out.",
    });
  } else if (ecrRepositoryPrefix === rootPrefix && prefix !== rootPrefix) {
    faults.push({
      path: at,
      value: prefix,
      rule: "with the prefix ROOT, the upstream's prefix must be ROOT too.",
      fix: "leave it out, or give the rule its own prefix.",
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
        `only an ECR upstream can have a role; ${String(url)} is not one.`,
        "leave it out.",
      );
    }
    if (upstreamRegistries[upstream].signIn === "secret" && credentialArn === undefined) {
      fault(
        "credentialArn",
        credentialArn,
        `${String(url)} does not allow pulls without credentials.`,
        `name a Secrets Manager secret "${credentialSecretPrefix}<name>" with \`username\` and \`accessToken\`.`,
      );
    }
    return faults;
  }
  if (credentialArn !== undefined) {
    fault(
      "credentialArn",
      credentialArn,
      "an ECR upstream needs a role, not a secret.",
      "leave it out, and name customRoleArn.",
    );
  }
  const registry = ecrUpstream(url);
  if (registry && isAccountId(account) && registry.account !== account && customRoleArn === undefined) {
    fault(
      "customRoleArn",
      customRoleArn,
      `${registry.account} is another account: to pull from there, ECR assumes a role of account ${account}.`,
      "name a role that pullthroughcache.ecr.amazonaws.com can assume and that is allowed to pull there.",
    );
  }
  if (registry && region !== undefined && !isSamePartition(registry.region, region)) {
    fault(
      "upstreamRegistryUrl",
      url,
      `${registry.region} is in another partition than the registry's ${region}: accounts and roles of one do not exist in the other.`,
      "name a registry in the same partition.",
    );
  }
  if (registry && registry.account === account && isRegionName(region) && registry.region === region) {
    fault(
      "upstreamRegistryUrl",
      url,
      "a registry cannot be its own upstream.",
      "name another account's or region's registry.",
    );
  }
  return faults;
}
