import assert from "node:assert/strict";
import { checkConfig } from "../../config/checkConfig";
import type { EnvironmentConfig } from "../../config/sections";
import { type Fault, InvalidInputError, refuseFaults } from "../../ecr/faults";

/** The config from these values. @throws InvalidInputError with every fault. */
export function parseConfig(values: Record<string, string>, namespace: string, region?: string): EnvironmentConfig {
  const { config, faults } = checkConfig(values, namespace, region);
  refuseFaults("config", faults ?? []);
  assert.ok(config);
  return config;
}

/** Parses config as the engine passes it: values as text. A key without a namespace gets `ecr:`. */
export function parse(values: Record<string, unknown>) {
  const entries = Object.entries(values).map(([key, value]) => [
    key.includes(":") ? key : `ecr:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return parseConfig(Object.fromEntries(entries), "ecr");
}

/** The rule of each fault by its path; fails if there is none. */
export function faultsOf(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(faultListOf(values).map(({ path, rule }) => [path, rule]));
}

/** Every fault; fails if there is none. */
export function faultListOf(values: Record<string, unknown>): readonly Fault[] {
  try {
    parse(values);
  } catch (error) {
    assert.ok(error instanceof InvalidInputError, String(error));
    return error.faults;
  }
  assert.fail("nothing was refused");
}
