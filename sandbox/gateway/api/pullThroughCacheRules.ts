import type {
  CreatePullThroughCacheRuleRequest,
  DeletePullThroughCacheRuleRequest,
  DescribePullThroughCacheRulesRequest,
  UpdatePullThroughCacheRuleRequest,
  ValidatePullThroughCacheRuleRequest,
} from "@aws-sdk/client-ecr";
import { pullThroughCacheLimits, pullThroughCacheRuleFaults } from "../../../ecr/registry/pullThroughCache";
import { upstreamRegistryOf, upstreamUrlFaults } from "../../../ecr/registry/upstreamRegistries";
import type { GatewayContext, Operation } from "../context";
import { localUpstream, noInternet } from "../copies/upstreams";
import type { RegistryAddress } from "../state/records";
import { pullThroughCacheRules, withDates } from "../state/registrySettings";
import { ServiceError } from "../wire/serviceError";
import { refuseInput } from "./faults";
import { pageOf } from "./paging";
import { inRegistry, requestedRegistry } from "./repositoryLookup";

const createRule: Operation<CreatePullThroughCacheRuleRequest> = (context, caller, input) => {
  const { registryId, ecrRepositoryPrefix = "", upstreamRegistryUrl = "", ...rest } = input;
  const registry = requestedRegistry("private", caller, registryId);
  refuseUpstream(upstreamRegistryUrl);
  refuseInput(pullThroughCacheRuleFaults(withoutRegistry(input), "", registry.region, registry.account));
  const now = context.clock.now();
  const rule = {
    ...rest,
    ecrRepositoryPrefix,
    upstreamRegistryUrl,
    upstreamRegistry: input.upstreamRegistry ?? upstreamRegistryOf(upstreamRegistryUrl),
    registryId: registry.account,
    createdAt: now,
    updatedAt: now,
  };
  context.store.change(() => {
    if (pullThroughCacheRules.get(context.store, registry, ecrRepositoryPrefix)) {
      throw new ServiceError(
        "PullThroughCacheRuleAlreadyExistsException",
        `A pull through cache rule with prefix '${ecrRepositoryPrefix}' already exists ${inRegistry(registry)}`,
      );
    }
    if (pullThroughCacheRules.all(context.store, registry).length >= pullThroughCacheLimits.rules) {
      throw new ServiceError(
        "LimitExceededException",
        `The registry with id '${registry.account}' has ${pullThroughCacheLimits.rules} pull through cache rules already.`,
      );
    }
    pullThroughCacheRules.put(context.store, registry, ecrRepositoryPrefix, rule);
  });
  const { updatedAt, ...output } = withDates(rule);
  return output;
};

const describeRules: Operation<DescribePullThroughCacheRulesRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const rules =
    input.ecrRepositoryPrefixes?.map((prefix) => existingRule(context, registry, prefix)) ??
    pullThroughCacheRules.all(context.store, registry).map(({ value }) => value);
  const { page, nextToken } = pageOf(rules, (rule) => rule.ecrRepositoryPrefix ?? "", input);
  return { pullThroughCacheRules: page.map(withDates), nextToken };
};

/** Changes the credentials or the role; omitted members keep their values. */
const updateRule: Operation<UpdatePullThroughCacheRuleRequest> = (context, caller, input) => {
  const { registryId, ecrRepositoryPrefix = "", ...given } = input;
  const registry = requestedRegistry("private", caller, registryId);
  const rule = context.store.change(() => {
    const current = existingRule(context, registry, ecrRepositoryPrefix);
    const changed = { ...current, ...defined(given), updatedAt: context.clock.now() };
    const { createdAt, updatedAt, ...whole } = changed;
    refuseInput(pullThroughCacheRuleFaults(withoutRegistry(whole), "", registry.region, registry.account));
    pullThroughCacheRules.put(context.store, registry, ecrRepositoryPrefix, changed);
    return changed;
  });
  const { createdAt, upstreamRegistryUrl, upstreamRegistry, ...output } = withDates(rule);
  return output;
};

const deleteRule: Operation<DeletePullThroughCacheRuleRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const rule = context.store.change(() => {
    const current = existingRule(context, registry, input.ecrRepositoryPrefix ?? "");
    pullThroughCacheRules.remove(context.store, registry, current.ecrRepositoryPrefix ?? "");
    return current;
  });
  const { updatedAt, upstreamRegistry, ...output } = withDates(rule);
  return output;
};

/** A rule is valid when its upstream is in the sandbox: such an upstream needs no secret. */
const validateRule: Operation<ValidatePullThroughCacheRuleRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const rule = existingRule(context, registry, input.ecrRepositoryPrefix ?? "");
  const isValid = localUpstream(rule) !== undefined;
  const { createdAt, updatedAt, upstreamRegistry, ...output } = rule;
  return { ...output, isValid, failure: isValid ? undefined : noInternet(rule) };
};

export const pullThroughCacheOperations = {
  CreatePullThroughCacheRule: createRule,
  DescribePullThroughCacheRules: describeRules,
  UpdatePullThroughCacheRule: updateRule,
  DeletePullThroughCacheRule: deleteRule,
  ValidatePullThroughCacheRule: validateRule,
};

function existingRule(context: GatewayContext, registry: RegistryAddress, prefix: string) {
  const rule = pullThroughCacheRules.get(context.store, registry, prefix);
  if (!rule) {
    throw new ServiceError(
      "PullThroughCacheRuleNotFoundException",
      `The pull through cache rule with prefix '${prefix}' does not exist ${inRegistry(registry)}`,
    );
  }
  return rule;
}

/** The rule in a request, without the registry ID. */
function withoutRegistry<T extends { registryId?: string }>({ registryId, ...rule }: T): Omit<T, "registryId"> {
  return rule;
}

/** @throws UnsupportedUpstreamRegistryException, with the supported upstreams. */
function refuseUpstream(url: string): void {
  const faults = upstreamUrlFaults(url, "upstreamRegistryUrl");
  refuseInput(faults, "UnsupportedUpstreamRegistryException");
}

function defined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Partial<T>;
}
