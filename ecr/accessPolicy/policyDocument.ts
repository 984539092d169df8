/** One string or several, as in IAM documents: `"a"` and `["a"]` are equivalent. */
export type OneOrMore = string | string[];

/** Anyone, or names by type: `AWS`, `Service`, `Federated`, `CanonicalUser`. */
export type PolicyPrincipal = "*" | Record<string, OneOrMore>;

/** Operator, then key, then values: all operators and keys must match, and one matching value of each key is enough. */
export type PolicyCondition = Record<string, Record<string, OneOrMore>>;

/** A statement of a policy document (IAM user guide, IAM JSON policy elements reference). */
export interface PolicyStatement {
  /** Statement ID, unique in the document: letters and digits. @default none */
  Sid?: string;
  /** Whether it allows or denies; a deny overrides every allow. */
  Effect: "Allow" | "Deny";
  /**
   * Principals the statement applies to. A resource policy has this or `NotPrincipal`, an identity policy has neither.
   * @default none
   */
  Principal?: PolicyPrincipal;
  /** Everyone except these. @default none */
  NotPrincipal?: PolicyPrincipal;
  /** Operations, such as `ecr:BatchGetImage`; `*` and `?` are wildcards. Either this or `NotAction`. @default none */
  Action?: OneOrMore;
  /** All operations except these. @default none */
  NotAction?: OneOrMore;
  /** ARNs the statement applies to. A repository policy has none: it applies to its repository. @default none */
  Resource?: OneOrMore;
  /** All resources except these. @default none */
  NotResource?: OneOrMore;
  /** Additional conditions that must be met. @default none */
  Condition?: PolicyCondition;
}

/** Versions of the policy language; a document without one has the older version, which has no policy variables. */
export const policyVersions = ["2012-10-17", "2008-10-17"] as const;

/** A resource policy: who can do what with the resource. */
export interface PolicyDocument {
  /** Version of the policy language: use `2012-10-17`. */
  Version: (typeof policyVersions)[number];
  /** ID of the document. @default none */
  Id?: string;
  /** At least one. The document is limited to 10,240 characters for a repository or a registry. */
  Statement: PolicyStatement[];
}

/**
 * What a policy is attached to: a private repository, a private registry, a public repository, or the KMS key that
 * encrypts a repository.
 */
export type PolicyKind = "repository" | "registry" | "publicRepository" | "key";

/**
 * Maximum length of a policy as sent, which is JSON without whitespace: in characters, or bytes for a key's. ECR API,
 * SetRepositoryPolicy and PutRegistryPolicy: policyText; ECR Public API, SetRepositoryPolicy; KMS API, PutKeyPolicy:
 * Policy (32 kilobytes).
 */
export const policyTextMaximum: Readonly<Record<PolicyKind, number>> = {
  repository: 10_240,
  registry: 10_240,
  publicRepository: 10_240,
  key: 32_768,
};

/** The values as a list. */
export function listOf(values: OneOrMore | undefined): string[] {
  if (values === undefined) {
    return [];
  }
  return typeof values === "string" ? [values] : values;
}
