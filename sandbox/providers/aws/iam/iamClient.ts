import { IAMClient, ListAttachedRolePoliciesCommand } from "@aws-sdk/client-iam";
import { listAll } from "../operations";
import type { Scope } from "../resource";
import { type AwsCaller, send } from "../send";
import { serviceCaller } from "../serviceCaller";

const iamOf = serviceCaller("IAM", "iam", () => IAMClient);

/** The account's IAM, which has no regions. */
export function iam(scope: Scope): AwsCaller<IAMClient> {
  return iamOf({ ...scope, region: scope.connection.region });
}

/** IAM returns documents URL-encoded (RFC 3986). */
export function decodedDocument(text: string | undefined): string {
  return decodeURIComponent(text ?? "%7B%7D");
}

/** ARNs of the managed policies attached to a role. */
export async function attachedPolicies(role: string, scope: Scope): Promise<string[]> {
  const policies = await listAll(
    (Marker) => send(iam(scope), new ListAttachedRolePoliciesCommand({ RoleName: role, Marker })),
    (page) => page.AttachedPolicies,
  );
  return policies.map((policy) => policy.PolicyArn ?? "");
}
