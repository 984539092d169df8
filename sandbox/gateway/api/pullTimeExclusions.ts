import type {
  DeregisterPullTimeUpdateExclusionRequest,
  ListPullTimeUpdateExclusionsRequest,
  RegisterPullTimeUpdateExclusionRequest,
} from "@aws-sdk/client-ecr";
import { pullTimeExclusionFaults, pullTimeExclusionLimits } from "../../../ecr/registry/pullTimeExclusions";
import type { Operation } from "../context";
import { pullTimeExclusions } from "../state/registrySettings";
import { ServiceError } from "../wire/serviceError";
import { refuseInput } from "./faults";
import { pageOf } from "./paging";

const register: Operation<RegisterPullTimeUpdateExclusionRequest> = (context, caller, input) => {
  const { principalArn = "" } = input;
  refuseInput(pullTimeExclusionFaults(principalArn, "principalArn", caller.region));
  const createdAt = context.clock.now();
  context.store.change(() => {
    if (pullTimeExclusions.get(context.store, caller, principalArn) !== undefined) {
      throw new ServiceError(
        "ExclusionAlreadyExistsException",
        `The pull time update exclusion for '${principalArn}' already exists in the registry with id '${caller.account}'`,
      );
    }
    if (pullTimeExclusions.all(context.store, caller).length >= pullTimeExclusionLimits.exclusions) {
      throw new ServiceError(
        "LimitExceededException",
        `The registry with id '${caller.account}' has ${pullTimeExclusionLimits.exclusions} pull time update exclusions already.`,
      );
    }
    pullTimeExclusions.put(context.store, caller, principalArn, createdAt);
  });
  return { principalArn, createdAt: new Date(createdAt) };
};

const deregister: Operation<DeregisterPullTimeUpdateExclusionRequest> = (context, caller, input) => {
  const { principalArn = "" } = input;
  context.store.change(() => {
    if (pullTimeExclusions.get(context.store, caller, principalArn) === undefined) {
      throw new ServiceError(
        "ExclusionNotFoundException",
        `The pull time update exclusion for '${principalArn}' does not exist in the registry with id '${caller.account}'`,
      );
    }
    pullTimeExclusions.remove(context.store, caller, principalArn);
  });
  return { principalArn };
};

const list: Operation<ListPullTimeUpdateExclusionsRequest> = (context, caller, input) => {
  const principals = pullTimeExclusions.all(context.store, caller).map(({ key }) => key);
  const { page, nextToken } = pageOf(principals, (principal) => principal, input);
  return { pullTimeUpdateExclusions: page, nextToken };
};

export const pullTimeExclusionOperations = {
  RegisterPullTimeUpdateExclusion: register,
  DeregisterPullTimeUpdateExclusion: deregister,
  ListPullTimeUpdateExclusions: list,
};
