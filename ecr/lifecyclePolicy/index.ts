export * from "./builder";
export { type DeadRule, deadRules } from "./deadRules";
export * from "./matching";
export * from "./presets";
export * from "./protectedTags";
export { canExpire, type ExpiringRule, rulesThatExpire, type TagExpiryOptions } from "./tagExpiry";
export { lifecyclePolicyText } from "./text";
export * from "./types";
export { lifecyclePolicyFaults, readLifecyclePolicy } from "./validation";
