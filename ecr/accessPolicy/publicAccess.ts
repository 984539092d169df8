import { readConditions } from "./policyConditions";
import { listOf, type PolicyDocument, type PolicyStatement } from "./policyDocument";
import { type GrantedPrincipal, readPrincipals } from "./principals";

/**
 * Statements that grant access to anyone: `Allow`, for every principal (`"*"` in any spelling, `NotPrincipal`, or a
 * wildcard in place of an account), without a condition that restricts the caller to an account, an organization, a
 * VPC, or a VPC endpoint. `Deny` statements are not taken into account: access must be restricted in the statement that
 * grants it.
 *
 * @returns Each with its index in `Statement` and the reason, worded as the end of a sentence.
 */
export function publicStatements(policy: PolicyDocument): { index: number; why: string }[] {
  return policy.Statement.flatMap((statement, index) => {
    const opening = statement.Effect === "Allow" ? publicReason(statement) : undefined;
    if (opening === undefined) {
      return [];
    }
    const { restrictedTo, ineffective } = readConditions(statement.Condition);
    if (restrictedTo !== undefined) {
      return [];
    }
    const reason =
      ineffective.length > 0 ? ineffective.join("; ") : "no condition names an account, organization, VPC or endpoint";
    return [{ index, why: `${opening}, and ${reason}` }];
  });
}

/** Which element opens a statement to everyone, for messages. */
function publicReason({ Principal, NotPrincipal }: PolicyStatement): string | undefined {
  if (NotPrincipal !== undefined) {
    return "NotPrincipal lets in everyone that it does not name";
  }
  return Principal !== undefined && readPrincipals(Principal).some(({ kind }) => kind === "anyone")
    ? `Principal ${JSON.stringify(Principal)} is anyone`
    : undefined;
}

/** To whom a statement grants access. */
export interface StatementGrant {
  /** Index in `Statement`. */
  statement: number;
  principals: GrantedPrincipal[];
  /** Actions as written, including wildcards; `["*"]` for `NotAction`, which allows nearly everything. */
  actions: string[];
}

/**
 * The widest access each `Allow` statement grants: names as written, and "anyone" as restricted by conditions. `Deny`
 * statements are not subtracted.
 */
export function statementGrants(policy: PolicyDocument): StatementGrant[] {
  return policy.Statement.flatMap((statement, index) =>
    statement.Effect === "Allow"
      ? [
          {
            statement: index,
            principals: grantedPrincipals(statement),
            actions: statement.NotAction === undefined ? listOf(statement.Action) : ["*"],
          },
        ]
      : [],
  );
}

function grantedPrincipals({ Principal, NotPrincipal, Condition }: PolicyStatement): GrantedPrincipal[] {
  const { restrictedTo } = readConditions(Condition);
  const named: GrantedPrincipal[] =
    NotPrincipal !== undefined ? [{ kind: "anyone" }] : Principal === undefined ? [] : readPrincipals(Principal);
  return named.flatMap((principal) => {
    if (restrictedTo === undefined) return [principal];
    if (principal.kind === "anyone") return restrictedTo;
    return [principal.kind === "service" ? { ...principal, onBehalfOf: restrictedTo } : principal];
  });
}

/**
 * `Allow` statements that grant more actions than they list, through `NotAction` or a wildcard.
 *
 * @returns Each with its index in `Statement` and the reason, worded as the end of a sentence.
 */
export function wildcardActionStatements(policy: PolicyDocument): { index: number; why: string }[] {
  return policy.Statement.flatMap(({ Effect, Action, NotAction }, index) => {
    if (Effect !== "Allow") {
      return [];
    }
    if (NotAction !== undefined) {
      return [{ index, why: "NotAction allows every action that it does not name" }];
    }
    const wide = listOf(Action).filter((action) => /[*?]/.test(action));
    return wide.length > 0 ? [{ index, why: `Action ${wide.join(", ")} is a wildcard` }] : [];
  });
}
