import type { PolicyDocument, PolicyStatement } from "../accessPolicy";
import type { Fault } from "../faults";

/** Maximum length of a role's trust policy: 2,048, on request 4,096 (IAM user guide, IAM and STS quotas). */
export const trustPolicyMaximum = 4_096;

/** The tokens that can assume a role. */
export interface OidcTrust {
  /** ARN of the identity provider in IAM. */
  providerArn: string;
  /** The `aud` claim. */
  audience: string;
  /** `sub` claims; `*` matches any characters. */
  subjects: readonly string[];
  /** Additional subjects, each group only for jobs of certain workflow files. @default none */
  ofWorkflows?: readonly WorkflowSubjects[];
}

/**
 * Subjects that are accepted only together with one of these workflow file claims; `*` matches any characters in both.
 */
export interface WorkflowSubjects {
  subjects: readonly string[];
  /** `job_workflow_ref` claims (IAM user guide, available keys for AWS OIDC federation: GitHub, since February 2026). */
  workflowRefs: readonly string[];
}

const providerForm = /^arn:(aws[a-z-]*):iam::([0-9]{12}):oidc-provider\/([a-z0-9.-]+(?::[0-9]+)?(?:\/[\w./-]*[\w-])?)$/;

/** The issuer in an identity provider's ARN, without `https://`; `undefined` for anything else. */
export function issuerOfProvider(arn: unknown): string | undefined {
  return typeof arn === "string" ? providerForm.exec(arn)?.[3] : undefined;
}

/**
 * The trust policy of a role assumed with an identity provider's tokens: audience and subject are both compared. Exact
 * subjects, patterns, and each group of workflow files have separate statements, because all conditions of a statement
 * must be met.
 *
 * @param trust Must have subjects: without one, every token of the provider would be accepted.
 */
export function oidcTrustPolicy(trust: OidcTrust): PolicyDocument {
  const issuer = issuerOfProvider(trust.providerArn) ?? "";
  const subjects = [...new Set(trust.subjects)].sort();
  const patterns = subjects.filter((subject) => subject.includes("*"));
  const exact = subjects.filter((subject) => !subject.includes("*"));
  const statement = (sid: string, condition: PolicyStatement["Condition"]): PolicyStatement => ({
    Sid: sid,
    Effect: "Allow",
    Principal: { Federated: trust.providerArn },
    Action: "sts:AssumeRoleWithWebIdentity",
    ...(condition && { Condition: condition }),
  });
  const audience = { [`${issuer}:aud`]: trust.audience };
  return {
    Version: "2012-10-17",
    Statement: [
      ...(exact.length > 0 ? [statement("Exact", { StringEquals: { ...audience, [`${issuer}:sub`]: exact } })] : []),
      ...(patterns.length > 0
        ? [statement("Patterns", { StringEquals: audience, StringLike: { [`${issuer}:sub`]: patterns } })]
        : []),
      ...(trust.ofWorkflows ?? []).map((group, index) =>
        statement(`Workflows${index + 1}`, {
          StringEquals: audience,
          StringLike: {
            [`${issuer}:sub`]: [...group.subjects],
            [`${issuer}:job_workflow_ref`]: [...group.workflowRefs],
          },
        }),
      ),
    ],
  };
}

/** Why an ARN is not an identity provider for these tokens. Never throws. */
export function providerArnFaults(arn: unknown, path: string, issuer: string): Fault[] {
  const found = issuerOfProvider(arn);
  const expected = issuer.replace(/^https:\/\//, "");
  if (found === expected) {
    return [];
  }
  return [
    {
      path,
      value: arn,
      rule:
        found === undefined
          ? "must be the ARN of an identity provider."
          : `tokens of ${expected} need a provider for ${expected}; this one is for ${found}.`,
      fix: `write "arn:aws:iam::<account>:oidc-provider/${expected}", or set issuer to the provider's own.`,
    },
  ];
}

/** Why a string is not an issuer URL that IAM accepts: https, lowercase host, no query, no trailing slash. */
export function issuerFaults(issuer: unknown, path: string): Fault[] {
  if (typeof issuer === "string" && /^https:\/\/[a-z0-9.-]+(?::[0-9]+)?(?:\/[\w./-]*[\w-])?$/.test(issuer)) {
    return [];
  }
  return [
    {
      path,
      value: issuer,
      rule: "an issuer must be an https:// URL with a lower-case host and no slash at the end.",
      fix: 'write the token\'s iss claim, such as "https://gitlab.example.com".',
    },
  ];
}

/** Why IAM would refuse a trust policy of this size. */
export function trustPolicyFaults(trust: OidcTrust, path: string): Fault[] {
  const size = JSON.stringify(oidcTrustPolicy(trust)).length;
  if (size <= trustPolicyMaximum) {
    return [];
  }
  return [
    {
      path,
      value: `${trust.subjects.length + (trust.ofWorkflows ?? []).flatMap(({ subjects }) => subjects).length} subjects`,
      rule: `a trust policy can have at most ${trustPolicyMaximum} characters; this one has ${size}.`,
      fix: "make a role for each group of repositories, or write patterns.",
    },
  ];
}
