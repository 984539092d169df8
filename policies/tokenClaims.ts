import { parseConditionOperator } from "../ecr/accessPolicy/conditions";
import { listOf, type PolicyCondition } from "../ecr/accessPolicy/types";

/** Whom the conditions on an OIDC provider's tokens leave. */
export interface ClaimReading {
  /** Whether the token's repository, project or service account is written out: one condition is enough, as all of them must hold. */
  bound: boolean;
  /** Subjects that do not say whose they are. */
  wide: string[];
  /** Whether any condition compares the subject. */
  comparesSubject: boolean;
}

export function readClaims(condition: PolicyCondition = {}): ClaimReading {
  const reading: ClaimReading = { bound: false, wide: [], comparesSubject: false };
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
      // Without `Like`, a star is a star, which no token has; one alone is meant for all of them.
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

/** The claims that say whose a token is (IAM user guide, Available keys for AWS OIDC federation). */
const claims: readonly Claim[] = [
  { name: /:sub$/i, bound: isWrittenOut, isSubject: true },
  // GitHub.
  { name: /:repository$/i, bound: (value) => /^[^/*?]+\/[^/*?]+$/.test(value) },
  { name: /:repository_id$/i, bound: (value) => /^[0-9]+$/.test(value) },
  // CircleCI.
  { name: /\/project-id$/i, bound: (value) => /^[0-9a-f-]{36}$/i.test(value) },
  // Google: the token's azp, which is a service account's id, where an application's has more than digits.
  { name: /^accounts\.google\.com:aud$/i, bound: (value) => /^[0-9]{15,}$/.test(value) },
];

/** How subjects begin, and how far they say whose they are. */
const forms: readonly (readonly [begin: RegExp, owner: RegExp])[] = [
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
  // Terraform and Buildkite: a project, a pipeline, or a workspace, whose name is one in its organization.
  [/^organization:/, /^organization:[^:*?]+:(?:(?:project|pipeline):[^:*?]+:|project:[^:]+:workspace:[^:*?]+:)/],
  // Pulumi: its project or environment.
  [/^pulumi:/, /^pulumi:[^:]+:org:[^:]+:(?:project|env):[^:]+:/],
  // GitHub, whose subjects have the claims that an organization chooses: everybody can have `environment:production`.
  [
    /^(?:repo|repository(?:_\w+)?|environment|ref|ref_type|base_ref|head_ref|event_name|workflow|workflow_\w+|job_workflow_\w+|actor|actor_id|context|enterprise|enterprise_id|runner_environment|run_\w+):/,
    /(?:^|:)(?:(?:repo|repository):[^:/]+\/[^:/]+:|repository_id:[0-9]+:|job_workflow_ref:[^:/]+\/[^:/]+\/)/,
  ],
];

/** GitLab (project_path:group/project:) and others that nothing more is known of. */
const otherwise = /^[^:/{]+:[^:]+:/;

/** Whether a subject says whose it is before its first wildcard. */
function isWrittenOut(subject: string): boolean {
  const fixed = /^[^*?]*/.exec(subject)?.[0] ?? "";
  const isExact = fixed === subject;
  const form = forms.find(([begin]) => begin.test(fixed));
  if (form === undefined) {
    return isExact ? subject !== "" : otherwise.test(fixed);
  }
  const [, owner] = form;
  // A workspace behind any project is known by the whole of the subject.
  return owner.test(isExact ? `${subject}:` : /^organization:/.test(fixed) ? subject : fixed);
}
