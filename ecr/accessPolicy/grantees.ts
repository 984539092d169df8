import { isAccountId } from "../accounts";
import type { Fault } from "../faults";
import { isObject } from "../jsonObjects";
import { arnPartitionFaults } from "../regions";

/** Someone who gets access, as people name them. */
export type Grantee =
  | { kind: "account"; account: string }
  /** A role or user; with `*` in its name, all that fit. */
  | { kind: "identity"; account: string; arn: string; pattern: boolean }
  | { kind: "organization"; id: string }
  /** All accounts at this place of an organization and below; `path` ends with `/*`. */
  | { kind: "organizationalUnit"; path: string };

const identityArn = /^arn:aws[a-z-]*:iam::([0-9]{12}):(?:root|(?:role|user)\/[\w+=,.@/*-]+)$/;
/** Organizations API: the patterns of an organization's, a root's and an organizational unit's id. */
const organizationId = /^o-[a-z0-9]{10,32}$/;
const organizationPath = /^(o-[a-z0-9]{10,32}\/r-[0-9a-z]{4,32}(?:\/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*)(?:\/\*?)?$/;

/** Reads a grantee by its form; `undefined` when it has none of the forms. */
export function parseGrantee(text: string): Grantee | undefined {
  const account = isAccountId(text) ? text : identityArn.exec(text)?.[1];
  if (account !== undefined) {
    return text === account || text.endsWith(":root")
      ? { kind: "account", account }
      : { kind: "identity", account, arn: text, pattern: text.includes("*") };
  }
  if (organizationId.test(text)) {
    return { kind: "organization", id: text };
  }
  const path = organizationPath.exec(text)?.[1];
  return path === undefined ? undefined : { kind: "organizationalUnit", path: `${path}/*` };
}

/**
 * Why a list names someone in a form that is not known, or of another partition. Never throws.
 *
 * @param region The repository's; left out: partitions are not compared.
 */
export function granteeFaults(list: unknown, path: string, region?: string): Fault[] {
  return textListFaults(list, path, (text, at) => {
    if (parseGrantee(text) !== undefined) {
      return arnPartitionFaults(text, at, region);
    }
    const fix = text.endsWith(".amazonaws.com")
      ? "services are named in lambdaPull or in statements."
      : "write 12 digits, arn:aws:iam::<account>:role/<name>, o-<id>, or o-<id>/r-<id>/ou-<id>; anyone at all is no choice here.";
    return [
      {
        path: at,
        value: text,
        rule: "access is given to an account, a role, a user, an organization or an organizational unit.",
        fix,
      },
    ];
  });
}

/** A Lambda function that may fetch its image, or all functions of an account. */
export interface LambdaGrantee {
  account: string;
  /** ARN of the function, `*` in its name allowed; all functions of the account when it is left out. */
  arn?: string;
  /** The ARN's region. */
  region?: string;
}

const functionArn = /^arn:aws[a-z-]*:lambda:([a-z0-9-]+):([0-9]{12}):function:[\w*-]+(?::[\w$*-]+)?$/;

/** Reads an account's number or a function's ARN; `undefined` for anything else. */
export function parseLambdaGrantee(text: string): LambdaGrantee | undefined {
  const [, region, account = isAccountId(text) ? text : undefined] = functionArn.exec(text) ?? [];
  if (account === undefined) {
    return undefined;
  }
  return region === undefined ? { account } : { account, arn: text, region };
}

/**
 * Why a list names something else than accounts and functions, or functions elsewhere: Lambda fetches images from the
 * function's own region only (Lambda developer guide, container images). Never throws.
 *
 * @param region The repository's; left out: regions are not compared.
 */
export function lambdaGranteeFaults(list: unknown, path: string, region?: string): Fault[] {
  return textListFaults(list, path, (text, at) => {
    const grantee = parseLambdaGrantee(text);
    if (grantee === undefined) {
      return [
        {
          path: at,
          value: text,
          rule: "Lambda's access is given to an account or a function.",
          fix: "write 12 digits, or arn:aws:lambda:<region>:<account>:function:<name>.",
        },
      ];
    }
    const ofPartition = arnPartitionFaults(text, at);
    if (region === undefined || grantee.region === undefined || grantee.region === region) {
      return ofPartition;
    }
    return [
      ...ofPartition,
      {
        path: at,
        value: text,
        rule: `Lambda fetches images from the function's own region only: the function is in ${grantee.region}, the repository in ${region}.`,
        fix: `name a function in ${region}, or replicate the repository to ${grantee.region}.`,
      },
    ];
  });
}

function textListFaults(list: unknown, path: string, faultsOf: (text: string, path: string) => Fault[]): Fault[] {
  if (list === undefined) {
    return [];
  }
  if (!Array.isArray(list)) {
    return [
      { path, value: list, rule: "this is a list.", fix: `write ${isObject(list) ? "the names" : "it"} in [ ].` },
    ];
  }
  return list.flatMap((text: unknown, index) =>
    typeof text === "string"
      ? faultsOf(text, `${path}[${index}]`)
      : [
          {
            path: `${path}[${index}]`,
            value: text,
            rule: "a name is text.",
            fix: "write it in quotes: numbers lose leading zeros.",
          },
        ],
  );
}
