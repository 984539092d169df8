import { readConditions } from "./conditions";
import { type PrincipalLetIn, readPrincipals } from "./principals";
import { listOf, type PolicyDocument, type PolicyStatement } from "./types";

/**
 * The statements that let anyone in: `Allow`, for every principal (`"*"` in whatever spelling, `NotPrincipal`, a wildcard
 * where an account belongs), and no condition that binds the caller to an account, an organization, a VPC or a VPC
 * endpoint. `Deny` is no grant, and takes none back here: what one statement opens is to be closed there.
 *
 * @returns Each with the index in `Statement` and the reason, as the end of a sentence.
 */
export function publicStatements(policy: PolicyDocument): { index: number; why: string }[] {
  return policy.Statement.flatMap((statement, index) => {
    const opening = statement.Effect === "Allow" ? openingOf(statement) : undefined;
    if (opening === undefined) {
      return [];
    }
    const { narrowedTo, misses } = readConditions(statement.Condition);
    if (narrowedTo !== undefined) {
      return [];
    }
    const reason =
      misses.length > 0 ? misses.join("; ") : "no condition names an account, organization, VPC or endpoint";
    return [{ index, why: `${opening}, and ${reason}` }];
  });
}

/** What of a statement is for everyone, in words. */
function openingOf({ Principal, NotPrincipal }: PolicyStatement): string | undefined {
  if (NotPrincipal !== undefined) {
    return "NotPrincipal lets in everyone whom it does not name";
  }
  return Principal !== undefined && readPrincipals(Principal).some(({ kind }) => kind === "anyone")
    ? `Principal ${JSON.stringify(Principal)} is anyone`
    : undefined;
}

/** Whom one statement lets in. */
export interface LettingIn {
  /** The index in `Statement`. */
  statement: number;
  principals: PrincipalLetIn[];
  /** Actions as they stand there, wildcards too; `["*"]` for `NotAction`, which allows nearly all. */
  actions: string[];
}

/**
 * Whom each `Allow` statement lets in, at most: names as they stand, and "anyone" as far as conditions narrow it. What
 * `Deny` statements take back is not taken off.
 */
export function principalsLetIn(policy: PolicyDocument): LettingIn[] {
  return policy.Statement.flatMap((statement, index) =>
    statement.Effect === "Allow"
      ? [
          {
            statement: index,
            principals: letInBy(statement),
            actions: statement.NotAction === undefined ? listOf(statement.Action) : ["*"],
          },
        ]
      : [],
  );
}

function letInBy({ Principal, NotPrincipal, Condition }: PolicyStatement): PrincipalLetIn[] {
  const { narrowedTo } = readConditions(Condition);
  const named: PrincipalLetIn[] =
    NotPrincipal !== undefined ? [{ kind: "anyone" }] : Principal === undefined ? [] : readPrincipals(Principal);
  return named.flatMap((principal) => {
    if (narrowedTo === undefined) return [principal];
    if (principal.kind === "anyone") return narrowedTo;
    return [principal.kind === "service" ? { ...principal, onBehalfOf: narrowedTo } : principal];
  });
}

/**
 * The `Allow` statements that grant more actions than they name: by `NotAction`, or by a wildcard.
 *
 * @returns Each with the index in `Statement` and the reason, as the end of a sentence.
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
