import { IAMClient, ListAttachedRolePoliciesCommand } from "@aws-sdk/client-iam";
import type { AwsService } from "../clients";
import type { Scope } from "../resource";
import { type AwsCaller, send } from "../send";

const iamService: AwsService<IAMClient> = {
  get Client() {
    return IAMClient;
  },
  name: "IAM",
  endpoint: "iam",
};

/** IAM of the account; it has no regions. */
export function iam(scope: Scope): AwsCaller<IAMClient> {
  return scope.connection.caller(iamService, scope.connection.region, scope.context);
}

/** IAM gives documents URL-encoded (RFC 3986). */
export function decodedDocument(text: string | undefined): string {
  return decodeURIComponent(text ?? "%7B%7D");
}

/** RFC 3339 without fractions, as the released provider writes times. */
export function timeText(date: Date | undefined): string {
  return date ? date.toISOString().replace(/\.\d+Z$/, "Z") : "";
}

/** Every item of a list that comes in pages. */
export async function listAll<Page extends { Marker?: string }, Item>(
  ask: (marker: string | undefined) => Promise<Page>,
  itemsOf: (page: Page) => Item[] | undefined,
): Promise<Item[]> {
  const items: Item[] = [];
  let marker: string | undefined;
  do {
    const page = await ask(marker);
    items.push(...(itemsOf(page) ?? []));
    marker = page.Marker;
  } while (marker !== undefined && marker !== "");
  return items;
}

/** ARNs of the managed policies of a role. */
export async function attachedPolicies(role: string, scope: Scope): Promise<string[]> {
  const policies = await listAll(
    (Marker) => send(iam(scope), new ListAttachedRolePoliciesCommand({ RoleName: role, Marker })),
    (page) => page.AttachedPolicies,
  );
  return policies.map((policy) => policy.PolicyArn ?? "");
}
