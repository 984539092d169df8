import { isAccountId } from "../accounts";
import { listOf, type PolicyPrincipal } from "./types";

/** Someone whom a statement lets in. */
export type PrincipalLetIn =
  /** Every AWS account; for a public repository or an unsigned request, everybody. */
  | { kind: "anyone" }
  /** All identities of an account that its own policies let. */
  | { kind: "account"; account: string }
  /** A role, a user or a session, or what `aws:SourceArn` names; the ARN may hold `*` behind the account. */
  | { kind: "identity"; account: string; arn: string }
  /** A role or user by its unique id; IAM shows it so when the identity was deleted. */
  | { kind: "uniqueId"; id: string }
  /** An AWS service, and on whose behalf when a condition says so. */
  | { kind: "service"; service: string; onBehalfOf?: PrincipalLetIn[] }
  /** All accounts of an organization, or those below `path`. */
  | { kind: "organization"; id: string; path?: string }
  /** Whoever calls from this VPC or through this VPC endpoint. */
  | { kind: "network"; id: string }
  /** The account or the organization that the resource itself belongs to: `${aws:ResourceAccount}`, `${aws:ResourceOrgID}`. */
  | { kind: "own"; of: "account" | "organization" }
  /** Whom a condition leaves that compares with what nothing can have; `wanted` is what the key has, in words. */
  | { kind: "nobody"; key: string; value: string; wanted: string }
  /** A federated or canonical user, or a name that IAM does not know. */
  | { kind: "other"; type: string; name: string };

/** The account of an ARN and the text in front of it; `undefined` when the account is not written out. */
export function arnOwner(arn: string): { account: string; before: string } | undefined {
  const match = /^(arn:[^:]*:[^:]*:[^:]*:)([0-9]{12}):/.exec(arn);
  return match?.[1] !== undefined && match[2] !== undefined ? { account: match[2], before: match[1] } : undefined;
}

/** Reads one name that stands under a kind in `Principal`. */
export function readPrincipalName(type: string, name: string): PrincipalLetIn {
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
  // IAM itself takes `*` only alone; whatever such a name may come to mean, it is not one account.
  if (/[*?]/.test(name)) {
    return { kind: "anyone" };
  }
  return /^A(?:IDA|ROA)[A-Z0-9]{12,}$/.test(name) ? { kind: "uniqueId", id: name } : { kind: "other", type, name };
}

/** Everyone whom a `Principal` names. */
export function readPrincipals(principal: PolicyPrincipal): PrincipalLetIn[] {
  if (principal === "*") {
    return [{ kind: "anyone" }];
  }
  return Object.entries(principal).flatMap(([type, names]) =>
    listOf(names).map((name) => readPrincipalName(type, name)),
  );
}
