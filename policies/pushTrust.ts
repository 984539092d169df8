import { publicStatements } from "../ecr/accessPolicy";
import { listOf, type PolicyStatement } from "../ecr/accessPolicy/types";
import { type KnownPolicy, knownStatements } from "./accessDocuments";
import type { Findings } from "./findings";
import { nist } from "./frameworks";
import { pushingRoles } from "./pushingRoles";
import { labelled, resourceTypes } from "./resources";
import { type Subject, stackRule } from "./rule";
import { readClaims } from "./tokenClaims";
import type { Unknown } from "./unknowns";

/** Says what is wrong; as something that cannot be judged where the role may not push at all. */
type Tell = (message: string) => void;

export const pushTrust = stackRule<Record<string, never>>({
  name: "ecr-push-trust",
  displayName: "Roles that push to ECR are for those who are named",
  description:
    "A role of the stack that can push to ECR is for named principals, and one for an OIDC provider for subjects that are written out. " +
    "Roles that push nothing are none of this pack's business.",
  severity: "high",
  framework: nist(["AC-2(7)", "AC-3(7)", "AC-6", "IA-2"], "Rights are given to known parties only"),
  tags: ["access", "supply-chain"],
  remediationSteps:
    "In the role's trust policy compare the provider's sub with the subject of one repository or service account, and name accounts, " +
    "roles or services in Principal.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
  parameters: {},
  types: [resourceTypes.role],
  judge: (stack, _, findings) => {
    for (const [role, doubt] of pushingRoles(stack)) {
      judgeTrust(role, doubt, findings);
    }
  },
});

/** Whom a role is for: nobody who is not named, and where an OIDC provider's tokens open it, which of its subjects. */
function judgeTrust(resource: Subject, doubt: Unknown | undefined, findings: Findings): void {
  const path = "assumeRolePolicy";
  const label = labelled("role", resource.read("name"), resource);
  const tell: Tell = (message) =>
    findings.violationUnless(doubt, message, "Whether the role can push to ECR is not known yet.", resource);
  const parts = ["Effect", "Principal", "NotPrincipal", "Action", "Condition"] as const;
  const known = knownStatements(resource.read(path), path, `the trust policy of ${label}`, parts, {
    unjudged: (message, unknown) => findings.unjudged(message, unknown, resource),
  });
  if (known === undefined) {
    return;
  }
  for (const { index, why } of publicStatements(known.document)) {
    tell(
      `${known.statementPath(index)}: the trust policy of ${label} lets anyone be this role: ${why}; allowed are named principals. ` +
        'Write Principal: { AWS: "arn:aws:iam::<account>:role/<name>" }.',
    );
  }
  known.document.Statement.forEach((statement, index) => {
    const federated = statement.Effect === "Allow" ? oidcProvider(statement) : undefined;
    if (federated !== undefined) {
      judgeSubjects(statement, federated, known.statementPath(index), known, tell);
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
  tell: Tell,
): void {
  const fix = `Write Condition: { StringEquals: { "<provider>:sub": "repo:<organization>/<repository>:ref:refs/heads/main" } } for ${provider}.`;
  const { bound, wide, comparesSubject } = readClaims(Condition);
  if (bound) {
    return;
  }
  if (!comparesSubject) {
    tell(
      `${at}.Condition: ${label} is for every subject of ${provider}, as no condition compares its sub; allowed are subjects ` +
        `that are written out. ${fix}`,
    );
  }
  for (const subject of wide) {
    tell(
      `${at}.Condition: ${label} is for the subjects "${subject}"; allowed are subjects whose repository, project or service ` +
        `account's namespace is written out. ${fix}`,
    );
  }
}
