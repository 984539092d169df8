import type { Fault } from "../ecr/faults";
import {
  type LifecyclePolicyDocument,
  type LifecyclePresetName,
  type LifecycleRuleInput,
  lifecyclePolicyFromRules,
  lifecyclePolicyText,
  lifecyclePresets,
  lifecycleRuleFaults,
  readLifecyclePolicy,
} from "../ecr/lifecyclePolicy";

/** A lifecycle as a component takes it: rules in words, a preset's name, ECR's own document or its JSON text, or none. */
export type LifecycleInput =
  | readonly LifecycleRuleInput[]
  | LifecyclePresetName
  | LifecyclePolicyDocument
  | string
  | false;

/**
 * ECR's document in its canonical form (without it the provider shows a diff for ever), or why there is none.
 *
 * @returns Neither text nor faults for `false`: no lifecycle.
 */
export function readLifecycle(lifecycle: LifecycleInput, path: string): { text?: string; faults: Fault[] } {
  if (lifecycle === false) return { faults: [] };
  const rules = isPreset(lifecycle) ? lifecyclePresets[lifecycle].rules : lifecycle;
  if (isRules(rules)) {
    const faults = lifecycleRuleFaults(rules, path);
    return faults.length > 0 ? { faults } : { text: lifecyclePolicyText(lifecyclePolicyFromRules(rules)), faults };
  }
  const { document, faults } = readLifecyclePolicy(rules, path);
  return { text: document && lifecyclePolicyText(document), faults };
}

function isPreset(lifecycle: LifecycleInput): lifecycle is LifecyclePresetName {
  return typeof lifecycle === "string" && Object.hasOwn(lifecyclePresets, lifecycle);
}

function isRules(lifecycle: object | string): lifecycle is readonly LifecycleRuleInput[] {
  return Array.isArray(lifecycle);
}
