import { accessPolicyFaults, readAccessPolicy } from "../../../ecr/accessPolicy";
import type { GatewayContext, Operation } from "../context";
import { storedPolicyText } from "../repositories/storedPolicy";
import type { RegistryAddress, RegistryKind, RepositoryRecord } from "../state/records";
import { invalidParameter, ServiceError } from "../wire/serviceError";
import { refuseDocument } from "./faults";
import { changeRepository, existingRepository, inRegistry, requestedRegistry } from "./repositoryLookup";

interface RepositoryInput {
  registryId?: string;
  repositoryName: string;
}

/** SetRepositoryPolicy, GetRepositoryPolicy, and DeleteRepositoryPolicy, which are the same in both services. */
export function policyOperations(kind: RegistryKind) {
  const set: Operation<RepositoryInput & { policyText: string }> = async (context, caller, input) => {
    const registry = requestedRegistry(kind, caller, input.registryId);
    const policyKind = kind === "public" ? "publicRepository" : "repository";
    const faults = accessPolicyFaults(input.policyText, "", policyKind, registry.region);
    refuseDocument("PolicyText", "Invalid repository policy provided", faults);
    existingRepository(context, registry, input.repositoryName);
    await refuseMissingPrincipals(context, input.policyText);
    const policyText = storedPolicyText(input.policyText, registry.region);
    const repository = changeRepository(context, registry, input.repositoryName, (current) => ({
      ...current,
      policyText,
    }));
    return policyOutput(repository, policyText);
  };
  const get: Operation<RepositoryInput> = (context, caller, input) => {
    const registry = requestedRegistry(kind, caller, input.registryId);
    const repository = existingRepository(context, registry, input.repositoryName);
    return policyOutput(repository, policyOf(registry, repository));
  };
  const remove: Operation<RepositoryInput> = (context, caller, input) => {
    const registry = requestedRegistry(kind, caller, input.registryId);
    return removePolicy(context, registry, input.repositoryName);
  };
  return { SetRepositoryPolicy: set, GetRepositoryPolicy: get, DeleteRepositoryPolicy: remove };
}

/** ECR checks that a policy's principals exist when it is set; one that is deleted later stays in the policy. */
export async function refuseMissingPrincipals(context: GatewayContext, policyText: string): Promise<void> {
  const policy = readAccessPolicy(policyText);
  const missing = policy === undefined ? [] : await context.identities.missingPrincipals(policy);
  if (missing.length > 0) throw invalidParameter("PolicyText", "Principal not found");
}

function removePolicy(context: GatewayContext, registry: RegistryAddress, name: string): object {
  let text = "";
  const repository = changeRepository(context, registry, name, (current) => {
    text = policyOf(registry, current);
    return { ...current, policyText: undefined };
  });
  return policyOutput(repository, text);
}

function policyOf(registry: RegistryAddress, repository: RepositoryRecord): string {
  if (repository.policyText === undefined) {
    throw new ServiceError(
      "RepositoryPolicyNotFoundException",
      `Repository policy does not exist for the repository with name '${repository.name}' ${inRegistry(registry)}`,
    );
  }
  return repository.policyText;
}

function policyOutput(repository: RepositoryRecord, policyText: string): object {
  return { registryId: repository.account, repositoryName: repository.name, policyText };
}
