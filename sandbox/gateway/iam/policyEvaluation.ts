import {
  actionMatches,
  listOf,
  type PolicyDocument,
  type PolicyPrincipal,
  type PolicyStatement,
} from "../../../ecr/accessPolicy";
import { wildcardMatches } from "../../../ecr/tags/wildcard";
import { type Principal, principalArn } from "../state/principal";
import { type ConditionKeys, judgeConditions } from "./conditionVerdicts";

/** A request for one resource, as policies see it. */
export interface AccessRequest {
  principal: Principal;
  /** ARN of a session's role, including its path; roles only. */
  roleArn?: string;
  /** `ecr:PutImage` */
  action: string;
  /** An ARN, or `*` for actions without a resource. */
  resource: string;
  resourceAccount: string;
  keys: ConditionKeys;
}

/** An identity's policies; `undefined` for the root user, which has none and is allowed everything. */
export interface IdentityPolicies {
  identity: PolicyDocument[];
  /** Policies that must also allow the request: a permissions boundary, session policies. */
  limits: { name: "permissions boundary" | "session policy"; policies: PolicyDocument[] }[];
}

export type PolicyType = "identity-based policy" | "resource-based policy" | "permissions boundary" | "session policy";

export type Decision =
  | { allowed: true }
  | {
      allowed: false;
      /** Denied by a Deny statement rather than by a missing Allow. */
      explicit: boolean;
      policy: PolicyType;
      /** Condition keys that the decision depends on but the sandbox cannot evaluate. */
      unjudged: string[];
    };

/** How specifically a resource policy names a principal. */
type PrincipalMatch = "none" | "account" | "role" | "direct";

interface EvaluationResult {
  deny: boolean;
  /**
   * The most specific match among the statements that allow; identity policies have no principal and count as "direct".
   */
  allow: PrincipalMatch;
  unjudged: string[];
  /** A Deny would apply if a condition that cannot be evaluated were met. */
  mayDeny: boolean;
}

/**
 * Evaluates a request as IAM does (IAM user guide, "Policy evaluation logic"): an explicit Deny always wins. Within an
 * account an Allow in the identity's policies is enough, or one in a resource policy that names the identity itself; a
 * resource policy that only names the account delegates to the identity's policies. Across accounts both must allow.
 * Permissions boundaries and session policies limit all of it, except a resource policy that names the user or session.
 *
 * @param policies The identity's own; `undefined` for a root user.
 * @param resourcePolicies The policies attached to the resource: the repository's and the registry's.
 */
export function decide(
  request: AccessRequest,
  policies: IdentityPolicies | undefined,
  resourcePolicies: readonly PolicyDocument[],
): Decision {
  const resource = find(request, resourcePolicies, (statement) => principalMatch(statement, request));
  const identity: EvaluationResult =
    policies === undefined
      ? { deny: false, allow: "direct", unjudged: [], mayDeny: false }
      : find(request, policies.identity, () => "direct");
  const limits = (policies?.limits ?? []).map(({ name, policies: documents }) => ({
    policy: name,
    found: find(request, documents, () => "direct"),
  }));
  const layers: { policy: PolicyType; found: EvaluationResult }[] = [
    { policy: "identity-based policy", found: identity },
    { policy: "resource-based policy", found: resource },
    ...limits,
  ];
  const unjudged = [...new Set(layers.flatMap(({ found }) => found.unjudged))];
  const refused = (policy: PolicyType, explicit = false): Decision => ({ allowed: false, explicit, policy, unjudged });
  const denying = layers.find(({ found }) => found.deny);
  if (denying) return refused(denying.policy, true);
  const undecided = layers.find(({ found }) => found.mayDeny);
  if (undecided) return refused(undecided.policy);
  const sameAccount = request.principal.account === request.resourceAccount;
  if (sameAccount && resource.allow === "direct") return { allowed: true };
  const limiting = limits.find(({ found }) => found.allow === "none");
  if (limiting) return refused(limiting.policy);
  if (sameAccount) {
    const allowed = identity.allow !== "none" || resource.allow === "role";
    return allowed ? { allowed: true } : refused("identity-based policy");
  }
  if (resource.allow === "none") return refused("resource-based policy");
  return identity.allow === "none" ? refused("identity-based policy") : { allowed: true };
}

function find(
  request: AccessRequest,
  documents: readonly PolicyDocument[],
  name: (statement: PolicyStatement) => PrincipalMatch,
): EvaluationResult {
  const found: EvaluationResult = { deny: false, allow: "none", unjudged: [], mayDeny: false };
  for (const document of documents) {
    const expand = expander(document, request.keys);
    for (const statement of document.Statement) {
      const named = name(statement);
      if (named === "none" || !coversAction(statement, request)) {
        continue;
      }
      const unknown = variablesIn(statement).filter((variable) => !request.keys.has(variable));
      if (unknown.length === 0 && !coversResource(statement, request, expand)) {
        continue;
      }
      const { holds, unjudged } = judgeConditions(statement.Condition, request.keys, expand);
      const open = [...unknown, ...unjudged];
      found.unjudged.push(...open);
      if (open.length > 0) {
        found.mayDeny ||= statement.Effect === "Deny";
      } else if (holds && statement.Effect === "Deny") {
        found.deny = true;
      } else if (holds) {
        found.allow = closerMatch(found.allow, named);
      }
    }
  }
  return found;
}

const matchOrder: readonly PrincipalMatch[] = ["none", "account", "role", "direct"];

function closerMatch(a: PrincipalMatch, b: PrincipalMatch): PrincipalMatch {
  return matchOrder.indexOf(a) > matchOrder.indexOf(b) ? a : b;
}

function coversAction({ Action, NotAction }: PolicyStatement, { action }: AccessRequest): boolean {
  const fits = (patterns: string[]) => patterns.some((pattern) => actionMatches(pattern, action));
  return NotAction === undefined ? fits(listOf(Action)) : !fits(listOf(NotAction));
}

/** A repository policy has no Resource: it applies to its repository. */
function coversResource(
  { Resource, NotResource }: PolicyStatement,
  { resource }: AccessRequest,
  expand: (text: string) => string | undefined,
): boolean {
  const fits = (patterns: string[]) =>
    patterns.some((pattern) => wildcardMatches(expand(pattern) ?? "", resource, "?"));
  return Resource === undefined ? !fits(listOf(NotResource)) : fits(listOf(Resource));
}

function principalMatch(statement: PolicyStatement, request: AccessRequest): PrincipalMatch {
  if (statement.NotPrincipal !== undefined) {
    return matchCaller(statement.NotPrincipal, request) === "none" ? "role" : "none";
  }
  return statement.Principal === undefined ? "none" : matchCaller(statement.Principal, request);
}

function matchCaller(principal: PolicyPrincipal, { principal: caller, roleArn }: AccessRequest): PrincipalMatch {
  if (principal === "*") {
    return "role";
  }
  let named: PrincipalMatch = "none";
  for (const name of listOf(principal["AWS"])) {
    if (name === "*") {
      named = closerMatch(named, "role");
    } else if (name === caller.account || name === `arn:aws:iam::${caller.account}:root`) {
      named = closerMatch(named, caller.kind === "root" ? "direct" : "account");
    } else if (name === principalArn(caller)) {
      named = "direct";
    } else if (name === roleArn) {
      named = closerMatch(named, "role");
    }
  }
  return named;
}

/** Expands policy variables (IAM user guide, "Policy elements: Variables"); the older policy version has none. */
function expander(document: PolicyDocument, keys: ConditionKeys): (text: string) => string | undefined {
  if (document.Version !== "2012-10-17") {
    return (text) => text;
  }
  return (text) => {
    let known = true;
    const expanded = text.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
      if (/^[*?$]$/.test(name)) return name;
      const values = keys.get(name.trim().toLowerCase());
      known &&= values?.length === 1;
      return values?.[0] ?? "";
    });
    return known ? expanded : undefined;
  };
}

/** Policy variables used in a statement, in lowercase. */
function variablesIn(statement: PolicyStatement): string[] {
  const names = [...JSON.stringify(statement).matchAll(/\$\{([^}]*)\}/g)].map(([, name = ""]) =>
    name.trim().toLowerCase(),
  );
  return names.filter((name) => !/^[*?$]$/.test(name));
}

/** Condition keys and policy variables used in documents, in lowercase. */
export function keysNamed(documents: readonly PolicyDocument[]): Set<string> {
  const statements = documents.flatMap((document) => document.Statement);
  const conditions = statements.flatMap(({ Condition }) => Object.values(Condition ?? {}).flatMap(Object.keys));
  return new Set([...conditions.map((key) => key.toLowerCase()), ...statements.flatMap(variablesIn)]);
}
