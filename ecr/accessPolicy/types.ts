/** One text or several, as IAM writes values: `"a"` and `["a"]` mean the same. */
export type OneOrMore = string | string[];

/** Anyone, or names by their kind: `AWS`, `Service`, `Federated`, `CanonicalUser`. */
export type PolicyPrincipal = "*" | Record<string, OneOrMore>;

/** Operator, then key, then values: all operators and keys must hold, and one value of each key is enough. */
export type PolicyCondition = Record<string, Record<string, OneOrMore>>;

/** One statement of a policy document (IAM user guide, IAM JSON policy elements reference). */
export interface PolicyStatement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: PolicyPrincipal;
  NotPrincipal?: PolicyPrincipal;
  Action?: OneOrMore;
  NotAction?: OneOrMore;
  Resource?: OneOrMore;
  NotResource?: OneOrMore;
  Condition?: PolicyCondition;
}

/** The versions of the policy language; a document without one has the older, which knows no policy variables. */
export const policyVersions = ["2012-10-17", "2008-10-17"] as const;

/** A resource's policy: who may do what with it. */
export interface PolicyDocument {
  Version: (typeof policyVersions)[number];
  Id?: string;
  Statement: PolicyStatement[];
}

/**
 * What a policy belongs to: a private repository, a private registry, a public repository, or the KMS key that encrypts
 * a repository.
 */
export type PolicyKind = "repository" | "registry" | "publicRepository" | "key";

/**
 * Characters of a policy's text. ECR API, SetRepositoryPolicy and PutRegistryPolicy: policyText; ECR Public API,
 * SetRepositoryPolicy; KMS API, PutKeyPolicy: Policy (32 kilobytes).
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
