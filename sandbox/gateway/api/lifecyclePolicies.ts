import type { PutLifecyclePolicyRequest } from "@aws-sdk/client-ecr";
import { lifecyclePolicyFaults } from "../../../ecr/lifecyclePolicy";
import type { Operation } from "../context";
import { storedLifecyclePolicyText } from "../repositories/storedPolicy";
import type { RegistryAddress, RepositoryRecord } from "../state/records";
import { ServiceError } from "../wire/serviceError";
import { refuseDocument } from "./faults";
import { changeRepository, existingRepository, inRegistry, requestedRegistry } from "./repositoryLookup";

interface RepositoryInput {
  registryId?: string;
  repositoryName: string;
}

const putLifecyclePolicy: Operation<PutLifecyclePolicyRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const given = input.lifecyclePolicyText ?? "";
  refuseDocument("LifecyclePolicyText", "Lifecycle policy validation failure", lifecyclePolicyFaults(given, ""));
  const text = storedLifecyclePolicyText(given);
  const repository = changeRepository(context, registry, input.repositoryName ?? "", (current) => ({
    ...current,
    lifecyclePolicy: { text, putAt: context.clock.now() },
  }));
  return { registryId: repository.account, repositoryName: repository.name, lifecyclePolicyText: text };
};

const getLifecyclePolicy: Operation<RepositoryInput> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const repository = existingRepository(context, registry, input.repositoryName);
  return policyOutput(repository, lifecycleOf(registry, repository));
};

const deleteLifecyclePolicy: Operation<RepositoryInput> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  let removed: RepositoryRecord["lifecyclePolicy"];
  const repository = changeRepository(context, registry, input.repositoryName, (current) => {
    removed = lifecycleOf(registry, current);
    return { ...current, lifecyclePolicy: undefined };
  });
  return policyOutput(repository, removed);
};

export const lifecycleOperations = {
  PutLifecyclePolicy: putLifecyclePolicy,
  GetLifecyclePolicy: getLifecyclePolicy,
  DeleteLifecyclePolicy: deleteLifecyclePolicy,
};

/** @throws LifecyclePolicyNotFoundException with the service's message. */
export function lifecycleOf(registry: RegistryAddress, repository: RepositoryRecord) {
  if (repository.lifecyclePolicy === undefined) {
    throw new ServiceError(
      "LifecyclePolicyNotFoundException",
      `Lifecycle policy does not exist for the repository with name '${repository.name}' ${inRegistry(registry)}`,
    );
  }
  return repository.lifecyclePolicy;
}

function policyOutput(repository: RepositoryRecord, policy: RepositoryRecord["lifecyclePolicy"]): object {
  return {
    registryId: repository.account,
    repositoryName: repository.name,
    lifecyclePolicyText: policy?.text,
    lastEvaluatedAt: policy && new Date(policy.evaluatedAt ?? policy.putAt),
  };
}
