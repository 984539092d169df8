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
import { oneOf } from "../ecr/values/nearestWord";

/** A lifecycle argument: rules in the short form, a preset's name, ECR's own document or its JSON string, or none. */
export type LifecycleInput =
  | readonly LifecycleRuleInput[]
  | LifecyclePresetName
  | LifecyclePolicyDocument
  | string
  | false;

/**
 * ECR's document in its canonical form (any other gives a permanent diff), or the faults.
 *
 * @param protectedTags Tags and patterns whose images no rule expires or archives; their faults are at `protectedTags`.
 * @returns Neither a document nor faults for `false`: without a lifecycle, nothing needs protection.
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
 * Logs a warning for rules that match only images with several tags at once. That is not a fault, but rarely intended:
 * ECR treats the entries of a list as AND.
 *
 * @param subject What has the policy: `PrivateRepository "shop"`.
 * @param text The policy from {@link readLifecycle}.
 * @param path The property it was written in.
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
    return { faults: [{ path, value: rules, rule: "must be the name of a preset.", fix: oneOf(rules, presets) }] };
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
