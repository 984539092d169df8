import type { PutRegistryPolicyRequest } from "@aws-sdk/client-ecr";
import { accessPolicyFaults } from "../../../ecr/accessPolicy";
import type { GatewayContext, Operation } from "../context";
import type { Caller } from "../iam/caller";
import { storedPolicyText } from "../repositories/storedPolicy";
import { registryPolicies } from "../state/registrySettings";
import { ServiceError } from "../wire/serviceError";
import { refuseDocument } from "./faults";
import { refuseMissingPrincipals } from "./repositoryPolicies";

const putRegistryPolicy: Operation<PutRegistryPolicyRequest> = async (context, caller, input) => {
  const { policyText: given = "" } = input;
  const faults = accessPolicyFaults(given, "", "registry", caller.region);
  refuseDocument("PolicyText", "Invalid registry policy provided", faults);
  await refuseMissingPrincipals(context, given);
  const policyText = storedPolicyText(given, caller.region);
  registryPolicies.put(context.store, caller, policyText);
  return { registryId: caller.account, policyText };
};

const getRegistryPolicy: Operation<object> = (context, caller) => ({
  registryId: caller.account,
  policyText: existingPolicy(context, caller),
});

const deleteRegistryPolicy: Operation<object> = (context, caller) => {
  const policyText = existingPolicy(context, caller);
  registryPolicies.remove(context.store, caller);
  return { registryId: caller.account, policyText };
};

export const registryPolicyOperations = {
  PutRegistryPolicy: putRegistryPolicy,
  GetRegistryPolicy: getRegistryPolicy,
  DeleteRegistryPolicy: deleteRegistryPolicy,
};

function existingPolicy(context: GatewayContext, caller: Caller): string {
  const policyText = registryPolicies.get(context.store, caller);
  if (policyText === undefined) {
    throw new ServiceError(
      "RegistryPolicyNotFoundException",
      `Registry policy does not exist in the registry with id '${caller.account}'`,
    );
  }
  return policyText;
}
