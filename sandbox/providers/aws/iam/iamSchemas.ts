import { isMap, type PropertyValue } from "../../../../provider/protocol/values";
import type { Schema } from "../../protocol/schema";
import { equivalentPolicies } from "../documents";
import { arnRule } from "../valueRules";

/**
 * IAM types in @pulumi/aws 7.48.0. What is required, computed, defaulted, or forces replacement is taken from the
 * Terraform AWS provider 6.x (internal/service/iam). `namePrefix` is refused: set a name, or let one be generated.
 */
const tags: Schema = {
  tags: { type: "stringMap" },
  tagsAll: { type: "stringMap", computed: true },
};

export const roleSchema: Schema = {
  ...tags,
  arn: { type: "string", output: true },
  assumeRolePolicy: { type: "json", required: true, equal: equivalentPolicies },
  createDate: { type: "string", output: true },
  description: { type: "string", rule: descriptionRule },
  forceDetachPolicies: { type: "boolean", default: false },
  inlinePolicies: {
    type: {
      list: {
        type: {
          object: {
            name: { type: "string", rule: nameRule(128) },
            policy: { type: "json" },
          },
        },
      },
    },
    computed: true,
    equal: sameInlinePolicies,
  },
  managedPolicyArns: { type: "stringSet", computed: true, emptyRemoves: true, rule: arnsRule },
  maxSessionDuration: { type: "number", default: 3_600, rule: sessionRule },
  name: { type: "string", replace: true, rule: nameRule(64) },
  path: { type: "string", default: "/", replace: true, rule: pathRule },
  permissionsBoundary: { type: "string", rule: arnRule },
  uniqueId: { type: "string", output: true },
};

export const rolePolicySchema: Schema = {
  name: { type: "string", replace: true, rule: nameRule(128) },
  policy: { type: "json", required: true, equal: equivalentPolicies },
  role: { type: "string", required: true, replace: true, rule: nameRule(64) },
};

export const rolePolicyAttachmentSchema: Schema = {
  policyArn: { type: "string", required: true, replace: true },
  role: { type: "string", required: true, replace: true },
};

export const policySchema: Schema = {
  ...tags,
  arn: { type: "string", output: true },
  attachmentCount: { type: "number", output: true },
  description: { type: "string", replace: true, rule: descriptionRule },
  name: { type: "string", replace: true, rule: nameRule(128) },
  path: { type: "string", default: "/", replace: true, rule: pathRule },
  policy: { type: "json", required: true, equal: equivalentPolicies },
  policyId: { type: "string", output: true },
};

export const openIdConnectProviderSchema: Schema = {
  ...tags,
  arn: { type: "string", output: true },
  clientIdLists: { type: "stringSet", required: true },
  thumbprintLists: { type: { list: { type: "string", rule: thumbprintRule } }, computed: true },
  url: { type: "string", required: true, replace: true, rule: urlRule, equal: sameUrl },
};

/** Inline policies are a set keyed by name; an empty block means none. */
function sameInlinePolicies(left: PropertyValue, right: PropertyValue): boolean {
  const [before, after] = [inlinePolicyMap(left), inlinePolicyMap(right)];
  if (!before || !after || before.size !== after.size) return false;
  return [...before].every(([name, policy]) => {
    const other = after.get(name);
    return other !== undefined && equivalentPolicies(policy, other);
  });
}

/** Documents by name; undefined while one of them is unknown. */
export function inlinePolicyMap(list: PropertyValue | undefined): Map<string, string> | undefined {
  const result = new Map<string, string>();
  for (const entry of Array.isArray(list) ? list : []) {
    if (!isMap(entry)) return undefined;
    const { name, policy } = entry;
    if (name === undefined && policy === undefined) continue;
    if (typeof name !== "string" || typeof policy !== "string") return undefined;
    result.set(name, policy);
  }
  return result;
}

function descriptionRule(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  if (value.length > 1_000) return "expected at most 1000 characters";
  return /[“‘]/.test(value) ? "cannot contain specially formatted single or double quotes: [“‘]" : undefined;
}

function nameRule(length: number): (value: unknown) => string | undefined {
  return (value) => {
    if (typeof value !== "string") return undefined;
    if (value.length < 1 || value.length > length) return `expected 1 to ${length} characters`;
    return /^[0-9A-Za-z_+=,.@-]+$/.test(value)
      ? undefined
      : "must contain only alphanumeric characters, hyphens, underscores, commas, periods, @ symbols, plus and equals signs";
  };
}

function pathRule(value: unknown): string | undefined {
  return typeof value === "string" && value.length > 512 ? "expected at most 512 characters" : undefined;
}

function sessionRule(value: unknown): string | undefined {
  return typeof value === "number" && (value < 3_600 || value > 43_200)
    ? "expected max_session_duration to be in the range (3600 - 43200)"
    : undefined;
}

function arnsRule(value: unknown): string | undefined {
  return Array.isArray(value) ? value.map(arnRule).find((fault) => fault !== undefined) : undefined;
}

function thumbprintRule(value: unknown): string | undefined {
  return typeof value === "string" && value.length !== 40 ? "expected 40 characters" : undefined;
}

function urlRule(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  if (!/^https:\/\/[^/\s?#]+/.test(value)) return "has invalid URL: expected https:// and a host";
  return /[?#]/.test(value) ? "cannot contain a query or a fragment" : undefined;
}

/** IAM returns the URL without its scheme. */
function sameUrl(left: unknown, right: unknown): boolean {
  const bare = (value: unknown) => (typeof value === "string" ? value.replace(/^https:\/\//, "") : value);
  return bare(left) === bare(right);
}
