import { isObject } from "../jsonObjects";
import { actionNames } from "./actions";
import { readAccessPolicy } from "./reading";
import { listOf, type OneOrMore, type PolicyCondition, type PolicyDocument, type PolicyPrincipal } from "./types";

/**
 * A policy as text in the one form in which what AWS answers means the same to the AWS provider: ECR gives a document
 * without `Version` the older one, names an account by its root user's ARN, keeps each name once and in an order of its
 * own, and leaves an empty `Condition` out. The provider overlooks the order and the root user, and nothing else: a
 * document in another form would be put again at every update.
 *
 * @param policy Without faults: what is no policy stays as it is.
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
      ...given("Principal", Principal && eachOnce(Principal)),
      ...given("NotPrincipal", NotPrincipal && eachOnce(NotPrincipal)),
      ...given("Action", texts(statement.Action, spelled)),
      ...given("NotAction", texts(statement.NotAction, spelled)),
      ...given("Resource", texts(statement.Resource)),
      ...given("NotResource", texts(statement.NotResource)),
      ...given("Condition", conditionsThatHoldSomething(Condition)),
    })),
  });
}

function given(key: string, value: unknown): object {
  return value === undefined ? {} : { [key]: value };
}

function texts(values: OneOrMore | undefined, form = (text: string) => text): string[] | undefined {
  return values === undefined ? undefined : [...new Set(listOf(values).map(form))].sort();
}

/** An action as its service spells it; case does not count in IAM, and in the provider it does. */
function spelled(action: string): string {
  const [service = "", name = ""] = action.split(":");
  const known = actionNames(service.toLowerCase())?.find((each) => each.toLowerCase() === name.toLowerCase());
  return known === undefined ? action : `${service.toLowerCase()}:${known}`;
}

function eachOnce(principal: PolicyPrincipal): PolicyPrincipal {
  if (!isObject(principal)) return principal;
  return Object.fromEntries(
    Object.entries(principal).map(([kind, names]) => [kind, texts(names, (name) => accountOf(kind, name)) ?? []]),
  );
}

/** An account's root user stands for the account. */
function accountOf(kind: string, name: string): string {
  return kind === "AWS" ? name.replace(/^arn:aws[a-z-]*:iam::([0-9]{12}):root$/, "$1") : name;
}

function conditionsThatHoldSomething(condition: PolicyCondition | undefined): PolicyCondition | undefined {
  const operators = Object.entries(condition ?? {})
    .map(([operator, keys]): [string, Record<string, string[]>] => [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, texts(values) ?? []])),
    ])
    .filter(([, keys]) => Object.keys(keys).length > 0);
  return operators.length > 0 ? Object.fromEntries(operators) : undefined;
}
