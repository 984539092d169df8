export * from "./builder";
export * from "./matching";
export * from "./presets";
export * from "./protectedTags";
export { lifecyclePolicyText } from "./text";
export * from "./types";
export { lifecyclePolicyFaults, readLifecyclePolicy } from "./validation";
