import type { Fault } from "../faults";
import { isObject, type JsonObject } from "../values/jsonObjects";
import { byteLength, characterCount, compactJson } from "../values/stringLength";
import { type PolicyKind, policyTextMaximum, policyVersions } from "./policyDocument";
import { parsePolicy, statementList } from "./reading";
import { statementFaults } from "./statementRules";

/** Names of the policy kinds in messages. */
const policyNames: Readonly<Record<PolicyKind, string>> = {
  repository: "a repository policy",
  registry: "a registry policy",
  publicRepository: "a public repository's policy",
  key: "a key policy",
};

/**
 * Why the service would refuse a policy, given as a JSON string or parsed document: its size, the grammar of the IAM
 * policy language, invalid principals, and actions of other services. A policy that grants access too widely is not a
 * fault: see `publicStatements`.
 *
 * @param policy Any value: the document comes from users.
 * @param path The policy's path; faults are at `<path>.Statement[0].Action` and so on. Empty: no prefix.
 * @param region The policy's region: identities of another partition do not exist there. Omitted: not checked.
 * @returns Every fault, or none. Never throws.
 */
export function accessPolicyFaults(policy: unknown, path: string, kind: PolicyKind, region?: string): Fault[] {
  const at = (property: string) => (path === "" ? property : `${path}.${property}`);
  const whole = { path: path === "" ? "policy" : path, value: policy };
  const text = compactJson(policy);
  const document = parsePolicy(policy);
  if (text === undefined || !isObject(document)) {
    return [
      {
        ...whole,
        rule: `${policyNames[kind]} must be a JSON document with \`Version\` and \`Statement\`.`,
        fix: 'write {"Version":"2012-10-17","Statement":[…]}.',
      },
    ];
  }
  const maximum = policyTextMaximum[kind];
  const faults: Fault[] = [];
  const [length, unit] = kind === "key" ? [byteLength(text), "bytes"] : [characterCount(text), "characters"];
  if (length > maximum) {
    faults.push({
      ...whole,
      rule: `${policyNames[kind]} can have at most ${maximum.toLocaleString("en")} ${unit}; this one has ${length.toLocaleString("en")}.`,
      fix: "merge principals that share a grant into one statement, or name their organization in a condition.",
    });
  }
  return [...faults, ...documentFaults(document, at), ...statementsFaults(document, at, kind, region)];
}

function documentFaults(document: JsonObject, at: (property: string) => string): Fault[] {
  const faults: Fault[] = [];
  const known = ["Version", "Id", "Statement"];
  for (const [key, value] of Object.entries(document)) {
    if (!known.includes(key)) {
      faults.push({
        path: at(key),
        value,
        rule: `a policy document has no element "${key}".`,
        fix: `leave it out. Allowed: ${known.join(", ")}.`,
      });
    }
  }
  const { Version, Id } = document;
  if (Version !== undefined && !policyVersions.some((each) => each === Version)) {
    faults.push({
      path: at("Version"),
      value: Version,
      rule: "Version must be the version of the policy language, not of the document.",
      fix: `write "${policyVersions[0]}".`,
    });
  }
  if (Id !== undefined && typeof Id !== "string") {
    faults.push({ path: at("Id"), value: Id, rule: "Id must be a string.", fix: "write a string, or leave it out." });
  }
  return faults;
}

function statementsFaults(
  document: JsonObject,
  at: (property: string) => string,
  kind: PolicyKind,
  region?: string,
): Fault[] {
  const statements = statementList(document["Statement"]);
  if (statements.length === 0) {
    return [
      {
        path: at("Statement"),
        value: document["Statement"],
        rule: "a policy must have at least one statement.",
        fix: "add a statement; to grant access to nobody else, leave the policy out.",
      },
    ];
  }
  const place = (index: number) => at(Array.isArray(document["Statement"]) ? `Statement[${index}]` : "Statement");
  // IAM requires unique Sids; ECR accepts repeated ones.
  return statements.flatMap((statement, index) => statementFaults(statement, place(index), kind, region));
}
