import { partitionOf } from "../../../ecr/names/regions";
import { isObject, type JsonObject } from "../../../ecr/values/jsonObjects";

/**
 * A repository or registry policy as ECR returns it, whatever its input looked like: printed in ECR's format; with a
 * `Version`, the older one by default; accounts as the ARN of their root user; each name once, in ECR's order; without
 * an empty `Condition` (hashicorp/terraform-provider-aws issue 19365, crossplane-contrib/provider-aws pull request 701,
 * and the AWS CLI reference, get-repository-policy, show such responses).
 */
export function storedPolicyText(text: string, region: string): string {
  const document = JSON.parse(text) as JsonObject;
  const kept: JsonObject = "Version" in document ? { ...document } : { Version: "2008-10-17", ...document };
  kept["Statement"] = [document["Statement"]]
    .flat()
    .map((each) => (isObject(each) ? storedStatement(each, region) : each));
  return prettyPrint(kept, "\n");
}

function storedStatement(statement: JsonObject, region: string): JsonObject {
  const kept = { ...statement };
  for (const key of ["Principal", "NotPrincipal"]) {
    const value = kept[key];
    if (isObject(value)) kept[key] = storedPrincipal(value, region);
  }
  const { Condition } = kept;
  if (isObject(Condition) && Object.keys(Condition).length === 0) delete kept["Condition"];
  return kept;
}

function storedPrincipal(principal: JsonObject, region: string): JsonObject {
  const root = (name: string) => (/^\d{12}$/.test(name) ? `arn:${partitionOf(region)}:iam::${name}:root` : name);
  return Object.fromEntries(
    Object.entries(principal).map(([kind, names]) => {
      const kept = [...new Set([names].flat().map((name) => (kind === "AWS" ? root(String(name)) : String(name))))];
      // Deliberately not the order of the input.
      kept.sort().reverse();
      return [kind, Array.isArray(names) ? kept : kept[0]];
    }),
  );
}

/** The format of Jackson's default pretty printer: a line for each key, lists on the line where they begin. */
function prettyPrint(value: unknown, lineBreak: string): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? "[ ]" : `[ ${value.map((each) => prettyPrint(each, lineBreak)).join(", ")} ]`;
  }
  if (!isObject(value)) return JSON.stringify(value);
  const inner = `${lineBreak}  `;
  const lines = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)} : ${prettyPrint(each, inner)}`);
  return lines.length === 0 ? "{ }" : `{${inner}${lines.join(`,${inner}`)}${lineBreak}}`;
}

/**
 * A lifecycle policy as ECR returns it: without whitespace, rules sorted by priority (Terraform's documentation of
 * aws_ecr_lifecycle_policy: "The AWS ECR API seems to reorder rules based on rulePriority").
 */
export function storedLifecyclePolicyText(text: string): string {
  const document = JSON.parse(text) as { rules: { rulePriority: number }[] };
  return JSON.stringify({ ...document, rules: [...document.rules].sort((a, b) => a.rulePriority - b.rulePriority) });
}
