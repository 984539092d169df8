import { notSupported } from "../protocol/notSupported";

/** The inputs of a component. The engine has not resolved anything yet: values may be outputs, at any depth. */
export type Inputs = Readonly<Record<string, unknown>>;

/** Rejects, by name, inputs that a stand-in component does not support. */
export function refuseForeign(what: string, inputs: Inputs, supported: readonly string[]): void {
  const foreign = Object.keys(inputs).filter((key) => inputs[key] !== undefined && !supported.includes(key));
  if (foreign.length > 0) {
    throw new Error(notSupported(`${foreign.join(", ")} of ${what} ${foreign.length === 1 ? "is" : "are"}`, supported));
  }
}

/** A nested argument block, which is a plain value in the component's schema. */
export function block(inputs: Inputs, key: string): Inputs | undefined {
  const value = inputs[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Inputs) : undefined;
}
