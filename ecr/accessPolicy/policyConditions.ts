import { isAccountId } from "../names/accounts";
import { listOf, type PolicyCondition } from "./policyDocument";
import { arnOwner, type GrantedPrincipal } from "./principals";

/**
 * How an operator compares: exactly, case-insensitively, with `*` and `?` in the string, or with them in each part of
 * an ARN.
 */
type Comparison = "literal" | "anyCase" | "text" | "arn";

/** Operators that match only when the key is present and matches a value (IAM user guide, Condition operators). */
const restrictingOperators: Readonly<Record<string, Comparison>> = {
  StringEquals: "literal",
  StringEqualsIgnoreCase: "anyCase",
  StringLike: "text",
  ArnEquals: "arn",
  ArnLike: "arn",
};

const negatedOperators: readonly string[] = [
  "StringNotEquals",
  "StringNotEqualsIgnoreCase",
  "StringNotLike",
  "ArnNotEquals",
  "ArnNotLike",
  "NumericNotEquals",
  "DateNotEquals",
  "NotIpAddress",
];

/** Every IAM condition operator, without prefixes and suffixes. */
export const conditionOperators: readonly string[] = [
  ...Object.keys(restrictingOperators),
  ...negatedOperators,
  "NumericEquals",
  "NumericLessThan",
  "NumericLessThanEquals",
  "NumericGreaterThan",
  "NumericGreaterThanEquals",
  "DateEquals",
  "DateLessThan",
  "DateLessThanEquals",
  "DateGreaterThan",
  "DateGreaterThanEquals",
  "Bool",
  "BinaryEquals",
  "IpAddress",
  "Null",
];

/** A parsed condition operator: `ForAnyValue:StringLikeIfExists`. */
export interface ConditionOperator {
  /** For keys with several values. */
  quantifier?: "ForAllValues" | "ForAnyValue";
  name: string;
  /** Also matches when the request lacks the key. */
  ifExists: boolean;
}

/** Parses an operator; `undefined` when IAM has none of that name. */
export function parseConditionOperator(text: string): ConditionOperator | undefined {
  const match = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(text);
  const name = match?.[2] ?? "";
  // Null already tests for the absence of the key.
  if (!match || !conditionOperators.includes(name) || (name === "Null" && match[3] !== undefined)) {
    return undefined;
  }
  const quantifier = match[1] as ConditionOperator["quantifier"];
  return { ...(quantifier && { quantifier }), name, ifExists: match[3] !== undefined };
}

/** Whom a key's value identifies; `undefined` when it is not limited to one owner. */
type KeyReader = (value: string, comparison: Comparison) => GrantedPrincipal | undefined;

/** A condition key that restricts who can make a request. */
interface RestrictingKey {
  name: string;
  read: KeyReader;
  /** A description of the key's values and their format. Without it, no value can be reported as impossible. */
  wanted?: string;
  form?: RegExp;
}

const accountId = { wanted: "an account's twelve digits", form: /^[0-9]{12}$/ };
const organizationId = { wanted: "an organization's id, such as o-a1b2c3d4e5", form: /^o-[a-z0-9]{10,32}$/ };
const organizationPaths = {
  wanted: "an organization's path, such as o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/",
  form: /^o-[a-z0-9]{10,32}\//,
};

/** Variables for the resource's own account and organization (IAM user guide, Policy elements: variables). */
const ownVariable = (name: string) => new RegExp(`^\\$\\{aws:${name}\\}$`, "i");
const [ownAccount, ownOrganization] = [ownVariable("ResourceAccount"), ownVariable("ResourceOrgID")];

const account: KeyReader = (value) => {
  if (ownAccount.test(value)) {
    return { kind: "own", of: "account" };
  }
  return isAccountId(value) ? { kind: "account", account: value } : undefined;
};

const organization: KeyReader = (value) => {
  if (ownOrganization.test(value)) {
    return { kind: "own", of: "organization" };
  }
  return organizationId.form.test(value) ? { kind: "organization", id: value } : undefined;
};

/** `o-…/r-…/ou-…/`: only the organization ID must be literal, whatever `*` follows. */
const organizationPath: KeyReader = (value) => {
  if (/^\$\{aws:ResourceOrgID\}\//i.test(value)) {
    return { kind: "own", of: "organization" };
  }
  const id = /^(o-[a-z0-9]{10,32})\//.exec(value)?.[1];
  return id === undefined ? undefined : { kind: "organization", id, path: value };
};

/**
 * An ARN with a literal account. In a plain string comparison, a wildcard before the account could match across colons,
 * and a role's path may contain anything: the account in the pattern need not be the one that matches.
 */
const arn: KeyReader = (value, comparison) => {
  const owner = arnOwner(value);
  if (owner === undefined || (comparison === "text" && /[*?]/.test(owner.before))) {
    return undefined;
  }
  return { kind: "identity", account: owner.account, arn: value };
};

const endpoint: KeyReader = (value) =>
  /^vpce?-[0-9a-f]{8,17}$/.test(value) ? { kind: "network", id: value } : undefined;

/**
 * `aws:userid`: the unique ID of a user or role, followed by `:session` for a role; for a root user, the account ID.
 */
const userId: KeyReader = (value, comparison) => {
  const id = /^(A(?:IDA|ROA)[A-Z0-9]{12,})(?::.*)?$/.exec(value)?.[1];
  return id === undefined ? account(value, comparison) : { kind: "uniqueId", id };
};

const arnForm = { wanted: "an ARN", form: /^arn:/ };

/**
 * Condition keys that restrict a request to an account, an organization, a VPC, or a VPC endpoint (IAM user guide, AWS
 * global condition context keys; KMS developer guide, condition keys), the most specific first. An IP address
 * (`aws:SourceIp`) is not included: it identifies a location, not an owner. Neither are principal tags, which every
 * account can set.
 */
const restrictingKeys: readonly RestrictingKey[] = [
  { name: "aws:PrincipalArn", read: arn, ...arnForm },
  { name: "aws:userid", read: userId },
  { name: "aws:SourceArn", read: arn, ...arnForm },
  { name: "aws:PrincipalAccount", read: account, ...accountId },
  { name: "aws:SourceAccount", read: account, ...accountId },
  { name: "kms:CallerAccount", read: account, ...accountId },
  { name: "aws:PrincipalOrgPaths", read: organizationPath, ...organizationPaths },
  { name: "aws:SourceOrgPaths", read: organizationPath, ...organizationPaths },
  { name: "aws:PrincipalOrgID", read: organization, ...organizationId },
  { name: "aws:SourceOrgID", read: organization, ...organizationId },
  { name: "aws:SourceVpce", read: endpoint, wanted: "a VPC endpoint's id, vpce-…", form: /^vpce-[0-9a-f]{8,17}$/ },
  { name: "aws:SourceVpc", read: endpoint, wanted: "a VPC's id, vpc-…", form: /^vpc-[0-9a-f]{8,17}$/ },
  { name: "aws:VpceAccount", read: account, ...accountId },
  { name: "aws:VpceOrgPaths", read: organizationPath, ...organizationPaths },
  { name: "aws:VpceOrgID", read: organization, ...organizationId },
];

/** Whom a value identifies, or "nobody" for a literal value that the key can never have. */
function readValue({ name, read, wanted, form }: RestrictingKey, text: string, comparison: Comparison) {
  // IDs are lowercase; a case-insensitive operator matches any case.
  const value = comparison === "anyCase" && form !== undefined && form !== arnForm.form ? text.toLowerCase() : text;
  const known = read(value, comparison);
  const isOpen = (comparison === "text" || comparison === "arn") && /[*?]/.test(value);
  if (wanted === undefined || form === undefined || isOpen || value.includes("${") || form.test(value)) {
    return known;
  }
  return { kind: "nobody", key: name, value: text, wanted } as const;
}

export interface ConditionRestriction {
  /**
   * Who still matches the conditions, according to the most specific restricting key; `undefined` when none restricts.
   */
  restrictedTo?: GrantedPrincipal[];
  /** Why conditions on such keys do not restrict anyone. */
  ineffective: string[];
}

/** Whom a statement's conditions restrict "anyone" to. */
export function readConditions(condition: PolicyCondition | undefined): ConditionRestriction {
  const ineffective: string[] = [];
  let restrictedTo: GrantedPrincipal[] | undefined;
  let closest = restrictingKeys.length;
  const required = keysRequired(condition);
  for (const [operator, keys] of Object.entries(condition ?? {})) {
    for (const [key, values] of Object.entries(keys)) {
      const rank = restrictingKeys.findIndex(({ name }) => name.toLowerCase() === key.toLowerCase());
      const narrowing = restrictingKeys[rank];
      if (narrowing === undefined) continue;
      const bound = readRestriction(operator, listOf(values), narrowing, required.has(key.toLowerCase()));
      if (typeof bound === "string") {
        ineffective.push(`${operator} ${key} ${bound}`);
      } else if (rank < closest) {
        [closest, restrictedTo] = [rank, bound];
      }
    }
  }
  return { ...(restrictedTo && { restrictedTo }), ineffective };
}

/** Keys that a request must have: those under `Null` with `false`. */
function keysRequired(condition: PolicyCondition | undefined): Set<string> {
  return new Set(
    Object.entries(condition?.["Null"] ?? {}).flatMap(([key, values]) => {
      const list = listOf(values);
      return list.length > 0 && list.every((value) => value.toLowerCase() === "false") ? [key.toLowerCase()] : [];
    }),
  );
}

/** Whom one condition restricts access to, or a description of why it does not restrict. */
function readRestriction(
  operatorText: string,
  values: readonly string[],
  key: RestrictingKey,
  required: boolean,
): GrantedPrincipal[] | string {
  const operator = parseConditionOperator(operatorText);
  const comparison = operator && restrictingOperators[operator.name];
  if (operator === undefined || comparison === undefined) {
    return negatedOperators.includes(operator?.name ?? "")
      ? "leaves out some and lets in everyone else"
      : "does not compare names";
  }
  if (!required && (operator.ifExists || operator.quantifier === "ForAllValues")) {
    return "also holds for a request without this key";
  }
  const bound: GrantedPrincipal[] = [];
  for (const value of values) {
    const principal = readValue(key, value, comparison);
    if (principal === undefined) {
      return `has the value ${JSON.stringify(value)}, which is not bound to one owner`;
    }
    bound.push(principal);
  }
  return bound.length > 0 ? bound : "has no value";
}
