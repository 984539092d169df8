import { publicStatements } from "../ecr/accessPolicy";
import { parseConditionOperator } from "../ecr/accessPolicy/conditions";
import { listOf, type PolicyStatement } from "../ecr/accessPolicy/types";
import { type KnownPolicy, knownStatements } from "./accessDocuments";
import type { Findings } from "./findings";
import { nist } from "./frameworks";
import { judgeAttached, judgeRights } from "./pushRights";
import { labelled, resourceTypes } from "./resources";
import { resourceRule, type Subject } from "./rule";
import { Unknown } from "./unknowns";

const identityPolicyTypes: readonly string[] = [
  resourceTypes.managedPolicy,
  resourceTypes.rolePolicy,
  resourceTypes.userPolicy,
  resourceTypes.groupPolicy,
];

const attachmentTypes: readonly string[] = [
  resourceTypes.rolePolicyAttachment,
  resourceTypes.userPolicyAttachment,
  resourceTypes.groupPolicyAttachment,
  resourceTypes.policyAttachment,
];

export const pushRoles = resourceRule<Record<string, never>>({
  name: "ecr-push-roles",
  displayName: "IAM identities push to ECR with the least rights",
  description:
    "IAM policies that let push to ECR name the actions and the repositories, AWS's own that let push everywhere are given to " +
    "nobody, and roles are for named principals, those for an OIDC provider for subjects that are written out.",
  severity: "high",
  framework: nist(["AC-2(7)", "AC-3(7)", "AC-5", "AC-6", "AC-6(1)"], "Rights are the least that are needed"),
  tags: ["access", "supply-chain"],
  remediationSteps:
    'Write the push actions one by one, on the ARNs of the repositories; ecr:GetAuthorizationToken alone needs Resource "*". ' +
    "In a role's trust policy compare the provider's sub with the subject of one repository or service account.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html",
  parameters: {},
  types: [...identityPolicyTypes, ...attachmentTypes, resourceTypes.role],
  judge: (resource, _, findings) => {
    if (attachmentTypes.includes(resource.type)) {
      judgeAttached(resource.read("policyArn"), "policyArn", `attachment "${resource.name}"`, findings);
    } else if (resource.type === resourceTypes.role) {
      judgeRole(resource, findings);
    } else {
      judgeRights(resource.read("policy"), "policy", labelled("IAM policy", resource.read("name"), resource), findings);
    }
  },
});

function judgeRole(resource: Subject, findings: Findings): void {
  const label = labelled("role", resource.read("name"), resource);
  for (const [at, each] of entriesOf(resource, "inlinePolicies", label, findings)) {
    const policy = each instanceof Unknown ? each : (each as Record<string, unknown> | null)?.["policy"];
    judgeRights(policy, `${at}.policy`, `a policy of ${label}`, findings);
  }
  for (const [at, arn] of entriesOf(resource, "managedPolicyArns", label, findings)) {
    judgeAttached(arn, at, label, findings);
  }
  judgeTrust(resource, label, findings);
}

/** The entries of a list, each with its path. */
function entriesOf(resource: Subject, property: string, label: string, findings: Findings): [path: string, unknown][] {
  const list = resource.read(property);
  if (list instanceof Unknown) {
    findings.unjudged(`${property} of ${label} is not known yet.`, list);
  }
  return (Array.isArray(list) ? list : []).map((each: unknown, index) => [`${property}[${index}]`, each]);
}

/** Whom a role is for: nobody who is not named, and where an OIDC provider's tokens open it, which of its subjects. */
function judgeTrust(resource: Subject, label: string, findings: Findings): void {
  const path = "assumeRolePolicy";
  const parts = ["Effect", "Principal", "NotPrincipal", "Action", "Condition"] as const;
  const known = knownStatements(resource.read(path), path, `the trust policy of ${label}`, parts, findings);
  if (known === undefined) {
    return;
  }
  for (const { index, why } of publicStatements(known.document)) {
    findings.violation(
      `${known.statementPath(index)}: the trust policy of ${label} lets anyone be this role: ${why}; allowed are named principals. ` +
        'Write Principal: { AWS: "arn:aws:iam::<account>:role/<name>" }.',
    );
  }
  known.document.Statement.forEach((statement, index) => {
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
