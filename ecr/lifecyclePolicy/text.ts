import type { LifecyclePolicyDocument, LifecycleRule } from "./types";

/** Compares priorities; the sort is stable, so rules that share one (a fault) keep their order. */
export function byPriority(a: LifecycleRule, b: LifecycleRule): number {
  return a.rulePriority - b.rulePriority;
}

/**
 * The document's canonical text: rules by priority, keys in one order, nothing that is null or undefined. ECR refuses
 * nulls, and rules that are not sorted give the AWS provider a diff that never ends.
 */
export function lifecyclePolicyText(document: LifecyclePolicyDocument): string {
  return JSON.stringify({ rules: [...document.rules].sort(byPriority).map(canonicalRule) });
}

function canonicalRule(rule: LifecycleRule): unknown {
  const { rulePriority, description, selection, action } = rule;
  const { tagStatus, tagPrefixList, tagPatternList, storageClass, countType, countUnit, countNumber } = selection;
  return {
    rulePriority,
    description: description ?? undefined,
    selection: {
      tagStatus,
      tagPrefixList: tagPrefixList ?? undefined,
      tagPatternList: tagPatternList ?? undefined,
      storageClass: storageClass ?? undefined,
      countType,
      countUnit: countUnit ?? undefined,
      countNumber,
    },
    action: {
      type: action.type,
      ...(action.type === "transition" && { targetStorageClass: action.targetStorageClass }),
    },
  };
}
