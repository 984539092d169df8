import type { PullThroughCacheRule } from "@aws-sdk/client-ecr";
import { ecrUpstream, upstreamRegistryOf } from "../../ecr/pullThroughCache";
import { coveredNames, rootPrefix } from "../../ecr/repositoryPrefixes";
import type { GatewayContext } from "./context";
import type { RegistryAddress, RepositoryRecord } from "./state/records";
import { pullThroughCacheRules } from "./state/registrySettings";

/** The rule for a repository's name: the one with the longest prefix, `ROOT` when no other covers it. */
export function ruleFor(
  context: GatewayContext,
  registry: RegistryAddress,
  name: string,
): PullThroughCacheRuleRecord | undefined {
  const fitting = pullThroughCacheRules
    .all(context.store, registry)
    .map(({ key, value }) => ({ ...value, names: coveredNames(key) }))
    .filter(({ names }) => name.startsWith(names) && name !== names);
  return fitting.sort((a, b) => b.names.length - a.names.length)[0];
}

type PullThroughCacheRuleRecord = Omit<PullThroughCacheRule, "createdAt" | "updatedAt"> & {
  /** What the names of its repositories begin with. */
  names: string;
};

/** Where an upstream is in the sandbox. */
export type Upstream = { kind: "public" } | { kind: "private"; registry: RegistryAddress };

/**
 * The registry of the sandbox that stands for a rule's upstream: its own public one for public.ecr.aws, the private one
 * of an account and region for an ECR address.
 *
 * @returns `undefined` for every other upstream: those are on the internet.
 */
export function localUpstream({ upstreamRegistryUrl }: { upstreamRegistryUrl?: string }): Upstream | undefined {
  if (upstreamRegistryOf(upstreamRegistryUrl) === "ecr-public") {
    return { kind: "public" };
  }
  const place = ecrUpstream(upstreamRegistryUrl);
  return place && { kind: "private", registry: { kind: "private", ...place } };
}

/** Why a rule's upstream cannot be reached. */
export function noInternet({ upstreamRegistryUrl }: { upstreamRegistryUrl?: string }): string {
  return `The sandbox has no way to ${upstreamRegistryUrl}: its pull-through caches fetch from its own public registry (public.ecr.aws) and from private registries of its accounts.`;
}

/** The repository of an upstream that a name in the cache stands for. */
export function upstreamRepository(
  context: GatewayContext,
  rule: PullThroughCacheRuleRecord,
  upstream: Upstream,
  name: string,
): RepositoryRecord | undefined {
  const rest = name.slice(rule.names.length);
  if (upstream.kind === "private") {
    return context.store.repository(
      upstream.registry,
      coveredNames(rule.upstreamRepositoryPrefix ?? rootPrefix) + rest,
    );
  }
  const [alias = "", ...path] = rest.split("/");
  const registry = context.registries.publicRegistryOf(alias);
  return registry && context.store.repository(registry, path.join("/"));
}
