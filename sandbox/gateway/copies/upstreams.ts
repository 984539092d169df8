import type { PullThroughCacheRule } from "@aws-sdk/client-ecr";
import { coveredNames, rootPrefix } from "../../../ecr/names/repositoryPrefixes";
import { ecrUpstream, upstreamRegistryOf } from "../../../ecr/registry/upstreamRegistries";
import type { CreationDependencies } from "../repositories/repositoryCreation";
import type { RegistryAddress, RepositoryRecord } from "../state/records";
import { pullThroughCacheRules } from "../state/registrySettings";

/** The rule for a repository name: the one with the longest matching prefix, or `ROOT` when no other matches. */
export function ruleFor(
  context: CreationDependencies,
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
  /** The prefix of its repository names. */
  names: string;
};

/** Where an upstream is in the sandbox. */
export type Upstream = { kind: "public" } | { kind: "private"; registry: RegistryAddress };

/**
 * The sandbox's registry for a rule's upstream: its public registry for public.ecr.aws, the private registry of an
 * account and region for an ECR URL.
 *
 * @returns `undefined` for any other upstream: those are on the internet.
 */
export function localUpstream({ upstreamRegistryUrl }: { upstreamRegistryUrl?: string }): Upstream | undefined {
  if (upstreamRegistryOf(upstreamRegistryUrl) === "ecr-public") {
    return { kind: "public" };
  }
  const place = ecrUpstream(upstreamRegistryUrl);
  return place && { kind: "private", registry: { kind: "private", ...place } };
}

/** The reason an upstream cannot be reached. */
export function noInternet({ upstreamRegistryUrl }: { upstreamRegistryUrl?: string }): string {
  return `The sandbox cannot reach ${upstreamRegistryUrl}: its pull-through caches fetch from its own public registry (public.ecr.aws) and from the private registries of its accounts.`;
}

/** The upstream repository that a name in the cache maps to. */
export function upstreamRepository(
  context: CreationDependencies,
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
