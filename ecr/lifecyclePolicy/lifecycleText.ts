import type { LifecyclePolicyDocument, LifecycleRule } from "./lifecycleDocument";

/** Compares priorities; the sort is stable, so rules with the same one (a fault) keep their order. */
export function byPriority(a: LifecycleRule, b: LifecycleRule): number {
  return a.rulePriority - b.rulePriority;
}

/**
 * The canonical JSON of a document: rules sorted by priority, keys in fixed order, without null or undefined. ECR
 * refuses nulls, and unsorted rules give the AWS provider a permanent diff.
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
