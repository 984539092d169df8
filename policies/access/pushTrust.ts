import { publicStatements } from "../../ecr/accessPolicy";
import { listOf, type PolicyStatement } from "../../ecr/accessPolicy/policyDocument";
import type { Findings } from "../engine/findings";
import { nist } from "../engine/frameworks";
import { type Subject, stackRule } from "../engine/rule";
import type { Unknown } from "../engine/unknowns";
import { labelled, resourceTypes } from "../resources/resourceTypes";
import { type KnownPolicy, knownStatements } from "./accessDocuments";
import { pushingRoles } from "./pushingRoles";
import { readClaims } from "./tokenClaims";

/** Reports a violation; at advisory level while it is not known whether the role can push. */
type Report = (message: string) => void;

export const pushTrust = stackRule<Record<string, never>>({
  name: "ecr-push-trust",
  displayName: "Roles that push to ECR trust named principals only",
  description:
    "A role of the stack that can push to ECR trusts named principals only; one for an OIDC provider names the subjects. Roles that " +
    "cannot push are not checked.",
  severity: "high",
  framework: nist(["AC-2(7)", "AC-3(7)", "AC-6", "IA-2"], "Permissions are granted to known parties only"),
  tags: ["access", "supply-chain"],
  remediationSteps:
    "In the role's trust policy, compare the provider's sub claim with the subject of one repository or service account, and name " +
    "accounts, roles or services in Principal.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
  parameters: {},
  types: [resourceTypes.role],
  judge: (stack, _, findings) => {
    for (const [role, doubt] of pushingRoles(stack)) {
      judgeTrust(role, doubt, findings);
    }
  },
});

/** Checks who can assume the role: only named principals, and for an OIDC provider only named subjects. */
function judgeTrust(resource: Subject, doubt: Unknown | undefined, findings: Findings): void {
  const path = "assumeRolePolicy";
  const label = labelled("role", resource.read("name"), resource);
  const report: Report = (message) =>
    findings.violationUnless(doubt, message, "Whether the role can push to ECR is not known yet.", resource);
  const parts = ["Effect", "Principal", "NotPrincipal", "Action", "Condition"] as const;
  const known = knownStatements(resource.read(path), path, `the trust policy of ${label}`, parts, {
    unjudged: (message, unknown) => findings.unjudged(message, unknown, resource),
  });
  if (known === undefined) {
    return;
  }
  for (const { index, why } of publicStatements(known.document)) {
    report(
      `${known.statementPath(index)}: the trust policy of ${label} allows anyone to assume this role: ${why}. Must name principals. ` +
        'Write Principal: { AWS: "arn:aws:iam::<account>:role/<name>" }.',
    );
  }
  known.document.Statement.forEach((statement, index) => {
    const federated = statement.Effect === "Allow" ? oidcProvider(statement) : undefined;
    if (federated !== undefined) {
      judgeSubjects(statement, federated, known.statementPath(index), known, report);
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
  report: Report,
): void {
  const fix = `Write Condition: { StringEquals: { "<provider>:sub": "repo:<organization>/<repository>:ref:refs/heads/main" } } for ${provider}.`;
  const { bound, wide, comparesSubject } = readClaims(Condition);
  if (bound) {
    return;
  }
  if (!comparesSubject) {
    report(
      `${at}.Condition: ${label} trusts every subject of ${provider}, as no condition checks its sub claim. Must name the ` +
        `subjects. ${fix}`,
    );
  }
  for (const subject of wide) {
    report(
      `${at}.Condition: ${label} trusts the subjects "${subject}". Must name the repository, the project or the service ` +
        `account's namespace without a wildcard. ${fix}`,
    );
  }
}
