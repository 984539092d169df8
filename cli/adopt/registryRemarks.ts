import { isObject, type JsonObject } from "../../ecr/values/jsonObjects";
import type { Remark } from "./adoptedConfig";
import type { RegistryPart } from "./registryParts";

/**
 * Differences between a registry's settings and the project's defaults.
 * @param name The registry's name in messages.
 */
export function registryRemarks(parts: readonly RegistryPart[], name: string): Remark[] {
  return parts.flatMap(({ setting, key, written }): Remark[] => {
    const value = "value" in written ? written.value : undefined;
    if (!isObject(value)) return [];
    if (setting === "scanning") return scanningRemarks(value, name);
    if (setting === "creationTemplates") return templateRemarks(value, `${name}/${key}`);
    return [];
  });
}

function scanningRemarks({ type = "basic", scanOnPush = [], continuous = [] }: JsonObject, name: string): Remark[] {
  const filters = [scanOnPush, continuous].flat().map(String);
  if (filters.includes("*")) return [];
  const found = filters.length === 0 ? `${type}, no repository` : `${type}, only ${filters.join(", ")}`;
  return [{ repository: name, setting: "scanning", found, defaultValue: "every image on push", change: "in place" }];
}

function templateRemarks(template: JsonObject, repository: string): Remark[] {
  const { appliedFor, encryption = "kms", imageTagMutability, lifecyclePolicy } = template;
  const isCache = Array.isArray(appliedFor) && appliedFor.includes("PULL_THROUGH_CACHE");
  const isOnlyCache = isCache && appliedFor.length === 1;
  const change = "in place, for repositories that are created after it";
  const remark = (setting: string, found: string, defaultValue: string): Remark[] =>
    found === defaultValue
      ? []
      : [{ repository, setting: `creationTemplates, ${setting}`, found, defaultValue, change }];
  return [
    ...remark("encryption", String(encryption), "kms"),
    // With immutable tags, a cache cannot follow an upstream tag that moves.
    ...(isCache ? [] : remark("imageTagMutability", String(imageTagMutability), "IMMUTABLE")),
    ...(lifecyclePolicy === false
      ? remark("lifecyclePolicy", "none", isOnlyCache ? "pullThroughCache" : "service")
      : []),
  ];
}
