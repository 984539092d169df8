import {
  actionMatches,
  listOf,
  type PolicyDocument,
  type PolicyPrincipal,
  type PolicyStatement,
} from "../../../ecr/accessPolicy";
import { wildcardMatches } from "../../../ecr/wildcard";
import { type ConditionKeys, judgeConditions } from "./conditions";
import { type Principal, principalArn } from "./principal";

/** One request for one resource, as policies see it. */
export interface AccessRequest {
  principal: Principal;
  /** The ARN of a session's role, with its path; roles only. */
  roleArn?: string;
  /** `ecr:PutImage` */
  action: string;
  /** An ARN, or `*` for actions that have no resource. */
  resource: string;
  resourceAccount: string;
  keys: ConditionKeys;
}

/** The policies of an identity; `undefined` for the root of an account, which has none and may everything. */
export interface IdentityPolicies {
  identity: PolicyDocument[];
  /** Layers that each must allow as well: a permissions boundary, session policies. */
  limits: { name: "permissions boundary" | "session policy"; policies: PolicyDocument[] }[];
}

export type PolicyType = "identity-based policy" | "resource-based policy" | "permissions boundary" | "session policy";

export type Decision =
  | { allowed: true }
  | {
      allowed: false;
      /** A Deny, not the want of an Allow. */
      explicit: boolean;
      policy: PolicyType;
      /** Condition keys that the sandbox cannot judge and on which it depended. */
      unjudged: string[];
    };

/** How closely a resource's policy names a principal. */
type Naming = "none" | "account" | "role" | "direct";

interface Found {
  deny: boolean;
  /** The closest naming among the statements that allow; identity policies name nobody, so theirs is "direct". */
  allow: Naming;
  unjudged: string[];
  /** A Deny that would hold if a condition that cannot be judged did. */
  mayDeny: boolean;
}

/**
 * Decides a request as IAM does (IAM user guide, "Policy evaluation logic"): a Deny anywhere wins. In the resource's own
 * account an Allow of the identity's policies is enough, or one of the resource's policy that names the identity itself;
 * naming the account only leaves it to the identity's policies. Across accounts both must allow. Boundary and session
 * policies narrow all of it, but for a resource policy that names the user or the session itself.
 *
 * @param policies The identity's own; `undefined` for a root.
 * @param resourcePolicies What is attached to the resource: the repository's and the registry's policy.
 */
export function decide(
  request: AccessRequest,
  policies: IdentityPolicies | undefined,
  resourcePolicies: readonly PolicyDocument[],
): Decision {
  const resource = find(request, resourcePolicies, (statement) => naming(statement, request));
  const identity: Found =
    policies === undefined
      ? { deny: false, allow: "direct", unjudged: [], mayDeny: false }
      : find(request, policies.identity, () => "direct");
  const limits = (policies?.limits ?? []).map(({ name, policies: documents }) => ({
    policy: name,
    found: find(request, documents, () => "direct"),
  }));
  const layers: { policy: PolicyType; found: Found }[] = [
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
  name: (statement: PolicyStatement) => Naming,
): Found {
  const found: Found = { deny: false, allow: "none", unjudged: [], mayDeny: false };
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
        found.allow = closer(found.allow, named);
      }
    }
  }
  return found;
}

const closeness: readonly Naming[] = ["none", "account", "role", "direct"];

function closer(a: Naming, b: Naming): Naming {
  return closeness.indexOf(a) > closeness.indexOf(b) ? a : b;
}

function coversAction({ Action, NotAction }: PolicyStatement, { action }: AccessRequest): boolean {
  const fits = (patterns: string[]) => patterns.some((pattern) => actionMatches(pattern, action));
  return NotAction === undefined ? fits(listOf(Action)) : !fits(listOf(NotAction));
}

/** A repository's policy has no Resource: the repository is. */
function coversResource(
  { Resource, NotResource }: PolicyStatement,
  { resource }: AccessRequest,
  expand: (text: string) => string | undefined,
): boolean {
  const fits = (patterns: string[]) =>
    patterns.some((pattern) => wildcardMatches(expand(pattern) ?? "", resource, "?"));
  return Resource === undefined ? !fits(listOf(NotResource)) : fits(listOf(Resource));
}

function naming(statement: PolicyStatement, request: AccessRequest): Naming {
  if (statement.NotPrincipal !== undefined) {
    return namesCaller(statement.NotPrincipal, request) === "none" ? "role" : "none";
  }
  return statement.Principal === undefined ? "none" : namesCaller(statement.Principal, request);
}

function namesCaller(principal: PolicyPrincipal, { principal: caller, roleArn }: AccessRequest): Naming {
  if (principal === "*") {
    return "role";
  }
  let named: Naming = "none";
  for (const name of listOf(principal["AWS"])) {
    if (name === "*") {
      named = closer(named, "role");
    } else if (name === caller.account || name === `arn:aws:iam::${caller.account}:root`) {
      named = closer(named, caller.kind === "root" ? "direct" : "account");
    } else if (name === principalArn(caller)) {
      named = "direct";
    } else if (name === roleArn) {
      named = closer(named, "role");
    }
  }
  return named;
}

/** Policy variables (IAM user guide, "Policy elements: Variables"); the older policy language has none. */
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

/** The names of policy variables in a statement, in lower case. */
function variablesIn(statement: PolicyStatement): string[] {
  const names = [...JSON.stringify(statement).matchAll(/\$\{([^}]*)\}/g)].map(([, name = ""]) =>
    name.trim().toLowerCase(),
  );
  return names.filter((name) => !/^[*?$]$/.test(name));
}

/** The condition keys and policy variables that documents name, in lower case. */
export function keysNamed(documents: readonly PolicyDocument[]): Set<string> {
  const statements = documents.flatMap((document) => document.Statement);
  const conditions = statements.flatMap(({ Condition }) => Object.values(Condition ?? {}).flatMap(Object.keys));
  return new Set([...conditions.map((key) => key.toLowerCase()), ...statements.flatMap(variablesIn)]);
}
