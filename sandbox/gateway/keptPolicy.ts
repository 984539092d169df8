import { isObject, type JsonObject } from "../../ecr/jsonObjects";
import { partitionOf } from "../../ecr/regions";

/**
 * A repository's or registry's policy as ECR answers it, whatever it was given: printed in ECR's own way; with a `Version`, the older one when none
 * was written; accounts by their root user's ARN; each name once, in an order of ECR's own; without an empty `Condition`
 * (hashicorp/terraform-provider-aws issue 19365, crossplane-contrib/provider-aws pull request 701 and the AWS CLI reference,
 * get-repository-policy, show such answers).
 */
export function keptPolicyText(text: string, region: string): string {
  const document = JSON.parse(text) as JsonObject;
  const kept: JsonObject = "Version" in document ? { ...document } : { Version: "2008-10-17", ...document };
  kept["Statement"] = [document["Statement"]]
    .flat()
    .map((each) => (isObject(each) ? keptStatement(each, region) : each));
  return printed(kept, "\n");
}

function keptStatement(statement: JsonObject, region: string): JsonObject {
  const kept = { ...statement };
  for (const key of ["Principal", "NotPrincipal"]) {
    const value = kept[key];
    if (isObject(value)) kept[key] = keptPrincipal(value, region);
  }
  const { Condition } = kept;
  if (isObject(Condition) && Object.keys(Condition).length === 0) delete kept["Condition"];
  return kept;
}

function keptPrincipal(principal: JsonObject, region: string): JsonObject {
  const root = (name: string) => (/^\d{12}$/.test(name) ? `arn:${partitionOf(region)}:iam::${name}:root` : name);
  return Object.fromEntries(
    Object.entries(principal).map(([kind, names]) => {
      const kept = [...new Set([names].flat().map((name) => (kind === "AWS" ? root(String(name)) : String(name))))];
      // Not the order that was given.
      kept.sort().reverse();
      return [kind, Array.isArray(names) ? kept : kept[0]];
    }),
  );
}

/** As Jackson's default pretty printer does it: a line for each key, lists on the line where they begin. */
function printed(value: unknown, lineBreak: string): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? "[ ]" : `[ ${value.map((each) => printed(each, lineBreak)).join(", ")} ]`;
  }
  if (!isObject(value)) return JSON.stringify(value);
  const inner = `${lineBreak}  `;
  const lines = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)} : ${printed(each, inner)}`);
  return lines.length === 0 ? "{ }" : `{${inner}${lines.join(`,${inner}`)}${lineBreak}}`;
}

/**
 * A lifecycle policy as ECR answers it: without white space, its rules by priority (Terraform's documentation of
 * aws_ecr_lifecycle_policy: "The AWS ECR API seems to reorder rules based on rulePriority").
 */
export function keptLifecyclePolicyText(text: string): string {
  const document = JSON.parse(text) as { rules: { rulePriority: number }[] };
  return JSON.stringify({ ...document, rules: [...document.rules].sort((a, b) => a.rulePriority - b.rulePriority) });
}
