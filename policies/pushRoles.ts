import { actionMatches, publicPushActions, uploadActions } from "../ecr/accessPolicy";
import { parseConditionOperator } from "../ecr/accessPolicy/conditions";
import { listOf, type PolicyStatement } from "../ecr/accessPolicy/types";
import { type KnownPolicy, knownStatements } from "./accessDocuments";
import type { Findings } from "./findings";
import { nist } from "./frameworks";
import { labelled, resourceTypes } from "./resources";
import { resourceRule, type Subject } from "./rule";
import { Unknown } from "./unknowns";

const identityPolicyTypes: readonly string[] = [
  resourceTypes.managedPolicy,
  resourceTypes.rolePolicy,
  resourceTypes.userPolicy,
  resourceTypes.groupPolicy,
];

export const pushRoles = resourceRule<Record<string, never>>({
  name: "ecr-push-roles",
  displayName: "IAM identities push to ECR with the least rights",
  description:
    "IAM policies that let push to ECR name the actions and the repositories, and roles for an OIDC provider are for subjects " +
    "that are written out.",
  severity: "high",
  framework: nist(["AC-2(7)", "AC-3(7)", "AC-5", "AC-6", "AC-6(1)"], "Rights are the least that are needed"),
  tags: ["access", "supply-chain"],
  remediationSteps:
    'Write the push actions one by one, on the ARNs of the repositories; ecr:GetAuthorizationToken alone needs Resource "*". ' +
    "In a role's trust policy compare the provider's sub with the subject of one repository or service account.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html",
  parameters: {},
  types: [...identityPolicyTypes, resourceTypes.role],
  judge: (resource, _, findings) => {
    if (resource.type !== resourceTypes.role) {
      judgeRights(resource.read("policy"), "policy", labelled("IAM policy", resource.read("name"), resource), findings);
      return;
    }
    const label = labelled("role", resource.read("name"), resource);
    const inline = resource.read("inlinePolicies");
    for (const [index, each] of (Array.isArray(inline) ? inline : []).entries()) {
      const policy = each instanceof Unknown ? each : (each as Record<string, unknown> | null)?.["policy"];
      judgeRights(policy, `inlinePolicies[${index}].policy`, `a policy of ${label}`, findings);
    }
    judgeTrust(resource, label, findings);
  },
});

const pushing: readonly string[] = [...new Set([...uploadActions, ...publicPushActions])];

function judgeRights(policy: unknown, path: string, label: string, findings: Findings): void {
  const known = knownStatements(
    policy,
    path,
    label,
    ["Effect", "Action", "NotAction", "Resource", "NotResource"],
    findings,
  );
  known?.document.Statement.forEach((statement, index) => {
    if (statement.Effect !== "Allow") {
      return;
    }
    // Rights to everything there is are not a push role's; checks of IAM itself find them.
    const ecrActions = listOf(statement.Action).filter((action) => /^ecr(-public)?:/i.test(action));
    const wide = ecrActions.filter((action) => /:.*[*?]/.test(action) && mayPush(action));
    const at = known.statementPath(index);
    if (wide.length > 0) {
      findings.violation(
        `${at}.Action: ${label} allows ${wide.join(", ")}; allowed are push actions by name. ` +
          `Write ${uploadActions.map((action) => `"${action}"`).join(", ")} and those for pulling.`,
      );
    }
    const resources = listOf(statement.Resource).filter(isEveryRepository);
    if (ecrActions.some(mayPush) && (resources.length > 0 || statement.NotResource !== undefined)) {
      const found = statement.NotResource === undefined ? resources.join(", ") : "all but what NotResource names";
      findings.violation(
        `${at}.Resource: ${label} lets push to every repository (${found}); allowed are repositories by ARN. ` +
          'Write Resource: "arn:aws:ecr:<region>:<account>:repository/<name>".',
      );
    }
  });
}

function mayPush(action: string): boolean {
  return pushing.some((each) => actionMatches(action, each));
}

/** `*`, or an ARN that names no part of a repository's name. */
function isEveryRepository(arn: string): boolean {
  return /^[*?]+$/.test(arn) || /^arn:.*:repository\/[*?]+$/.test(arn) || /^arn:[^/]*[*?]$/.test(arn);
}

/** A role that an OIDC provider's tokens open: for which of the provider's subjects. */
function judgeTrust(resource: Subject, label: string, findings: Findings): void {
  const path = "assumeRolePolicy";
  const parts = ["Effect", "Principal", "NotPrincipal", "Action", "Condition"] as const;
  const known = knownStatements(resource.read(path), path, `the trust policy of ${label}`, parts, findings);
  known?.document.Statement.forEach((statement, index) => {
    const federated = statement.Effect === "Allow" ? oidcProvider(statement) : undefined;
    if (federated !== undefined) {
      judgeSubjects(statement, federated, known.statementPath(index), known, findings);
    }
  });
}

function oidcProvider({ Principal }: PolicyStatement): string | undefined {
  const names = Principal === undefined || Principal === "*" ? [] : listOf(Principal["Federated"]);
  return names.find((name) => !/:saml-provider\//.test(name));
}

function judgeSubjects(
  { Condition = {} }: PolicyStatement,
  provider: string,
  at: string,
  { label }: KnownPolicy,
  findings: Findings,
): void {
  const fix = `Write Condition: { StringEquals: { "<provider>:sub": "repo:<organization>/<repository>:ref:refs/heads/main" } } for ${provider}.`;
  const subjects: string[] = [];
  for (const [text, keys] of Object.entries(Condition)) {
    const operator = parseConditionOperator(text);
    const compares = operator !== undefined && /^String(Equals|EqualsIgnoreCase|Like)$/.test(operator.name);
    if (!compares || operator.ifExists || operator.quantifier === "ForAllValues") {
      continue;
    }
    for (const [key, values] of Object.entries(keys)) {
      if (/:sub$/i.test(key)) {
        // Without `Like`, a star is a star.
        subjects.push(
          ...listOf(values).map((value) => (operator.name === "StringLike" ? value : value.replace(/[*?]/g, ""))),
        );
      }
    }
  }
  if (subjects.length === 0) {
    findings.violation(
      `${at}.Condition: ${label} is for every subject of ${provider}, as no condition compares its sub; allowed are subjects ` +
        `that are written out. ${fix}`,
    );
  }
  for (const subject of subjects.filter((each) => !isWrittenOut(each))) {
    findings.violation(
      `${at}.Condition: ${label} is for the subjects "${subject}"; allowed are subjects whose repository, project or service ` +
        `account's namespace is written out. ${fix}`,
    );
  }
}

/**
 * Whether a subject says whose it is before its first wildcard: `repo:organization/repository:…` (GitHub),
 * `project_path:group/project:…` (GitLab), `system:serviceaccount:namespace:…` (Kubernetes), `organization:…:project:…`.
 */
function isWrittenOut(subject: string): boolean {
  const fixed = /^[^*?]*/.exec(subject)?.[0] ?? "";
  if (fixed === subject) {
    return subject !== "";
  }
  const owner = subject.startsWith("system:serviceaccount:") ? /^[^:]+:[^:]+:[^:]+:/ : /^[^:]+:[^:]+:/;
  return owner.test(fixed);
}
