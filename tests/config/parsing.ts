import assert from "node:assert/strict";
import { InputRefused } from "../../components/inputChecks";
import { parseConfig } from "../../config/load";

/** Parses config as the engine hands it over: values as text. A key without a namespace is one of ours. */
export function parse(values: Record<string, unknown>) {
  const entries = Object.entries(values).map(([key, value]) => [
    key.includes(":") ? key : `ecr:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return parseConfig(Object.fromEntries(entries), "ecr");
}

/** Path to rule of each fault; fails when there is none. */
export function faultsOf(values: Record<string, unknown>): Record<string, string> {
  try {
    parse(values);
  } catch (error) {
    assert.ok(error instanceof InputRefused, String(error));
    return Object.fromEntries(error.faults.map(({ path, rule }) => [path, rule]));
  }
  assert.fail("nothing was refused");
}
