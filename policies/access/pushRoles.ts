import type { Findings } from "../engine/findings";
import { nist } from "../engine/frameworks";
import { resourceRule, type Subject } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { labelled, resourceTypes } from "../resources/resourceTypes";
import { judgeAttached, judgeRights } from "./pushRights";

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
  displayName: "IAM identities push to ECR with least privilege",
  description:
    "IAM policies that allow pushing to ECR name the actions, and the repositories by ARN or tag. AWS managed policies that allow " +
    "pushing everywhere are not attached.",
  severity: "high",
  framework: nist(["AC-2(7)", "AC-3(7)", "AC-5", "AC-6", "AC-6(1)"], "Permissions follow least privilege"),
  tags: ["access", "supply-chain"],
  remediationSteps:
    'Name each push action, on the ARNs of the repositories; only ecr:GetAuthorizationToken needs Resource "*".',
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
}

function entriesOf(resource: Subject, property: string, label: string, findings: Findings): [path: string, unknown][] {
  const list = resource.read(property);
  if (list instanceof Unknown) {
    findings.unjudged(`${property} of ${label} is not known yet.`, list);
  }
  return (Array.isArray(list) ? list : []).map((each: unknown, index) => [`${property}[${index}]`, each]);
}
