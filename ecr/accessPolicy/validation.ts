import type { Fault } from "../faults";
import { isObject, type JsonObject } from "../jsonObjects";
import { bytes, characters, compactJson } from "../textLength";
import { parsePolicy, statementList } from "./reading";
import { statementFaults } from "./statementRules";
import { type PolicyKind, policyTextMaximum, policyVersions } from "./types";

/** What each kind of policy is called in messages. */
const policyNames: Readonly<Record<PolicyKind, string>> = {
  repository: "a repository policy",
  registry: "a registry policy",
  publicRepository: "a public repository's policy",
  key: "a key policy",
};

/**
 * Why the service would refuse a policy, given as JSON text or as the parsed document: its size, the grammar of IAM's
 * policy language, names that are no principals, and actions of another service. That a policy lets too many in is no
 * fault: see `publicStatements`.
 *
 * @param policy Anything at all: the document comes from users.
 * @param path The policy's path; faults are at `<path>.Statement[0].Action` and so on. Empty: no prefix.
 * @param region Where the policy is: identities of another partition are unknown there. Left out: not compared.
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
        rule: `${policyNames[kind]} is a JSON document with \`Version\` and \`Statement\`.`,
        fix: 'write {"Version":"2012-10-17","Statement":[…]}.',
      },
    ];
  }
  const maximum = policyTextMaximum[kind];
  const faults: Fault[] = [];
  const [length, unit] = kind === "key" ? [bytes(text), "bytes"] : [characters(text), "characters"];
  if (length > maximum) {
    faults.push({
      ...whole,
      rule: `${policyNames[kind]} has at most ${maximum.toLocaleString("en")} ${unit}, this one has ${length.toLocaleString("en")}.`,
      fix: "put principals that share a grant into one statement, or name their organization in a condition.",
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
        rule: `a policy document knows no "${key}".`,
        fix: `leave it out; its keys are ${known.join(", ")}.`,
      });
    }
  }
  const { Version, Id } = document;
  if (Version !== undefined && !policyVersions.some((each) => each === Version)) {
    faults.push({
      path: at("Version"),
      value: Version,
      rule: "Version is that of the policy language, not of the document.",
      fix: `write "${policyVersions[0]}".`,
    });
  }
  if (Id !== undefined && typeof Id !== "string") {
    faults.push({ path: at("Id"), value: Id, rule: "Id is text.", fix: "write a text, or leave it out." });
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
        rule: "a policy has at least one statement.",
        fix: "add a statement; to let nobody else in, leave the policy out.",
      },
    ];
  }
  const place = (index: number) => at(Array.isArray(document["Statement"]) ? `Statement[${index}]` : "Statement");
  // IAM wants each Sid once; ECR takes one that several statements have.
  return statements.flatMap((statement, index) => statementFaults(statement, place(index), kind, region));
}
