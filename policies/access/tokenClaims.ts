import { parseConditionOperator } from "../../ecr/accessPolicy/policyConditions";
import { listOf, type PolicyCondition } from "../../ecr/accessPolicy/policyDocument";

/** Which tokens of an OIDC provider meet the conditions. */
export interface ClaimConditions {
  /**
   * Whether a condition fixes the token's repository, project or service account; one is enough, as all of them must
   * hold.
   */
  bound: boolean;
  /** Subjects that do not identify their owner. */
  wide: string[];
  /** Whether any condition checks the subject. */
  comparesSubject: boolean;
}

export function readClaims(condition: PolicyCondition = {}): ClaimConditions {
  const reading: ClaimConditions = { bound: false, wide: [], comparesSubject: false };
  for (const [text, keys] of Object.entries(condition)) {
    const operator = parseConditionOperator(text);
    const compares = operator !== undefined && /^String(Equals|EqualsIgnoreCase|Like)$/.test(operator.name);
    if (!compares || operator.ifExists || operator.quantifier === "ForAllValues") {
      continue;
    }
    for (const [key, given] of Object.entries(keys)) {
      const claim = claims.find(({ name }) => name.test(key));
      const values = listOf(given);
      if (claim === undefined || values.length === 0) {
        continue;
      }
      // Without `Like`, `*` is a literal character that no token has; `*` alone was meant to match every token.
      const isPossible = (value: string) =>
        operator.name === "StringLike" || !/[*?]/.test(value) || /^[*?]+$/.test(value);
      const wide = values.filter((value) => isPossible(value) && !claim.bound(value));
      reading.bound ||= wide.length === 0;
      if (claim.isSubject) {
        reading.comparesSubject = true;
        reading.wide.push(...wide);
      }
    }
  }
  return reading;
}

interface Claim {
  /** The condition key. */
  name: RegExp;
  bound: (value: string) => boolean;
  isSubject?: true;
}

/** The claims that identify a token's owner (IAM user guide, Available keys for AWS OIDC federation). */
const claims: readonly Claim[] = [
  { name: /:sub$/i, bound: isWrittenOut, isSubject: true },
  // GitHub.
  { name: /:repository$/i, bound: (value) => /^[^/*?]+\/[^/*?]+$/.test(value) },
  { name: /:repository_id$/i, bound: (value) => /^[0-9]+$/.test(value) },
  // CircleCI.
  { name: /\/project-id$/i, bound: (value) => /^[0-9a-f-]{36}$/i.test(value) },
  // Google: the token's azp. A service account's id has only digits, an application's does not.
  { name: /^accounts\.google\.com:aud$/i, bound: (value) => /^[0-9]{15,}$/.test(value) },
];

/** How subjects begin, and the part that identifies their owner. */
const subjectForms: readonly (readonly [begin: RegExp, owner: RegExp])[] = [
  // Kubernetes: its namespace.
  [/^system:serviceaccount:/, /^system:serviceaccount:[^:]+:/],
  // CircleCI: its project.
  [/^org\//, /^org\/[^/]+\/project\/[^/:]+[/:]/],
  // Harness: its project.
  [/^account\//, /^account\/[^/:]+:org\/[^/:]+:project\/[^/:]+:/],
  // Bitbucket: its repository.
  [/^\{/, /^\{[0-9a-f-]{36}\}:/i],
  // Azure DevOps: its project.
  [/^(?:p|sc):\/\//, /^(?:p|sc):\/\/[^/]+\/[^/:]+[/:]/],
  // Terraform and Buildkite: a project, a pipeline, or a workspace, whose name is unique in its organization.
  [/^organization:/, /^organization:[^:*?]+:(?:(?:project|pipeline):[^:*?]+:|project:[^:]+:workspace:[^:*?]+:)/],
  // Pulumi: its project or environment.
  [/^pulumi:/, /^pulumi:[^:]+:org:[^:]+:(?:project|env):[^:]+:/],
  // GitHub, where an organization chooses the claims in subjects: any repository can have `environment:production`.
  [
    /^(?:repo|repository(?:_\w+)?|environment|ref|ref_type|base_ref|head_ref|event_name|workflow|workflow_\w+|job_workflow_\w+|actor|actor_id|context|enterprise|enterprise_id|runner_environment|run_\w+):/,
    /(?:^|:)(?:(?:repo|repository):[^:/]+\/[^:/]+:|repository_id:[0-9]+:|job_workflow_ref:[^:/]+\/[^:/]+\/)/,
  ],
];

/** GitLab (project_path:group/project:) and unknown providers. */
const defaultSubjectForm = /^[^:/{]+:[^:]+:/;

/** Whether a subject identifies its owner before its first wildcard. */
function isWrittenOut(subject: string): boolean {
  const fixed = /^[^*?]*/.exec(subject)?.[0] ?? "";
  const isExact = fixed === subject;
  const form = subjectForms.find(([begin]) => begin.test(fixed));
  if (form === undefined) {
    return isExact ? subject !== "" : defaultSubjectForm.test(fixed);
  }
  const [, owner] = form;
  // A workspace in any project is identified by the whole subject.
  return owner.test(isExact ? `${subject}:` : /^organization:/.test(fixed) ? subject : fixed);
}
