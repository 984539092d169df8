export * from "./builder";
export * from "./text";
export * from "./types";
export { lifecyclePolicyFaults, readLifecyclePolicy } from "./validation";
