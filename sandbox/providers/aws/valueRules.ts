import { bytes } from "../../../ecr/textLength";
import type { Failure } from "../../../provider/protocol/definition";
import type { PropertyMap } from "../../../provider/protocol/values";

// Rules that the properties of many types share.

// The released provider counts a text's bytes, as Go does.

/** A text of at most so many bytes. */
export function atMost(length: number): (value: unknown) => string | undefined {
  return (value) =>
    typeof value === "string" && bytes(value) > length ? `expected at most ${length} bytes` : undefined;
}

/** A text of so many bytes, in the released provider's words. */
export function lengthBetween(minimum: number, maximum: number): (value: unknown) => string | undefined {
  return (value) =>
    typeof value === "string" && (bytes(value) < minimum || bytes(value) > maximum)
      ? `expected length to be in the range (${minimum} - ${maximum})`
      : undefined;
}

/** A whole number within bounds. */
export function between(low: number, high: number): (value: unknown) => string | undefined {
  return (value) =>
    typeof value === "number" && (value < low || value > high || !Number.isInteger(value))
      ? `expected a whole number from ${low} to ${high}`
      : undefined;
}

/** An ARN; the empty text stands for none. */
export function arnRule(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && !/^arn:[\w-]+:[\w-]+:[\w-]*:(?:\d{12}|aws)?:.+$/.test(value)
    ? "is an invalid ARN"
    : undefined;
}

/** An account. */
export function accountRule(value: unknown): string | undefined {
  return typeof value === "string" && !/^\d{12}$/.test(value) ? "must be an AWS account ID of 12 digits" : undefined;
}

/** Bytes in base64. */
export function base64(reason: string): (value: unknown) => string | undefined {
  return (value) =>
    typeof value === "string" && !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)
      ? reason
      : undefined;
}

/** Properties of which one at most may be set: the second of those that are is refused. */
export function onlyOneOf(inputs: PropertyMap, ...properties: string[]): Failure[] {
  const [first, second] = properties.filter((property) => inputs[property] !== undefined);
  return second === undefined
    ? []
    : [{ property: second, reason: `${second}: conflicts with ${first}; set only one of them` }];
}
