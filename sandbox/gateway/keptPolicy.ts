import { isObject, type JsonObject } from "../../ecr/jsonObjects";
import { partitionOf } from "../../ecr/regions";

/**
 * A repository's or registry's policy as ECR answers it, whatever it was given: with a `Version`, the older one when none
 * was written; accounts by their root user's ARN; each name once, in an order of ECR's own; without an empty `Condition`
 * (hashicorp/terraform-provider-aws issue 19365 and crossplane-contrib/provider-aws pull request 701 show such answers).
 */
export function keptPolicyText(text: string, region: string): string {
  const document = JSON.parse(text) as JsonObject;
  const kept: JsonObject = "Version" in document ? { ...document } : { Version: "2008-10-17", ...document };
  kept["Statement"] = [document["Statement"]]
    .flat()
    .map((each) => (isObject(each) ? keptStatement(each, region) : each));
  return JSON.stringify(kept);
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
