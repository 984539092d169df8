import type { Fault } from "../faults";
import { isAccountId } from "../names/accounts";
import { arnPartitionFaults } from "../names/regions";
import { isObject } from "../values/jsonObjects";

/** Someone who can be granted access. */
export type Grantee =
  | { kind: "account"; account: string }
  /** A role or user; with `*` in its name, all that match. */
  | { kind: "identity"; account: string; arn: string; pattern: boolean }
  | { kind: "organization"; id: string }
  /** All accounts at this path of an organization and below; `path` ends with `/*`. */
  | { kind: "organizationalUnit"; path: string };

const identityArn = /^arn:aws[a-z-]*:iam::([0-9]{12}):(?:root|(?:role|user)\/[\w+=,.@/*-]+)$/;
/** Organizations API: the patterns for the IDs of an organization, a root, and an organizational unit. */
const organizationId = /^o-[a-z0-9]{10,32}$/;
const organizationPath = /^(o-[a-z0-9]{10,32}\/r-[0-9a-z]{4,32}(?:\/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*)(?:\/\*?)?$/;

/** Parses a grantee; `undefined` when it matches none of the formats. */
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
 * Why a list contains a name in an unknown format, or of another partition. Never throws.
 *
 * @param region The repository's; omitted: partitions are not compared.
 */
export function granteeFaults(list: unknown, path: string, region?: string): Fault[] {
  return stringListFaults(list, path, (text, at) => {
    if (parseGrantee(text) !== undefined) {
      return arnPartitionFaults(text, at, region);
    }
    const fix = text.endsWith(".amazonaws.com")
      ? "services are named in lambdaPull or in statements."
      : "write 12 digits, arn:aws:iam::<account>:role/<name>, o-<id>, or o-<id>/r-<id>/ou-<id>; this setting cannot admit everyone.";
    return [
      {
        path: at,
        value: text,
        rule: "must be an account, a role, a user, an organization or an organizational unit.",
        fix,
      },
    ];
  });
}

/** A Lambda function that may fetch its image, or all functions of an account. */
export interface LambdaGrantee {
  account: string;
  /** ARN of the function, with `*` allowed in its name; all functions of the account when omitted. */
  arn?: string;
  /** The ARN's region. */
  region?: string;
}

const functionArn = /^arn:aws[a-z-]*:lambda:([a-z0-9-]+):([0-9]{12}):function:[\w*-]+(?::[\w$*-]+)?$/;

/** Parses an account ID or a function's ARN; `undefined` for anything else. */
export function parseLambdaGrantee(text: string): LambdaGrantee | undefined {
  const [, region, account = isAccountId(text) ? text : undefined] = functionArn.exec(text) ?? [];
  if (account === undefined) {
    return undefined;
  }
  return region === undefined ? { account } : { account, arn: text, region };
}

/**
 * Why a list contains anything but accounts and functions, or functions elsewhere: Lambda fetches images only from the
 * function's own region (Lambda developer guide, container images). Never throws.
 *
 * @param region The repository's; omitted: regions are not compared.
 */
export function lambdaGranteeFaults(list: unknown, path: string, region?: string): Fault[] {
  return stringListFaults(list, path, (text, at) => {
    const grantee = parseLambdaGrantee(text);
    if (grantee === undefined) {
      return [
        {
          path: at,
          value: text,
          rule: "must be an account or a Lambda function.",
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
        rule: `Lambda pulls images only from the function's own region: the function is in ${grantee.region}, the repository in ${region}.`,
        fix: `name a function in ${region}, or replicate the repository to ${grantee.region}.`,
      },
    ];
  });
}

function stringListFaults(list: unknown, path: string, faultsOf: (text: string, path: string) => Fault[]): Fault[] {
  if (list === undefined) {
    return [];
  }
  if (!Array.isArray(list)) {
    return [
      { path, value: list, rule: "must be a list.", fix: `write ${isObject(list) ? "the names" : "it"} in [ ].` },
    ];
  }
  return list.flatMap((text: unknown, index) =>
    typeof text === "string"
      ? faultsOf(text, `${path}[${index}]`)
      : [
          {
            path: `${path}[${index}]`,
            value: text,
            rule: "must be a string.",
            fix: "quote it: a number loses leading zeros.",
          },
        ],
  );
}
