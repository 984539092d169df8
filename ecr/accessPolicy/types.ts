/** One text or several, as IAM writes values: `"a"` and `["a"]` mean the same. */
export type OneOrMore = string | string[];

/** Anyone, or names by their kind: `AWS`, `Service`, `Federated`, `CanonicalUser`. */
export type PolicyPrincipal = "*" | Record<string, OneOrMore>;

/** Operator, then key, then values: all operators and keys must hold, and one value of each key is enough. */
export type PolicyCondition = Record<string, Record<string, OneOrMore>>;

/** One statement of a policy document (IAM user guide, IAM JSON policy elements reference). */
export interface PolicyStatement {
  /** Name of the statement, unique in the document: letters and digits. @default none */
  Sid?: string;
  /** Whether it allows or refuses; a refusal beats every permission. */
  Effect: "Allow" | "Deny";
  /** Whom it is for. A resource's policy has this or `NotPrincipal`, an identity's policy has neither. @default none */
  Principal?: PolicyPrincipal;
  /** Everyone but these. @default none */
  NotPrincipal?: PolicyPrincipal;
  /** Operations, such as `ecr:BatchGetImage`; `*` and `?` are wildcards. Either this or `NotAction`. @default none */
  Action?: OneOrMore;
  /** All operations but these. @default none */
  NotAction?: OneOrMore;
  /** ARNs that it is about. A repository's policy has none: it is about the repository. @default none */
  Resource?: OneOrMore;
  /** All resources but these. @default none */
  NotResource?: OneOrMore;
  /** What must hold besides. @default nothing */
  Condition?: PolicyCondition;
}

/** The versions of the policy language; a document without one has the older, which knows no policy variables. */
export const policyVersions = ["2012-10-17", "2008-10-17"] as const;

/** A resource's policy: who may do what with it. */
export interface PolicyDocument {
  /** Version of the policy language: `2012-10-17` is the one to write. */
  Version: (typeof policyVersions)[number];
  /** Name of the document. @default none */
  Id?: string;
  /** At least one. The whole text has at most 10,240 characters for a repository or a registry. */
  Statement: PolicyStatement[];
}

/**
 * What a policy belongs to: a private repository, a private registry, a public repository, or the KMS key that encrypts
 * a repository.
 */
export type PolicyKind = "repository" | "registry" | "publicRepository" | "key";

/**
 * Characters of a policy's text as it is sent: JSON without spaces; bytes for a key's. ECR API, SetRepositoryPolicy and PutRegistryPolicy: policyText; ECR Public API,
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
