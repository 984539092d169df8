import { publicStatements, wildcardActionStatements } from "../ecr/accessPolicy";
import { wildcardMatches } from "../ecr/wildcard";
import { accessPolicyTypes, ecrPolicyTypes, knownPolicy } from "./accessDocuments";
import { nist } from "./frameworks";
import { texts } from "./parameters";
import { resourceRule } from "./rule";

const url = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html";

export const accessNotPublic = resourceRule<Record<string, never>>({
  name: "ecr-access-not-public",
  displayName: "ECR policies let nobody in whom they do not name",
  description:
    "Policies of repositories, the registry, creation templates, public repositories and KMS keys grant nothing to anyone " +
    "at all, conditions taken into account.",
  severity: "critical",
  framework: nist(["AC-3", "AC-4", "AC-6", "AC-21", "SC-7"], "Resources are not open to the public"),
  tags: ["access"],
  remediationSteps:
    "Name the accounts, roles or services in Principal, or bind the statement to an organization, an account, a VPC or a VPC " +
    "endpoint by a condition that holds only when the key is there. A policy changes in place.",
  url,
  parameters: {},
  types: accessPolicyTypes,
  judge: (resource, _, findings) => {
    const parts = ["Effect", "Principal", "NotPrincipal", "Condition"] as const;
    const policy = knownPolicy(resource, parts, findings);
    if (policy === undefined) {
      return;
    }
    for (const at of policy.unreadable) {
      findings.violation(
        `${at}: ${policy.label} cannot be read here, so nothing tells whom it lets in; allowed are statements as IAM writes them, ` +
          'with names in upper and lower case. Write { Effect: "Allow", Principal: { AWS: … }, Action: … }.',
      );
    }
    for (const { index, why } of publicStatements(policy.document)) {
      findings.violation(
        `${policy.statementPath(index)}: ${policy.label} lets anyone in: ${why}; allowed are statements for named principals, ` +
          'or bound to an organization, account, VPC or endpoint. Write Principal: { AWS: "arn:aws:iam::<account>:root" }, ' +
          'or add Condition: { StringEquals: { "aws:PrincipalOrgID": "<organization>" } }.',
      );
    }
  },
});

export const accessActions = resourceRule<{ allowedWildcards: string[] }>({
  name: "ecr-access-actions",
  displayName: "ECR policies name the actions that they allow",
  description:
    "Policies of repositories, the registry, creation templates and public repositories allow actions by name: no " +
    "wildcard, no NotAction.",
  severity: "high",
  framework: nist(["AC-2(7)", "AC-3(7)", "AC-5", "AC-6", "AC-6(1)"], "Rights are the least that are needed"),
  tags: ["access"],
  remediationSteps:
    "Write the actions that are needed, one by one. Pulling: ecr:BatchGetImage, ecr:GetDownloadUrlForLayer, " +
    "ecr:BatchCheckLayerAvailability. Pushing adds ecr:InitiateLayerUpload, ecr:UploadLayerPart, ecr:CompleteLayerUpload and " +
    "ecr:PutImage.",
  url,
  parameters: {
    allowedWildcards: texts(
      "Actions with a wildcard that may be written as they stand here, such as `ecr:Describe*`.",
      [],
      { pattern: "^[A-Za-z0-9:*?-]+$" },
    ),
  },
  types: ecrPolicyTypes,
  judge: (resource, { allowedWildcards }, findings) => {
    const policy = knownPolicy(resource, ["Effect", "Action", "NotAction"], findings);
    if (policy === undefined) {
      return;
    }
    const accepted = policy.document.Statement.map(({ Action, ...rest }) => {
      const actions =
        Action === undefined ? undefined : [Action].flat().filter((each) => !allowedWildcards.includes(each));
      return { ...rest, ...(actions !== undefined && { Action: actions }) };
    });
    for (const { index, why } of wildcardActionStatements({ ...policy.document, Statement: accepted })) {
      findings.violation(
        `${policy.statementPath(index)}: ${policy.label}: ${why}; allowed are actions by name` +
          `${allowedWildcards.length > 0 ? ` and ${allowedWildcards.join(", ")}` : ""}. ` +
          'Write the actions that are needed, such as "ecr:BatchGetImage" and "ecr:GetDownloadUrlForLayer".',
      );
    }
  },
});

/** Whether a pattern with `*` fits a text. */
export function fitsAny(text: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => wildcardMatches(pattern, text));
}
