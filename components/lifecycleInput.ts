import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../ecr/faults";
import {
  type LifecyclePolicyDocument,
  type LifecyclePresetName,
  type LifecycleRuleInput,
  lifecyclePolicyFromRules,
  lifecyclePolicyText,
  lifecyclePresets,
  lifecycleRuleFaults,
  protectedTagFaults,
  protectTags,
  readLifecyclePolicy,
  splitTagLists,
  splitTagListText,
} from "../ecr/lifecyclePolicy";
import { oneOf } from "../ecr/nearestWord";

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
 * @param protectedTags Tags and patterns whose images no rule expires or archives; their faults are at `protectedTags`.
 * @returns Neither text nor faults for `false`: no lifecycle, and so nothing that would have to be protected.
 */
export function readLifecycle(
  lifecycle: LifecycleInput,
  path: string,
  protectedTags: readonly string[] = [],
): { text?: string; faults: Fault[] } {
  if (lifecycle === false) return { faults: [] };
  const { document, faults } = readDocument(lifecycle, path);
  if (document === undefined) return { faults };
  const protectionFaults = protectedTagFaults(document, protectedTags, "protectedTags");
  return protectionFaults.length > 0
    ? { faults: protectionFaults }
    : { text: lifecyclePolicyText(protectTags(document, protectedTags)), faults: [] };
}

/**
 * Says in the program's log which rules hold only for images with several tags at once. That is no fault, and seldom meant: ECR
 * takes the entries of a list for AND.
 *
 * @param subject What has the policy: `PrivateRepository "shop"`.
 * @param text Of the policy, as {@link readLifecycle} gives it.
 * @param path The property that it was written in.
 */
export function warnOfSplitTagLists(subject: string, text: string, path: string): void {
  const document = JSON.parse(text) as LifecyclePolicyDocument;
  for (const split of splitTagLists(document)) {
    const priority = document.rules[split.index]?.rulePriority;
    void pulumi.log.warn(`${subject}: ${path}, rule ${priority}: ${splitTagListText(split)}`);
  }
}

function readDocument(
  lifecycle: Exclude<LifecycleInput, false>,
  path: string,
): { document?: LifecyclePolicyDocument; faults: Fault[] } {
  const rules = isPreset(lifecycle) ? lifecyclePresets[lifecycle].rules : lifecycle;
  if (typeof rules === "string" && !/^\s*[[{"]/.test(rules)) {
    const presets = Object.keys(lifecyclePresets);
    return { faults: [{ path, value: rules, rule: "there is no such preset.", fix: oneOf(rules, presets) }] };
  }
  if (!isRules(rules)) return readLifecyclePolicy(rules, path);
  const faults = lifecycleRuleFaults(rules, path);
  return faults.length > 0 ? { faults } : { document: lifecyclePolicyFromRules(rules), faults };
}

function isPreset(lifecycle: LifecycleInput): lifecycle is LifecyclePresetName {
  return typeof lifecycle === "string" && Object.hasOwn(lifecyclePresets, lifecycle);
}

function isRules(lifecycle: object | string): lifecycle is readonly LifecycleRuleInput[] {
  return Array.isArray(lifecycle);
}
