import { type PolicyDocument, readAccessPolicy } from "../../../ecr/accessPolicy";
import { accountSetting } from "../state/accountSettings";
import { type Principal, principalArn } from "../state/principal";
import { registryPolicies } from "../state/registrySettings";
import { ServiceError } from "../wire/serviceError";
import { type Decision, decide, keysNamed } from "./policyEvaluation";
import { type Access, type AccessDependencies, requestKeys } from "./requestKeys";

/** Actions in a registry policy of the V1 scope (ECR user guide, "Private registry permissions"). */
const firstScopeActions = ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:BatchImportUpstreamImage"];

/**
 * Evaluates the identity's current policies in MiniStack's IAM and the resource's policies.
 *
 * @throws AccessDeniedException with the service's message.
 */
export async function authorize(context: AccessDependencies, principal: Principal, access: Access): Promise<void> {
  const decision = await decideAccess(context, principal, access);
  if (!decision.allowed) {
    throw new ServiceError("AccessDeniedException", denial(principal, access, decision));
  }
}

/** Whether `authorize` would allow the access. */
export async function isAuthorized(
  context: AccessDependencies,
  principal: Principal,
  access: Access,
): Promise<boolean> {
  return (await decideAccess(context, principal, access)).allowed;
}

async function decideAccess(context: AccessDependencies, principal: Principal, access: Access): Promise<Decision> {
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

/** The repository's policy, and the registry's policy if its scope covers the action. */
function policiesOf(
  context: AccessDependencies,
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
      : ` (The sandbox cannot evaluate ${unjudged.join(", ")}, so it denies whatever depends on it. It evaluates the caller, its account and organization, tags, region, time and source address.)`;
  return `User: ${principalArn(principal)} is not authorized to perform: ${access.action} on resource: ${access.resource} ${why}${open}`;
}
