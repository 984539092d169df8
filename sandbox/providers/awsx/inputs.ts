import { notSupported } from "../protocol/notSupported";

/** What a component was given. The engine has resolved nothing yet: values may be outputs, at any depth. */
export type Inputs = Readonly<Record<string, unknown>>;

/** Refuses by name what a stand-in component does not act on. */
export function refuseForeign(what: string, inputs: Inputs, supported: readonly string[]): void {
  const foreign = Object.keys(inputs).filter((key) => inputs[key] !== undefined && !supported.includes(key));
  if (foreign.length > 0) {
    throw new Error(notSupported(`${foreign.join(", ")} of ${what} ${foreign.length === 1 ? "is" : "are"}`, supported));
  }
}

/** A nested argument block, which the component's schema has as a plain value. */
export function block(inputs: Inputs, key: string): Inputs | undefined {
  const value = inputs[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Inputs) : undefined;
}
