import { publicStatements, wildcardActionStatements } from "../../ecr/accessPolicy";
import { nist } from "../engine/frameworks";
import { stringListParameter } from "../engine/parameters";
import { resourceRule } from "../engine/rule";
import { accessPolicyTypes, ecrPolicyTypes, knownPolicy } from "./accessDocuments";

const url = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html";

export const accessNotPublic = resourceRule<Record<string, never>>({
  name: "ecr-access-not-public",
  displayName: "ECR policies grant no public access",
  description:
    "Policies of repositories, the registry, creation templates, public repositories and KMS keys grant no public access; " +
    "conditions are taken into account.",
  severity: "critical",
  framework: nist(["AC-3", "AC-4", "AC-6", "AC-21", "SC-7"], "Resources are not open to the public"),
  tags: ["access"],
  remediationSteps:
    "Name the accounts, roles or services in Principal, or restrict the statement to an organization, an account, a VPC or a VPC " +
    "endpoint with a condition that fails when the key is absent. A policy changes in place.",
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
        `${at}: ${policy.label} cannot be read as an IAM policy, so nobody can tell whom it grants access. Must have statements with ` +
          'IAM\'s element names, which are case-sensitive. Write { Effect: "Allow", Principal: { AWS: … }, Action: … }.',
      );
    }
    for (const { index, why } of publicStatements(policy.document)) {
      findings.violation(
        `${policy.statementPath(index)}: ${policy.label} grants access to anyone: ${why}. Must name principals, or be restricted ` +
          'to an organization, account, VPC or VPC endpoint. Write Principal: { AWS: "arn:aws:iam::<account>:root" }, ' +
          'or add Condition: { StringEquals: { "aws:PrincipalOrgID": "<organization>" } }.',
      );
    }
  },
});

export const accessActions = resourceRule<{ allowedWildcards: string[] }>({
  name: "ecr-access-actions",
  displayName: "ECR policies name the actions that they allow",
  description:
    "Policies of repositories, the registry, creation templates and public repositories name each action that they allow: no " +
    "wildcard, no NotAction.",
  severity: "high",
  framework: nist(["AC-2(7)", "AC-3(7)", "AC-5", "AC-6", "AC-6(1)"], "Permissions follow least privilege"),
  tags: ["access"],
  remediationSteps:
    "Name each action that is needed. Pulling: ecr:BatchGetImage, ecr:GetDownloadUrlForLayer, " +
    "ecr:BatchCheckLayerAvailability. Pushing also needs ecr:InitiateLayerUpload, ecr:UploadLayerPart, ecr:CompleteLayerUpload and " +
    "ecr:PutImage.",
  url,
  parameters: {
    allowedWildcards: stringListParameter(
      "Actions with a wildcard that are allowed exactly as written here, such as `ecr:Describe*`.",
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
        `${policy.statementPath(index)}: ${policy.label}: ${why}. Must name each action` +
          `${allowedWildcards.length > 0 ? `, or be ${allowedWildcards.join(", ")}` : ""}. ` +
          'Write the actions that are needed, such as "ecr:BatchGetImage" and "ecr:GetDownloadUrlForLayer".',
      );
    }
  },
});
