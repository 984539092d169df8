import type { GatewayContext, Operation } from "../context";
import type { RegistryAddress, RegistryKind, RepositoryRecord } from "../state/records";
import { invalidParameter, ServiceError } from "../wire/serviceError";
import { changeRepository, existingRepository, inRegistry, requestedRegistry } from "./repositoryLookup";

interface RepositoryInput {
  registryId?: string;
  repositoryName: string;
}

/** SetRepositoryPolicy, GetRepositoryPolicy and DeleteRepositoryPolicy, which are the same in both services. */
export function policyOperations(kind: RegistryKind) {
  const set: Operation<RepositoryInput & { policyText: string }> = (context, caller, input) => {
    const registry = requestedRegistry(kind, caller, input.registryId);
    refusePolicy(input.policyText);
    const repository = changeRepository(context, registry, input.repositoryName, (current) => ({
      ...current,
      policyText: input.policyText,
    }));
    return policyOutput(repository, input.policyText);
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

/** Refuses a text that is no policy document. What its statements allow is not evaluated here. */
function refusePolicy(text: string): void {
  const wrong = (reason: string) => invalidParameter("PolicyText", `Invalid repository policy provided: ${reason}`);
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw wrong("it is not JSON");
  }
  if (!isRecord(policy)) {
    throw wrong("it is not an object");
  }
  const statements = Array.isArray(policy["Statement"]) ? policy["Statement"] : [policy["Statement"]];
  for (const [index, statement] of statements.entries()) {
    const at = `Statement[${index}]`;
    if (!isRecord(statement)) {
      throw wrong(`${at} is missing or not an object`);
    }
    if (statement["Effect"] !== "Allow" && statement["Effect"] !== "Deny") {
      throw wrong(`${at}.Effect is neither Allow nor Deny`);
    }
    if (statement["Action"] === undefined && statement["NotAction"] === undefined) {
      throw wrong(`${at} has neither Action nor NotAction`);
    }
    if (statement["Principal"] === undefined && statement["NotPrincipal"] === undefined) {
      throw wrong(`${at} has neither Principal nor NotPrincipal`);
    }
    if (statement["Resource"] !== undefined || statement["NotResource"] !== undefined) {
      throw wrong(`${at} has a Resource, which a repository policy does not take`);
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
