import { isAccountId } from "../names/accounts";
import { listOf, type PolicyPrincipal } from "./policyDocument";

/** Someone to whom a statement grants access. */
export type GrantedPrincipal =
  /** Every AWS account; for a public repository or an unsigned request, everyone. */
  | { kind: "anyone" }
  /** All identities of an account that its own policies allow. */
  | { kind: "account"; account: string }
  /** A role, a user, or a session, or the resource in `aws:SourceArn`; the ARN may contain `*` after the account. */
  | { kind: "identity"; account: string; arn: string }
  /** A role or user by its unique ID, which IAM shows after the identity was deleted. */
  | { kind: "uniqueId"; id: string }
  /** An AWS service, and on whose behalf it acts when a condition says so. */
  | { kind: "service"; service: string; onBehalfOf?: GrantedPrincipal[] }
  /** All accounts in an organization, or those below `path`. */
  | { kind: "organization"; id: string; path?: string }
  /** Anyone calling from this VPC or through this VPC endpoint. */
  | { kind: "network"; id: string }
  /** The resource's own account or organization: `${aws:ResourceAccount}`, `${aws:ResourceOrgID}`. */
  | { kind: "own"; of: "account" | "organization" }
  /** Nobody: a condition requires an impossible value. `wanted` describes the values the key can have. */
  | { kind: "nobody"; key: string; value: string; wanted: string }
  /** A federated or canonical user, or a name that IAM does not know. */
  | { kind: "other"; type: string; name: string };

/** The account in an ARN and the part before it; `undefined` when the account is not literal. */
export function arnOwner(arn: string): { account: string; before: string } | undefined {
  const match = /^(arn:[^:]*:[^:]*:[^:]*:)([0-9]{12}):/.exec(arn);
  return match?.[1] !== undefined && match[2] !== undefined ? { account: match[2], before: match[1] } : undefined;
}

/** Parses a name from `Principal`, given its type. */
export function readPrincipalName(type: string, name: string): GrantedPrincipal {
  if (type === "Service") {
    return name.includes("*") ? { kind: "anyone" } : { kind: "service", service: name };
  }
  if (type !== "AWS") {
    return name === "*" ? { kind: "anyone" } : { kind: "other", type, name };
  }
  const account = isAccountId(name) ? name : arnOwner(name)?.account;
  if (account !== undefined) {
    return name === account || name.endsWith(":root")
      ? { kind: "account", account }
      : { kind: "identity", account, arn: name };
  }
  // IAM allows `*` only alone; whatever such a name might mean, it is not limited to one account.
  if (/[*?]/.test(name)) {
    return { kind: "anyone" };
  }
  return /^A(?:IDA|ROA)[A-Z0-9]{12,}$/.test(name) ? { kind: "uniqueId", id: name } : { kind: "other", type, name };
}

/** Everyone in a `Principal`. */
export function readPrincipals(principal: PolicyPrincipal): GrantedPrincipal[] {
  if (principal === "*") {
    return [{ kind: "anyone" }];
  }
  return Object.entries(principal).flatMap(([type, names]) =>
    listOf(names).map((name) => readPrincipalName(type, name)),
  );
}
