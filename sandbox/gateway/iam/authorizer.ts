import { type PolicyDocument, readAccessPolicy } from "../../../ecr/accessPolicy";
import type { GatewayContext } from "../context";
import { accountSetting } from "../state/accountSettings";
import { registryPolicies } from "../state/registrySettings";
import { ServiceError } from "../wire/serviceError";
import { type Decision, decide, keysNamed } from "./evaluation";
import { type Principal, principalArn } from "./principal";
import { type Access, requestKeys } from "./requestKeys";

/** Actions that a registry policy of the first scope is about (ECR user guide, "Private registry permissions"). */
const firstScopeActions = ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:BatchImportUpstreamImage"];

/**
 * Decides by the identity's own policies, as MiniStack's IAM has them now, and the resource's.
 *
 * @throws AccessDeniedException in the service's words.
 */
export async function authorize(context: GatewayContext, principal: Principal, access: Access): Promise<void> {
  const decision = await decideAccess(context, principal, access);
  if (!decision.allowed) {
    throw new ServiceError("AccessDeniedException", denial(principal, access, decision));
  }
}

/** Whether `authorize` would let the principal. */
export async function isAuthorized(context: GatewayContext, principal: Principal, access: Access): Promise<boolean> {
  return (await decideAccess(context, principal, access)).allowed;
}

async function decideAccess(context: GatewayContext, principal: Principal, access: Access): Promise<Decision> {
  const resourcePolicies = policiesOf(context, access);
  const isOwnRoot = principal.kind === "root" && principal.account === access.resourceAccount;
  if (isOwnRoot && resourcePolicies.length === 0) {
    return { allowed: true };
  }
  const identity = await context.identities.identityOf(principal);
  const own = identity.policies && [
    ...identity.policies.identity,
    ...identity.policies.limits.flatMap((limit) => limit.policies),
  ];
  const names = keysNamed([...resourcePolicies, ...(own ?? [])]);
  const request = {
    principal,
    roleArn: identity.roleArn,
    action: access.action,
    resource: access.resource,
    resourceAccount: access.resourceAccount,
    keys: await requestKeys(context, names, principal, identity, access),
  };
  return decide(request, identity.policies, resourcePolicies);
}

/** The repository's policy, and the registry's as far as its scope reaches. */
function policiesOf(
  context: GatewayContext,
  { action, repository, resourceAccount, region }: Access,
): PolicyDocument[] {
  const texts = [repository?.policyText];
  if (action.startsWith("ecr:")) {
    const registry = { account: resourceAccount, region };
    const wide = accountSetting(context.store, registry, "REGISTRY_POLICY_SCOPE") === "V2";
    if (wide || firstScopeActions.includes(action)) texts.push(registryPolicies.get(context.store, registry));
  }
  return texts.flatMap((text) => (text === undefined ? [] : (readAccessPolicy(text) ?? [])));
}

function denial(principal: Principal, access: Access, decision: Decision & { allowed: false }): string {
  const { explicit, policy, unjudged } = decision;
  const why = explicit
    ? `with an explicit deny in ${policy === "identity-based policy" ? "an" : "a"} ${policy}`
    : `because no ${policy} allows the ${access.action} action`;
  const open =
    unjudged.length === 0
      ? ""
      : ` (The sandbox cannot judge ${unjudged.join(", ")}: what depends on it is refused. It judges who calls, from which account and organization, tags, region, time and address.)`;
  return `User: ${principalArn(principal)} is not authorized to perform: ${access.action} on resource: ${access.resource} ${why}${open}`;
}
