import { actionMatches, readAccessPolicy, statementGrants } from "../../ecr/accessPolicy";
import { managedPushPolicy } from "../../ecr/permissions/pushReach";
import { lookup } from "../engine/lookup";
import { parsedJson } from "../engine/parsedJson";
import type { Stack, StackSubject } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { locationOf } from "../resources/resourceLocation";
import { resourceTypes } from "../resources/resourceTypes";
import { knownStatements } from "./accessDocuments";
import { identityElements, imagePushActions, pushActionsOf } from "./pushRights";

/**
 * The stack's roles that can push to ECR, through inline policies, attached policies of the stack or of AWS, or
 * repository policies that name them. Each comes with the unknown value that leaves it in doubt. Permissions for every
 * service are left to IAM checks.
 */
export function pushingRoles(stack: Stack): Map<StackSubject, Unknown | undefined> {
  const found = new Map<StackSubject, Unknown | undefined>();
  const add = (role: StackSubject, can: boolean | Unknown) => {
    if (can === true) {
      found.set(role, undefined);
    } else if (can instanceof Unknown && !found.has(role)) {
      found.set(role, can);
    }
  };
  const rolesNamed = roleFinder(stack);
  const attached = attachedPolicies(stack);
  for (const role of stack.ofType(resourceTypes.role)) {
    const inline = role.read("inlinePolicies");
    const arns = role.read("managedPolicyArns");
    for (const each of inline instanceof Unknown ? [inline] : listOf(inline)) {
      add(role, pushes(each instanceof Unknown ? each : (each as Record<string, unknown> | null)?.["policy"]));
    }
    for (const each of arns instanceof Unknown ? [arns] : listOf(arns)) {
      add(role, attached(each, role, "managedPolicyArns"));
    }
  }
  for (const policy of stack.ofType(resourceTypes.rolePolicy)) {
    const can = pushes(policy.read("policy"));
    for (const role of rolesNamed(policy, "role")) add(role, can);
  }
  for (const attachment of stack.ofType(resourceTypes.rolePolicyAttachment)) {
    const can = attached(attachment.read("policyArn"), attachment, "policyArn");
    for (const role of rolesNamed(attachment, "role")) add(role, can);
  }
  for (const attachment of stack.ofType(resourceTypes.policyAttachment)) {
    const can = attached(attachment.read("policyArn"), attachment, "policyArn");
    for (const role of rolesNamed(attachment, "roles")) add(role, can);
  }
  for (const policy of stack.ofType(resourceTypes.repositoryPolicy, resourceTypes.publicRepositoryPolicy)) {
    for (const role of rolesNamed(policy, "policy")) add(role, trustsRole(policy.read("policy"), role));
  }
  return found;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Finds the roles that a property refers to: by dependency, name or ARN. */
function roleFinder(stack: Stack): (subject: StackSubject, property: string) => readonly StackSubject[] {
  const roles = stack.ofType(resourceTypes.role);
  const byUrn = lookup(roles, ({ urn }) => [urn]);
  const byName = lookup(roles, (role) => ["name", "id", "arn"].map((each) => textOf(role.read(each))));
  return (subject, property) => {
    const value = subject.read(property);
    const names = property === "policy" ? principalsOf(value) : [value].flat().map(textOf);
    // A role's name is unique only within its account.
    const { account } = locationOf(subject);
    const isHere = (role: StackSubject) => {
      const other = locationOf(role).account;
      return typeof account !== "string" || typeof other !== "string" || account === other;
    };
    return [
      ...new Set([
        ...subject.dependencies(property).flatMap(({ urn }) => byUrn(urn)),
        ...names.flatMap((each) => (each?.startsWith("arn:") ? byName(each) : byName(each).filter(isHere))),
      ]),
    ];
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/**
 * Whether an attached policy allows pushing: an AWS managed one is judged by its name, one of the stack by its
 * document. Any other counts as not allowing it.
 */
function attachedPolicies(stack: Stack) {
  const policies = stack.ofType(resourceTypes.managedPolicy).map((each) => ({
    urn: each.urn,
    arn: textOf(each.read("arn")),
    can: pushes(each.read("policy")),
  }));
  const byUrn = lookup(policies, ({ urn }) => [urn]);
  const byArn = lookup(policies, ({ arn }) => [arn]);
  return (arn: unknown, subject: StackSubject, property: string): boolean | Unknown => {
    if (typeof arn === "string") {
      return managedPushPolicy(arn) !== undefined || (byArn(arn)[0]?.can ?? false);
    }
    const [own] = subject.dependencies(property).flatMap(({ urn }) => byUrn(urn));
    return own?.can ?? (arn instanceof Unknown ? arn : false);
  };
}

/** Whether an identity-based policy allows pushing. */
function pushes(policy: unknown): boolean | Unknown {
  const open: Unknown[] = [];
  const unjudged = (_: string, unknown: Unknown) => open.push(unknown);
  const known = knownStatements(policy, "", "", identityElements, { unjudged });
  const can = known?.document.Statement.some((each) => each.Effect === "Allow" && pushActionsOf(each).length > 0);
  return can || (open[0] ?? false);
}

/** Whether a repository policy allows this role to push; an unknown policy may. */
function trustsRole(policy: unknown, role: StackSubject): boolean | Unknown {
  if (policy instanceof Unknown) {
    return policy;
  }
  const arn = role.read("arn");
  const document = readAccessPolicy(policy);
  const found = document === undefined ? [] : statementGrants(document);
  return found.some(
    ({ principals, actions }) =>
      imagePushActions.some((each) => actions.some((pattern) => actionMatches(pattern, each))) &&
      principals.some((each) => each.kind === "identity" && each.arn === arn),
  );
}

/** The ARNs that a repository policy names. */
function principalsOf(policy: unknown): string[] {
  const document = policy instanceof Unknown ? undefined : readAccessPolicy(parsedJson(policy));
  return document === undefined
    ? []
    : statementGrants(document).flatMap(({ principals }) =>
        principals.flatMap((each) => (each.kind === "identity" ? [each.arn] : [])),
      );
}
