import type { Fault } from "../faults";
import { arnPartitionFaults } from "../names/regions";
import { isObject, type JsonObject } from "../values/jsonObjects";
import { oneOf } from "../values/nearestWord";
import { actionNames, actionService, misspeltAction } from "./actions";
import { conditionOperators, parseConditionOperator } from "./policyConditions";
import type { PolicyKind } from "./policyDocument";
import { readPrincipalName } from "./principals";
import { readConditionValues, readStrings } from "./reading";

/** Elements of an IAM statement (IAM user guide, IAM JSON policy elements reference). */
export const statementElements = [
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
] as const;

const principalTypes = ["AWS", "Service", "Federated", "CanonicalUser"] as const;

/**
 * Why the service would refuse a statement (IAM user guide, grammar of the JSON policy language). Never throws.
 *
 * @param region The policy's region: identities of another partition do not exist there. Omitted: not checked.
 */
export function statementFaults(statement: unknown, path: string, kind: PolicyKind, region?: string): Fault[] {
  if (!isObject(statement)) {
    return [
      {
        path,
        value: statement,
        rule: "a statement must be an object.",
        fix: "write Effect, Principal and Action.",
      },
    ];
  }
  const { Sid, Effect, Condition } = statement;
  const faults: Fault[] = unknownKeys(statement, path);
  if (Sid !== undefined && typeof Sid !== "string") {
    faults.push({
      path: `${path}.Sid`,
      value: Sid,
      rule: "a Sid must be a string.",
      fix: "write a string, or leave it out.",
    });
  }
  if (Effect !== "Allow" && Effect !== "Deny") {
    faults.push({
      path: `${path}.Effect`,
      value: Effect,
      rule: "Effect must be Allow or Deny.",
      fix: 'write "Allow" or "Deny", in exactly this spelling.',
    });
  }
  faults.push(
    ...eitherFaults(statement, path, "Principal", (value, at) => principalFaults(value, at, region)),
    ...eitherFaults(statement, path, "Action", (value, at) => actionFaults(value, at, kind)),
    ...resourceFaults(statement, path, kind),
  );
  return Condition === undefined ? faults : [...faults, ...conditionFaults(Condition, `${path}.Condition`)];
}

function unknownKeys(statement: JsonObject, path: string): Fault[] {
  return Object.entries(statement).flatMap(([key, value]) => {
    if (statementElements.some((each) => each === key)) {
      return [];
    }
    const near = statementElements.find((each) => each.toLowerCase() === key.toLowerCase());
    return [
      {
        path: `${path}.${key}`,
        value,
        rule: `a statement has no element "${key}".`,
        fix: near ? `write "${near}".` : `leave it out. Allowed: ${statementElements.join(", ")}.`,
      },
    ];
  });
}

/** A statement has either `Principal` or `NotPrincipal`, and either `Action` or `NotAction`. */
function eitherFaults(
  statement: JsonObject,
  path: string,
  key: "Principal" | "Action",
  faultsOf: (value: unknown, path: string) => Fault[],
): Fault[] {
  const given = [key, `Not${key}`].filter((each) => statement[each] !== undefined);
  if (given.length !== 1) {
    return [
      {
        path: `${path}.${key}`,
        value: statement[key],
        rule: `a statement must have either ${key} or Not${key}.`,
        fix: given.length === 0 ? `add ${key}.` : `leave Not${key} out.`,
      },
    ];
  }
  return given.flatMap((each) => faultsOf(statement[each], `${path}.${each}`));
}

function principalFaults(principal: unknown, path: string, region?: string): Fault[] {
  if (principal === "*") {
    return [];
  }
  if (!isObject(principal) || Object.keys(principal).length === 0) {
    return [
      {
        path,
        value: principal,
        rule: 'a principal must be "*" or names by type.',
        fix: 'write { AWS: "123456789012" }, { AWS: "<ARN of a role>" } or { Service: "lambda.amazonaws.com" }.',
      },
    ];
  }
  return Object.entries(principal).flatMap(([type, names]) => {
    const at = `${path}.${type}`;
    if (!principalTypes.some((each) => each === type)) {
      return [
        { path: at, value: names, rule: `IAM has no principal type "${type}".`, fix: oneOf(type, principalTypes) },
      ];
    }
    return stringListFaults(names, at, "names", (name, place) => principalNameFaults(type, name, place, region));
  });
}

function principalNameFaults(type: string, name: string, path: string, region?: string): Fault[] {
  const fault = (rule: string, fix: string) => [{ path, value: name, rule, fix }];
  if (type === "Service") {
    return /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(name)
      ? []
      : fault("a service principal must be the service's domain.", 'write a name such as "lambda.amazonaws.com".');
  }
  if (type !== "AWS" || name === "*") {
    return name === "" ? fault("a principal must not be empty.", "write the name, or leave the entry out.") : [];
  }
  if (/[*?]/.test(name)) {
    return fault(
      "IAM accepts `*` as a principal only on its own, not inside an ARN.",
      'name the account and add the condition { ArnLike: { "aws:PrincipalArn": "…*" } }.',
    );
  }
  const isIdentity = /^arn:aws[a-z-]*:(?:iam|sts)::[0-9]{12}:(?:root$|(?:user|role|assumed-role|federated-user)\/.)/;
  const { kind } = readPrincipalName(type, name);
  return kind === "account" || kind === "uniqueId" || isIdentity.test(name)
    ? arnPartitionFaults(name, path, region)
    : fault(
        "an AWS principal must be an account or an identity in one.",
        "write 12 digits, or the ARN of a role or user (arn:aws:iam::<account>:role/<name>).",
      );
}

function actionFaults(actions: unknown, path: string, kind: PolicyKind): Fault[] {
  const service = actionService[kind];
  return stringListFaults(actions, path, "actions", (action, at) => {
    const fault = (rule: string, fix: string) => [{ path: at, value: action, rule, fix }];
    const [, prefix, name] = /^([A-Za-z0-9-]+):([A-Za-z0-9*?]+)$/.exec(action) ?? [];
    if (action === "*") {
      return [];
    }
    if (prefix === undefined || name === undefined) {
      return fault("an action must be a service and a name.", `write "${service}:<action>".`);
    }
    if (prefix.toLowerCase() !== service) {
      return fault(`this policy can grant only actions of ${service}.`, `write "${service}:${name}", or leave it out.`);
    }
    const meant = /[*?]/.test(name) ? undefined : misspeltAction(name, actionNames(service) ?? []);
    return meant === undefined ? [] : fault(`${service} has no action "${name}".`, `write "${service}:${meant}".`);
  });
}

/** A repository policy applies to its repository; all others must name their resources. */
function resourceFaults(statement: JsonObject, path: string, kind: PolicyKind): Fault[] {
  const given = (["Resource", "NotResource"] as const).filter((key) => statement[key] !== undefined);
  if (kind === "repository" || kind === "publicRepository") {
    return given.map((key) => ({
      path: `${path}.${key}`,
      value: statement[key],
      rule: "a repository policy has no resource: it applies to the repository that it is attached to.",
      fix: "leave it out.",
    }));
  }
  if (given.length !== 1) {
    return [
      {
        path: `${path}.Resource`,
        value: statement["Resource"],
        rule: "a statement of this policy must have either Resource or NotResource.",
        fix: kind === "key" ? 'write "*", which means this key.' : "write ARNs of repositories of this registry.",
      },
    ];
  }
  return given.flatMap((key) =>
    stringListFaults(statement[key], `${path}.${key}`, "resources", (resource, at) =>
      resource === "*" || resource.startsWith("arn:")
        ? []
        : [{ path: at, value: resource, rule: 'a resource must be an ARN or "*".', fix: "write the ARN." }],
    ),
  );
}

function conditionFaults(condition: unknown, path: string): Fault[] {
  const shape = {
    rule: "a condition must be operators, each with keys and their values.",
    fix: 'write { StringEquals: { "aws:PrincipalOrgID": "o-…" } }.',
  };
  if (!isObject(condition)) {
    return [{ path, value: condition, ...shape }];
  }
  return Object.entries(condition).flatMap(([operator, keys]) => {
    const at = `${path}.${operator}`;
    const faults: Fault[] = [];
    if (parseConditionOperator(operator) === undefined) {
      faults.push({
        path: at,
        value: keys,
        rule: `IAM has no condition operator "${operator}".`,
        fix: oneOf(operator, conditionOperators),
      });
    }
    if (!isObject(keys)) {
      return [...faults, { path: at, value: keys, ...shape }];
    }
    for (const [key, values] of Object.entries(keys)) {
      if (readConditionValues(values) === undefined) {
        const rule = "a condition's value must be a string, a number or a boolean, or a list of these.";
        faults.push({ path: `${at}.${key}`, value: values, rule, fix: "write the value as a string." });
      }
    }
    return faults;
  });
}

/** Faults of a value that must be a string or a non-empty list of strings, and of each string in it. */
function stringListFaults(
  values: unknown,
  path: string,
  what: string,
  faultsOf: (text: string, path: string) => Fault[],
): Fault[] {
  const texts = readStrings(values);
  if (texts === undefined || texts.length === 0) {
    return [
      { path, value: values, rule: `${what} must be a string or a list of strings.`, fix: `write at least one.` },
    ];
  }
  return texts.flatMap((text, index) => faultsOf(text, Array.isArray(values) ? `${path}[${index}]` : path));
}
