import { isObject } from "../values/jsonObjects";
import { actionNames } from "./actions";
import {
  listOf,
  type OneOrMore,
  type PolicyCondition,
  type PolicyDocument,
  type PolicyPrincipal,
} from "./policyDocument";
import { readAccessPolicy } from "./reading";

/**
 * A policy in the form that the AWS provider considers equal to what AWS returns: ECR adds the older `Version` when
 * there is none, replaces an account by its root user's ARN, removes duplicate names and reorders them, and drops an
 * empty `Condition`. The provider ignores only the order and the root user: any other form would be a diff on every
 * update.
 *
 * @param policy Without faults; anything that is not a policy is returned unchanged.
 */
export function canonicalPolicyText(policy: string | PolicyDocument): string {
  const document = readAccessPolicy(policy);
  if (document === undefined) return typeof policy === "string" ? policy : JSON.stringify(policy);
  const { Id, Statement, ...rest } = document;
  return JSON.stringify({
    ...rest,
    ...(Id && { Id }),
    Statement: Statement.map(({ Sid, Principal, NotPrincipal, Condition, ...statement }) => ({
      ...(Sid && { Sid }),
      ...statement,
      ...optionalProperty("Principal", Principal && canonicalPrincipal(Principal)),
      ...optionalProperty("NotPrincipal", NotPrincipal && canonicalPrincipal(NotPrincipal)),
      ...optionalProperty("Action", sortedStrings(statement.Action, canonicalAction)),
      ...optionalProperty("NotAction", sortedStrings(statement.NotAction, canonicalAction)),
      ...optionalProperty("Resource", sortedStrings(statement.Resource)),
      ...optionalProperty("NotResource", sortedStrings(statement.NotResource)),
      ...optionalProperty("Condition", nonEmptyConditions(Condition)),
    })),
  });
}

function optionalProperty(key: string, value: unknown): object {
  return value === undefined ? {} : { [key]: value };
}

function sortedStrings(values: OneOrMore | undefined, form = (text: string) => text): string[] | undefined {
  return values === undefined ? undefined : [...new Set(listOf(values).map(form))].sort();
}

/** An action with its service's spelling: IAM ignores case, the provider does not. */
function canonicalAction(action: string): string {
  const [service = "", name = ""] = action.split(":");
  const known = actionNames(service.toLowerCase())?.find((each) => each.toLowerCase() === name.toLowerCase());
  return known === undefined ? action : `${service.toLowerCase()}:${known}`;
}

function canonicalPrincipal(principal: PolicyPrincipal): PolicyPrincipal {
  if (!isObject(principal)) return principal;
  return Object.fromEntries(
    Object.entries(principal).map(([kind, names]) => [
      kind,
      sortedStrings(names, (name) => accountOf(kind, name)) ?? [],
    ]),
  );
}

/** Replaces an account's root user by the account. */
function accountOf(kind: string, name: string): string {
  return kind === "AWS" ? name.replace(/^arn:aws[a-z-]*:iam::([0-9]{12}):root$/, "$1") : name;
}

function nonEmptyConditions(condition: PolicyCondition | undefined): PolicyCondition | undefined {
  const operators = Object.entries(condition ?? {})
    .map(([operator, keys]): [string, Record<string, string[]>] => [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, sortedStrings(values) ?? []])),
    ])
    .filter(([, keys]) => Object.keys(keys).length > 0);
  return operators.length > 0 ? Object.fromEntries(operators) : undefined;
}
