import { isAccountId } from "../accounts";
import { arnOwner, type PrincipalLetIn } from "./principals";
import { listOf, type PolicyCondition } from "./types";

/** How an operator compares: letter by letter, in upper and lower case alike, with `*` and `?` in the text, or with them in each part of an ARN. */
type Comparison = "literal" | "anyCase" | "text" | "arn";

/** The operators that hold only when the key is there and fits a value (IAM user guide, Condition operators). */
const narrowingOperators: Readonly<Record<string, Comparison>> = {
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

/** Every condition operator of IAM, without the words that may stand around it. */
export const conditionOperators: readonly string[] = [
  ...Object.keys(narrowingOperators),
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

/** A condition operator taken apart: `ForAnyValue:StringLikeIfExists`. */
export interface ConditionOperator {
  /** For keys with several values. */
  quantifier?: "ForAllValues" | "ForAnyValue";
  name: string;
  /** Holds as well when the request has no such key. */
  ifExists: boolean;
}

/** Takes an operator apart; `undefined` when IAM has none of that name. */
export function parseConditionOperator(text: string): ConditionOperator | undefined {
  const match = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(text);
  const name = match?.[2] ?? "";
  // The key's absence is what Null is about.
  if (!match || !conditionOperators.includes(name) || (name === "Null" && match[3] !== undefined)) {
    return undefined;
  }
  const quantifier = match[1] as ConditionOperator["quantifier"];
  return { ...(quantifier && { quantifier }), name, ifExists: match[3] !== undefined };
}

/** Whom a value of a key names; `undefined` when it is not bound to one owner. */
type KeyReader = (value: string, comparison: Comparison) => PrincipalLetIn | undefined;

/** A condition key that binds a request to someone. */
interface NarrowingKey {
  name: string;
  read: KeyReader;
  /** What the key holds, in words, and the form that each of its values has; without it no value is known to be none. */
  wanted?: string;
  form?: RegExp;
}

const accountId = { wanted: "an account's twelve digits", form: /^[0-9]{12}$/ };
const organizationId = { wanted: "an organization's id, such as o-a1b2c3d4e5", form: /^o-[a-z0-9]{10,32}$/ };
const organizationPaths = {
  wanted: "an organization's path, such as o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/",
  form: /^o-[a-z0-9]{10,32}\//,
};

/** The variables for what the resource's own account and organization are (IAM user guide, Policy elements: variables). */
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

/** `o-…/r-…/ou-…/`: only the organization's id has to be written out, whatever `*` stands behind it. */
const organizationPath: KeyReader = (value) => {
  if (/^\$\{aws:ResourceOrgID\}\//i.test(value)) {
    return { kind: "own", of: "organization" };
  }
  const id = /^(o-[a-z0-9]{10,32})\//.exec(value)?.[1];
  return id === undefined ? undefined : { kind: "organization", id, path: value };
};

/**
 * An ARN whose account is written out. In a plain text comparison a wildcard in front of the account could stretch over
 * colons, and a role's path may hold anything: then the account that is written is not the one that is compared.
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

/** `aws:userid`: a user's or a role's unique id, with `:session` behind a role's; the root user's is the account. */
const userId: KeyReader = (value, comparison) => {
  const id = /^(A(?:IDA|ROA)[A-Z0-9]{12,})(?::.*)?$/.exec(value)?.[1];
  return id === undefined ? account(value, comparison) : { kind: "uniqueId", id };
};

const arnForm = { wanted: "an ARN", form: /^arn:/ };

/**
 * The condition keys that bind a request to an account, an organization, a VPC or a VPC endpoint (IAM user guide, AWS
 * global condition context keys; KMS developer guide, condition keys), the closest first. An address (`aws:SourceIp`) is
 * not among them: it says where a caller is, not who. Neither is a principal's tag, which every account can set.
 */
const narrowingKeys: readonly NarrowingKey[] = [
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

/** Someone, or nobody: a text without wildcards and variables that has not the form of what the key holds. */
function readValue({ name, read, wanted, form }: NarrowingKey, text: string, comparison: Comparison) {
  // Ids are written in lower case, and compared in any where the operator says so.
  const value = comparison === "anyCase" && form !== undefined && form !== arnForm.form ? text.toLowerCase() : text;
  const known = read(value, comparison);
  const isOpen = (comparison === "text" || comparison === "arn") && /[*?]/.test(value);
  if (wanted === undefined || form === undefined || isOpen || value.includes("${") || form.test(value)) {
    return known;
  }
  return { kind: "nobody", key: name, value: text, wanted } as const;
}

export interface ConditionReading {
  /** Whom the conditions leave, by the closest of the keys that bind; `undefined` when none does. */
  narrowedTo?: PrincipalLetIn[];
  /** Why conditions on such keys do not bind. */
  misses: string[];
}

/** Whom a statement's conditions leave of "anyone". */
export function readConditions(condition: PolicyCondition | undefined): ConditionReading {
  const misses: string[] = [];
  let narrowedTo: PrincipalLetIn[] | undefined;
  let closest = narrowingKeys.length;
  const required = keysRequired(condition);
  for (const [operator, keys] of Object.entries(condition ?? {})) {
    for (const [key, values] of Object.entries(keys)) {
      const rank = narrowingKeys.findIndex(({ name }) => name.toLowerCase() === key.toLowerCase());
      const narrowing = narrowingKeys[rank];
      if (narrowing === undefined) continue;
      const bound = boundTo(operator, listOf(values), narrowing, required.has(key.toLowerCase()));
      if (typeof bound === "string") {
        misses.push(`${operator} ${key} ${bound}`);
      } else if (rank < closest) {
        [closest, narrowedTo] = [rank, bound];
      }
    }
  }
  return { ...(narrowedTo && { narrowedTo }), misses };
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

/** Whom one condition leaves, or in words why it leaves anyone. */
function boundTo(
  operatorText: string,
  values: readonly string[],
  key: NarrowingKey,
  required: boolean,
): PrincipalLetIn[] | string {
  const operator = parseConditionOperator(operatorText);
  const comparison = operator && narrowingOperators[operator.name];
  if (operator === undefined || comparison === undefined) {
    return negatedOperators.includes(operator?.name ?? "")
      ? "leaves out some and lets in everyone else"
      : "does not compare names";
  }
  if (!required && (operator.ifExists || operator.quantifier === "ForAllValues")) {
    return "also holds for a request without this key";
  }
  const bound: PrincipalLetIn[] = [];
  for (const value of values) {
    const principal = readValue(key, value, comparison);
    if (principal === undefined) {
      return `has the value ${JSON.stringify(value)}, which is not bound to one owner`;
    }
    bound.push(principal);
  }
  return bound.length > 0 ? bound : "has no value";
}
